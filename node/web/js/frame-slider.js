// <frame-slider>: changes the picture while its slider moves or another window is chosen. Without scripts its form asks for the page
// again.

import { filled } from './announce.js';

class FrameSlider extends HTMLElement {
  #isLoading = false;
  #wanted = '';

  connectedCallback() {
    const form = this.querySelector('form');
    if (!form || !picture()) return;
    form.querySelector('button')?.remove();
    form.addEventListener('submit', (event) => event.preventDefault());
    for (const moved of ['input', 'change']) form.addEventListener(moved, () => this.#show(form));
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
  #load() {
    const shown = picture();
    if (!shown || this.#isLoading || shown.getAttribute('src') === this.#wanted) return;
    this.#isLoading = true;
    const done = () => {
      this.#isLoading = false;
      this.#load();
    };
    shown.addEventListener('load', done, { once: true });
    shown.addEventListener('error', () => (this.#isLoading = false), { once: true });
    shown.src = this.#wanted;
  }
}

/** @returns {HTMLImageElement | null} */
function picture() {
  const shown = document.getElementById('frame');
  return shown instanceof HTMLImageElement ? shown : null;
}

customElements.define('frame-slider', FrameSlider);
