// The list of covers beside the picture: the same covers, the same keys, in words. What was found and left uncovered
// stands below with its reason.

import { filled } from './announce.js';
import { button, make } from './make.js';

/** @typedef {import('./cover-book.js').Dismissed} Dismissed */
/** @typedef {Dismissed & { name: string, mayStay: boolean }} Left */
/** @typedef {{ key: number, name: string, finding: number | null, mayStay: boolean }} Row */
/** @typedef {{ pick: (key: number) => void, remove: (key: number) => void, excuse: (finding: number, reason: string | null) => void, putBack: (finding: number) => void, stay: (finding: number) => void }} Deeds */

const REASONS = ['not-a-finding', 'not-identifying', 'wrong-place'];

export class CoverList {
  element = make('div', { class: 'editor-list' });
  #words;
  #deeds;
  #rows = make('ol');
  #none = make('p', { class: 'soft' });
  #left = make('div');
  /** @type {Map<number, HTMLLIElement>} */
  #items = new Map();

  /** @param {DOMStringMap} words @param {Deeds} deeds */
  constructor(words, deeds) {
    this.#words = words;
    this.#deeds = deeds;
    this.#none.textContent = words.none ?? '';
    this.element.append(make('h2', {}, words.list ?? ''), this.#none, this.#rows, this.#left);
  }

  /** @param {Row[]} rows @param {number | null} picked @param {Left[]} left */
  show(rows, picked, left) {
    this.#none.hidden = rows.length > 0;
    for (const [key, item] of this.#items) {
      if (rows.some((row) => row.key === key)) continue;
      item.remove();
      this.#items.delete(key);
    }
    for (const row of rows) {
      const item = this.#items.get(row.key) ?? this.#makeItem(row);
      item.classList.toggle('is-picked', row.key === picked);
      const pick = item.querySelector('.pick');
      if (pick && pick.textContent !== row.name) pick.textContent = row.name;
      pick?.setAttribute('aria-pressed', String(row.key === picked));
      item.querySelector('.quiet')?.setAttribute('aria-label', `${this.#words.remove}: ${row.name}`);
    }
    this.#left.replaceChildren(...left.map((item) => this.#makeDismissed(item)));
  }

  /** @param {number} key */
  focus(key) {
    const pick = this.#items.get(key)?.querySelector('.pick');
    if (pick instanceof HTMLElement) pick.focus();
  }

  /** @param {EventTarget | null} target @returns {number | null} */
  keyAt(target) {
    const item = target instanceof Element ? target.closest('li[data-key]') : null;
    return item instanceof HTMLElement ? Number(item.dataset.key) : null;
  }

  /** @param {Row} row */
  #makeItem({ key, finding, mayStay }) {
    const pick = make('button', { type: 'button', class: 'pick' });
    pick.addEventListener('click', () => this.#deeds.pick(key));
    pick.addEventListener('focus', () => this.#deeds.pick(key));
    const remove = button(this.#words.icons, 'trash-2', this.#words.remove ?? '', 'quiet', true);
    remove.addEventListener('click', () => this.#deeds.remove(key));
    const item = make('li', { 'data-key': String(key) }, pick, remove);
    if (mayStay && finding !== null) item.append(this.#stayButton(finding));
    this.#items.set(key, item);
    this.#rows.append(item);
    return item;
  }

  /** @param {number} finding */
  #stayButton(finding) {
    const stay = make('button', { type: 'button', class: 'quiet stay' }, this.#words.stay ?? '');
    stay.addEventListener('click', () => this.#deeds.stay(finding));
    return stay;
  }

  /** @param {Left} dismissed */
  #makeDismissed(dismissed) {
    const id = `why-${dismissed.finding}`;
    const choose = make('select', { id, required: '' }, make('option', { value: '' }, this.#words.whyChoose ?? ''));
    for (const reason of REASONS) {
      const option = make('option', { value: reason }, this.#reasonWords(reason));
      option.selected = reason === dismissed.reason;
      choose.append(option);
    }
    choose.addEventListener('change', () => this.#deeds.excuse(dismissed.finding, choose.value || null));
    const back = button(this.#words.icons, 'undo-2', this.#words.putBack ?? '', 'quiet');
    back.addEventListener('click', () => this.#deeds.putBack(dismissed.finding));
    back.hidden = !dismissed.cover;
    const box = make('div', { class: 'dismissed' }, make('p', {}, filled(this.#words.dismissed, { cover: dismissed.name })), make('label', { for: id }, this.#words.why ?? ''), choose, back);
    if (dismissed.mayStay && dismissed.reason === null) box.append(this.#stayButton(dismissed.finding));
    return box;
  }

  /** @param {string} reason */
  #reasonWords(reason) {
    const name = `why-${reason}`.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    return this.#words[name] ?? reason;
  }
}
