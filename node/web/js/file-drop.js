// <file-drop>: sends the pictures chosen, taken or dropped in it at once and shows how far it is. Without scripts the
// form around it does the same with its button.

import { announce, filled } from './announce.js';
import { make } from './make.js';

/** What the node has refused so it refuses again; anything else may pass. */
const REFUSED = [413, 422];

class FileDrop extends HTMLElement {
  /** @type {XMLHttpRequest | null} */
  #request = null;

  connectedCallback() {
    if (this.classList.contains('is-live')) return;
    this.classList.add('is-live');
    const submit = this.querySelector('button[type="submit"]');
    if (submit instanceof HTMLElement) submit.hidden = true;
    this.append(make('p', { class: 'soft' }, this.dataset.here ?? ''));
    this.addEventListener('change', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.files?.length) this.#send([...event.target.files], event.target.name);
    });
    this.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.classList.add('is-over');
    });
    this.addEventListener('dragleave', () => this.classList.remove('is-over'));
    this.addEventListener('drop', (event) => {
      event.preventDefault();
      this.classList.remove('is-over');
      const input = this.querySelector('input');
      if (!input || input.disabled || !event.dataTransfer?.files.length) return;
      input.files = event.dataTransfer.files;
      this.#send([...input.files], input.name);
    });
  }

  /** @param {File[]} files @param {string} name */
  #send(files, name) {
    const form = this.closest('form');
    if (!form || this.#request) return;
    const body = new FormData();
    for (const file of files) body.append(name, file);
    const request = new XMLHttpRequest();
    this.#request = request;
    this.#lock(true);
    const progress = this.#progress(() => request.abort());
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress.show(event.loaded / event.total);
    });
    request.upload.addEventListener('load', () => progress.say(this.dataset.reading ?? ''));
    request.addEventListener('load', () => {
      if (request.status < 400) location.assign(request.responseURL || location.href);
      else if (REFUSED.includes(request.status) && refusal(request, files)) this.#end(progress, refusal(request, files), false);
      else this.#end(progress, [this.dataset.failed, refusal(request, files)].filter(Boolean).join('\n'));
      // Of several some may have been taken in.
      if (request.status === 422) document.getElementById('shelf-again')?.click();
    });
    request.addEventListener('error', () => this.#end(progress, this.dataset.failed ?? ''));
    request.addEventListener('abort', () => this.#end(progress, this.dataset.stopped ?? ''));
    request.open('POST', form.action);
    request.setRequestHeader('Accept', 'text/plain');
    request.send(body);
  }

  /** @param {{ end: (sentence: string) => void }} progress @param {string} sentence @param {boolean} [mayRepeat] */
  #end(progress, sentence, mayRepeat = true) {
    this.#request = null;
    this.#lock(false);
    progress.end(sentence);
    const submit = this.querySelector('button[type="submit"]');
    if (submit instanceof HTMLElement) submit.hidden = !mayRepeat;
    if (!mayRepeat) for (const input of this.querySelectorAll('input')) input.value = '';
  }

  /** What is chosen meanwhile would be lost: the page goes on once all are sent. @param {boolean} isBusy */
  #lock(isBusy) {
    for (const input of this.querySelectorAll('input')) input.disabled = isBusy;
  }

  /** @param {() => void} stop */
  #progress(stop) {
    this.querySelector('.progress')?.remove();
    const bar = make('progress', { max: '1', value: '0', 'aria-label': filled(this.dataset.sending, { percent: 0 }) });
    const words = make('p', {}, filled(this.dataset.sending, { percent: 0 }));
    const button = make('button', { type: 'button', class: 'quiet' }, this.dataset.stop ?? '');
    button.addEventListener('click', stop);
    const box = make('div', { class: 'progress' }, words, bar, button);
    this.append(box);
    announce(words.textContent ?? '');
    return {
      show: (/** @type {number} */ part) => {
        bar.value = part;
        words.textContent = filled(this.dataset.sending, { percent: Math.round(part * 100) });
      },
      say: (/** @type {string} */ sentence) => {
        bar.removeAttribute('value');
        words.textContent = sentence;
        announce(sentence);
      },
      end: (/** @type {string} */ sentence) => {
        box.replaceChildren(...sentence.split('\n').map((line) => make('p', { class: 'field-problem' }, line)));
        announce(sentence);
      },
    };
  }
}

/** What the node says of pictures that it does not take, each under the name it has here. @param {XMLHttpRequest} request @param {File[]} files */
function refusal(request, files) {
  const isPlain = request.getResponseHeader('Content-Type')?.startsWith('text/plain');
  const named = (/** @type {string} */ line) => line.replace(/^([0-9]+)\t/, (_, place) => `${files[Number(place) - 1]?.name ?? place}: `);
  return isPlain ? request.responseText.trim().split('\n').map(named).join('\n') : '';
}

customElements.define('file-drop', FileDrop);
