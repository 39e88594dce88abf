// <file-drop>: sends the pictures chosen, taken or dropped in it at once, each in a request of its own, and shows how far it
// is. What was not taken in is named, and what may pass another time stays chosen. Without scripts the form around it sends
// them all with its button.

import { announce, filled } from './announce.js';
import { make } from './make.js';

/** What the node has refused so it refuses again, and the next may pass; anything else waits for another try. */
const REFUSED = [413, 422];

/** @typedef {'taken' | 'refused' | 'failed' | 'unknown' | 'stopped'} Ending */
/** @typedef {{ ending: Ending, words: string }} Answer */

class FileDrop extends HTMLElement {
  #isBusy = false;
  #isStopped = false;
  /** The request whose file is still on its way. @type {XMLHttpRequest | null} */
  #request = null;

  connectedCallback() {
    if (this.classList.contains('is-live')) return;
    this.classList.add('is-live');
    const submit = this.#submit;
    if (submit) submit.hidden = true;
    this.append(make('p', { class: 'soft' }, this.dataset.here ?? ''));
    this.closest('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send(this.#inputs.flatMap((input) => [...(input.files ?? [])]));
    });
    this.addEventListener('change', (event) => {
      if (event.target instanceof HTMLInputElement && event.target.files?.length) this.#send([...event.target.files]);
    });
    this.addEventListener('dragover', (event) => {
      event.preventDefault();
      this.classList.add('is-over');
    });
    this.addEventListener('dragleave', () => this.classList.remove('is-over'));
    this.addEventListener('drop', (event) => {
      event.preventDefault();
      this.classList.remove('is-over');
      if (!this.#isBusy && event.dataTransfer?.files.length) this.#send([...event.dataTransfer.files]);
    });
  }

  get #inputs() {
    return [...this.querySelectorAll('input')];
  }

  get #submit() {
    return /** @type {HTMLButtonElement | null} */ (this.querySelector('button[type="submit"]'));
  }

  /** @param {File[]} files */
  async #send(files) {
    const form = this.closest('form');
    if (!form || this.#isBusy || files.length === 0) return;
    this.#isBusy = true;
    this.#isStopped = false;
    this.#lock(true);
    const progress = this.#progress(() => this.#stop());
    const bytes = files.reduce((sum, file) => sum + file.size, 0) || 1;
    /** @type {string[]} */
    const lines = [];
    /** @type {File[]} */
    let left = [];
    let sent = 0;
    for (const [at, file] of files.entries()) {
      const before = sent;
      const isLast = at + 1 === files.length;
      const { ending, words } = await this.#sendOne(form.action, file, (part) => progress.show((before + part * file.size) / bytes), () => isLast && progress.say(this.dataset.reading ?? ''));
      sent += file.size;
      if (ending !== 'taken' && ending !== 'stopped') lines.push(files.length === 1 ? words || file.name : [file.name, words].filter(Boolean).join(': '));
      if (ending === 'taken' && !this.#isStopped) continue;
      if (ending === 'refused' && !this.#isStopped) continue;
      // One that is not known to be away is not sent twice.
      left = files.slice(ending === 'failed' || ending === 'stopped' ? at : at + 1);
      lines.push(...left.filter((rest) => rest !== file || ending === 'stopped').map((rest) => rest.name));
      if (left.length > 0) lines.unshift((this.#isStopped ? this.dataset.stopped : this.dataset.failed) ?? '');
      break;
    }
    if (lines.length === 0) return location.assign(form.action);
    if (left.length === 0 && lines.length < files.length) lines.push(this.dataset.others ?? '');
    this.#end(progress, lines, left);
  }

  /** @param {string} place @param {File} file @param {(part: number) => void} show @param {() => void} away @returns {Promise<Answer>} */
  #sendOne(place, file, show, away) {
    const body = new FormData();
    body.append(this.#inputs[0]?.name ?? '', file);
    const request = new XMLHttpRequest();
    let isAway = false;
    return new Promise((resolve) => {
      const end = (/** @type {Ending} */ ending, words = '') => {
        this.#request = null;
        resolve({ ending, words });
      };
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) show(event.loaded / event.total);
      });
      request.upload.addEventListener('load', () => {
        isAway = true;
        this.#request = null;
        away();
      });
      request.addEventListener('load', () => {
        if (request.status < 400) end('taken');
        else end(REFUSED.includes(request.status) ? 'refused' : 'failed', said(request));
      });
      request.addEventListener('error', () => (isAway ? end('unknown', this.dataset.unknown) : end('failed')));
      request.addEventListener('abort', () => end('stopped'));
      request.open('POST', place);
      request.setRequestHeader('Accept', 'text/plain');
      this.#request = request;
      request.send(body);
    });
  }

  /** What is away already is waited for: nobody could say whether it was taken in. */
  #stop() {
    this.#isStopped = true;
    this.#request?.abort();
  }

  /** @param {{ end: (lines: string[]) => boolean }} progress @param {string[]} lines @param {File[]} left what stays chosen */
  #end(progress, lines, left) {
    this.#isBusy = false;
    this.#lock(false);
    const chosen = new DataTransfer();
    for (const file of left) chosen.items.add(file);
    for (const input of this.#inputs) input.value = '';
    if (this.#inputs[0]) this.#inputs[0].files = chosen.files;
    const submit = this.#submit;
    if (submit) submit.hidden = left.length === 0;
    if (progress.end(lines)) (left.length > 0 ? submit : this.#inputs[0])?.focus();
    document.getElementById('shelf-again')?.click();
  }

  /** What is chosen meanwhile would be lost: the page goes on once all are sent. @param {boolean} isBusy */
  #lock(isBusy) {
    for (const input of this.#inputs) input.disabled = isBusy;
    if (isBusy && this.#submit) this.#submit.hidden = true;
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
      /** Whether whoever waited stood there. */
      end: (/** @type {string[]} */ lines) => {
        const isThere = box.contains(document.activeElement);
        const sentences = lines.flatMap((line) => line.trim().split('\n'));
        box.replaceChildren(...sentences.map((sentence) => make('p', { class: 'field-problem' }, sentence)));
        announce(sentences.join(' '));
        return isThere;
      },
    };
  }
}

/** What the node says of a picture that it does not take. @param {XMLHttpRequest} request */
function said(request) {
  return request.getResponseHeader('Content-Type')?.startsWith('text/plain') ? request.responseText.trim() : '';
}

customElements.define('file-drop', FileDrop);
