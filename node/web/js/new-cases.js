// <new-cases>: counts the cases that the node announces while the feed is open, and offers them as a link. They are
// never pushed under the finger: the page changes only when the reader follows the link.

import { announce, filled } from './announce.js';
import { make } from './make.js';

class NewCases extends HTMLElement {
  #count = 0;

  connectedCallback() {
    this.addEventListener('case', () => this.#onCase());
  }

  #onCase() {
    this.#count += 1;
    const words = this.#count === 1 ? (this.dataset.one ?? '') : filled(this.dataset.many, { count: this.#count });
    const link = this.querySelector('a') ?? make('a', { class: 'button quiet-button', href: location.pathname + location.search });
    link.textContent = words;
    if (!link.isConnected) this.append(link);
    announce(words);
  }
}

customElements.define('new-cases', NewCases);
