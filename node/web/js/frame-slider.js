// <frame-slider>: changes the picture while its slider moves or another window is chosen. Without scripts its form asks for the page
// again.

import { announce, filled } from './announce.js';
import { make } from './make.js';

/** A view that did not come is asked for once more after so long: a node that was busy has room again. */
const PAUSE_MS = 1500;

class FrameSlider extends HTMLElement {
  #isLoading = false;
  #wanted = '';
  #shown = '';
  #lost = make('p', { class: 'field-problem' });

  connectedCallback() {
    const form = this.querySelector('form');
    const shown = picture();
    if (!form || !shown) return;
    this.#shown = shown.getAttribute('src') ?? '';
    form.querySelector('button')?.remove();
    form.addEventListener('submit', (event) => event.preventDefault());
    for (const moved of ['input', 'change']) form.addEventListener(moved, () => this.#show(form));
    this.#lost.hidden = true;
    this.append(this.#lost);
  }

  /** @param {HTMLFormElement} form */
  #show(form) {
    const frame = form.elements.namedItem('frame');
    const output = this.querySelector('output');
    if (frame instanceof HTMLInputElement && output) {
      output.textContent = filled(this.dataset.place, { number: frame.value, count: frame.max });
    }
    const chosen = new URLSearchParams();
    for (const [name, value] of new FormData(form)) chosen.append(name, String(value));
    this.#wanted = `${this.dataset.views}?${chosen}`;
    this.#load();
  }

  /** One view at a time: what was passed over while it came is not asked for. */
  async #load() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    let tries = 0;
    while (this.#shown !== this.#wanted && tries < 2) {
      const asked = this.#wanted;
      const isThere = await came(asked);
      this.#shown = isThere ? asked : '';
      tries = isThere || asked !== this.#wanted ? 0 : tries + 1;
      this.#say(tries > 0);
      if (tries === 1) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    this.#isLoading = false;
  }

  /** @param {boolean} isLost */
  #say(isLost) {
    if (isLost === !this.#lost.hidden) return;
    this.#lost.hidden = !isLost;
    this.#lost.textContent = isLost ? (this.dataset.lost ?? '') : '';
    if (isLost) announce(this.#lost.textContent);
  }
}

/** Puts a view in the place of the picture; whether it came. @param {string} view @returns {Promise<boolean>} */
function came(view) {
  const shown = picture();
  if (!shown) return Promise.resolve(false);
  const heard = new AbortController();
  const { signal } = heard;
  const ended = new Promise((resolve) => {
    shown.addEventListener('load', () => resolve(true), { signal });
    shown.addEventListener('error', () => resolve(false), { signal });
  });
  shown.src = view;
  return ended.finally(() => heard.abort());
}

/** @returns {HTMLImageElement | null} */
function picture() {
  const shown = document.getElementById('frame');
  return shown instanceof HTMLImageElement ? shown : null;
}

customElements.define('frame-slider', FrameSlider);
