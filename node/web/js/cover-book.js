// The covers of one picture with their history: what is hidden, which finding was left uncovered and why, undo and redo.
// Every change makes a new list, so that a step back is only the list before.

import { whole } from './geometry.js';

/** @typedef {import('./geometry.js').Cover} Cover */
/** @typedef {{ key: number, cover: Cover }} Kept */
/** @typedef {{ finding: number, reason: string | null, cover?: Cover }} Dismissed */
/** @typedef {{ kept: Kept[], dismissed: Dismissed[] }} Leaf */

const STEPS_MAX = 200;

export class CoverBook {
  #nextKey = 0;
  /** @type {Leaf} */
  #now = { kept: [], dismissed: [] };
  /** @type {Leaf[]} */
  #past = [];
  /** @type {Leaf[]} */
  #future = [];
  #lastDeed = '';

  /** @param {string} text the JSON that the node saved */
  constructor(text) {
    const saved = JSON.parse(text || '{}');
    this.#now = { kept: (saved.covers ?? []).map((/** @type {Cover} */ cover) => this.#keep(cover)), dismissed: saved.dismissed ?? [] };
  }

  get kept() {
    return this.#now.kept;
  }

  get dismissed() {
    return this.#now.dismissed;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** @param {number | null} key */
  find(key) {
    return this.#now.kept.find((kept) => kept.key === key)?.cover;
  }

  /** @param {Cover} cover @returns {number} its key */
  add(cover) {
    const kept = this.#keep(cover);
    this.#turn({ ...this.#now, kept: [...this.#now.kept, kept] }, `add ${kept.key}`);
    return kept.key;
  }

  /**
   * Changes one cover. Deeds of the same name one after the other are one step back.
   * @param {number} key @param {Cover} cover @param {string} deed
   */
  change(key, cover, deed) {
    this.#turn({ ...this.#now, kept: this.#now.kept.map((kept) => (kept.key === key ? { key, cover } : kept)) }, `${deed} ${key}`);
  }

  /** Takes a cover away. One that hid a finding goes to the dismissed; why, the person says. @param {number} key */
  remove(key) {
    const cover = this.find(key);
    if (!cover) return;
    const kept = this.#now.kept.filter((other) => other.key !== key);
    const finding = cover.finding;
    const isHidden = finding === null || kept.some((other) => other.cover.finding === finding);
    const dismissed = isHidden ? this.#now.dismissed : [...this.#now.dismissed, { finding, reason: null, cover }];
    this.#turn({ kept, dismissed }, `remove ${key}`);
  }

  /** @param {number} finding @param {string | null} reason none: it is not said yet */
  excuse(finding, reason) {
    this.#turn({ ...this.#now, dismissed: this.#now.dismissed.map((item) => (item.finding === finding ? { ...item, reason } : item)) }, `excuse ${finding}`);
  }

  /** Leaves a finding open in one step: whatever was drawn for it goes, and this is why. @param {number} finding @param {string} reason */
  stay(finding, reason) {
    const cover = this.#now.kept.findLast((item) => item.cover.finding === finding)?.cover;
    const kept = this.#now.kept.filter((item) => item.cover.finding !== finding);
    const others = this.#now.dismissed.filter((item) => item.finding !== finding);
    const before = this.#now.dismissed.find((item) => item.finding === finding);
    this.#turn({ kept, dismissed: [...others, { finding, reason, cover: cover ?? before?.cover }] }, `stay ${finding}`);
  }

  /** @param {number} finding @returns {number | null} the key of the cover that is back */
  putBack(finding) {
    const cover = this.#now.dismissed.find((item) => item.finding === finding)?.cover;
    if (!cover) return null;
    const kept = this.#keep(cover);
    this.#turn({ kept: [...this.#now.kept, kept], dismissed: this.#now.dismissed.filter((item) => item.finding !== finding) }, `put back ${finding}`);
    return kept.key;
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  /** What the form sends. */
  toText() {
    return JSON.stringify({ covers: this.#now.kept.map((kept) => whole(kept.cover)), dismissed: this.#now.dismissed });
  }

  /** @param {Cover} cover @returns {Kept} */
  #keep(cover) {
    this.#nextKey += 1;
    return { key: this.#nextKey, cover };
  }

  /** @param {Leaf} leaf @param {string} deed */
  #turn(leaf, deed) {
    if (deed !== this.#lastDeed) this.#past.push(this.#now);
    if (this.#past.length > STEPS_MAX) this.#past.shift();
    this.#future = [];
    this.#now = leaf;
    this.#lastDeed = deed;
  }

  /** @param {Leaf[]} from @param {Leaf[]} to */
  #step(from, to) {
    const leaf = from.pop();
    if (!leaf) return;
    to.push(this.#now);
    this.#now = leaf;
    this.#lastDeed = '';
  }
}
