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
  /** What was left uncovered, by its finding: what a person is at stays where it is. @type {Map<number, HTMLElement>} */
  #boxes = new Map();

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
      item.querySelector('.stay')?.setAttribute('aria-label', `${this.#words.stay}: ${row.name}`);
    }
    for (const [finding, box] of this.#boxes) {
      if (left.some((item) => item.finding === finding)) continue;
      box.remove();
      this.#boxes.delete(finding);
    }
    for (const [at, item] of left.entries()) {
      const box = this.#boxes.get(item.finding) ?? this.#makeDismissed(item.finding);
      if (this.#left.children[at] !== box) this.#left.insertBefore(box, this.#left.children[at] ?? null);
      this.#tell(box, item);
    }
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

  /** @param {number} finding */
  #makeDismissed(finding) {
    const id = `why-${finding}`;
    const choose = make('select', { id, required: '' }, make('option', { value: '' }, this.#words.whyChoose ?? ''));
    for (const reason of REASONS) choose.append(make('option', { value: reason }, this.#reasonWords(reason)));
    choose.addEventListener('change', () => this.#deeds.excuse(finding, choose.value || null));
    const back = button(this.#words.icons, 'undo-2', this.#words.putBack ?? '', 'quiet back');
    back.addEventListener('click', () => this.#deeds.putBack(finding));
    const box = make('div', { class: 'dismissed' }, make('p'), make('label', { for: id }, this.#words.why ?? ''), choose, back, this.#stayButton(finding));
    this.#boxes.set(finding, box);
    return box;
  }

  /** @param {HTMLElement} box @param {Left} dismissed */
  #tell(box, dismissed) {
    const sentence = filled(this.#words.dismissed, { cover: dismissed.name });
    const told = box.querySelector('p');
    if (told && told.textContent !== sentence) told.textContent = sentence;
    const choose = box.querySelector('select');
    if (choose && choose.value !== (dismissed.reason ?? '')) choose.value = dismissed.reason ?? '';
    choose?.setAttribute('aria-label', `${this.#words.why} ${dismissed.name}`);
    const back = box.querySelector('.back');
    back?.setAttribute('aria-label', `${this.#words.putBack}: ${dismissed.name}`);
    back?.toggleAttribute('hidden', !dismissed.cover);
    const stay = box.querySelector('.stay');
    stay?.setAttribute('aria-label', `${this.#words.stay}: ${dismissed.name}`);
    stay?.toggleAttribute('hidden', !dismissed.mayStay || dismissed.reason !== null);
  }

  /** @param {string} reason */
  #reasonWords(reason) {
    const name = `why-${reason}`.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
    return this.#words[name] ?? reason;
  }
}
