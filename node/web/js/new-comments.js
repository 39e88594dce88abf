// <new-comments>: hears how many comments the node has under the open case, and offers those that the page does not show
// yet. What is being written stays where it is: only the list of comments is exchanged, and only when the reader asks.

import { announce, filled } from './announce.js';

class NewComments extends HTMLElement {
  #count = 0;
  #said = 0;

  connectedCallback() {
    this.addEventListener('comment', (event) => {
      this.#count = Number(/** @type {CustomEvent} */ (event).detail.data);
      this.#show();
    });
    document.addEventListener('htmx:after:swap', () => this.#show());
  }

  #show() {
    const link = this.querySelector('a');
    const missing = this.#count - Number(document.getElementById('comments')?.dataset.count);
    if (!link || Number.isNaN(missing)) return;
    link.hidden = missing <= 0;
    if (missing > 0) link.textContent = missing === 1 ? (this.dataset.one ?? '') : filled(this.dataset.many, { count: missing });
    if (missing > 0 && missing !== this.#said) announce(link.textContent ?? '');
    this.#said = missing;
  }
}

// Whoever has taken a comment back had pressed a button that is gone with it; they go on at the words that say so.
document.addEventListener('htmx:after:swap', () => {
  if (document.activeElement === document.body) document.getElementById('taken-back')?.focus();
});

customElements.define('new-comments', NewComments);
