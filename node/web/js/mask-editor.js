// <mask-editor>: the picture with its covers. What was found is covered already; the person adds, moves, stretches and
// removes, by pointer (drag, or click and click) or by keys alone, on the picture or in the list beside it. What is sent
// is geometry only, as JSON in the form's field `covers`; the node burns it in.

import { announce, filled } from './announce.js';
import { CoverBook } from './cover-book.js';
import { CoverLayer } from './cover-layer.js';
import { CoverList } from './cover-list.js';
import { CoverPen } from './cover-pen.js';
import { bounds, fitted, moved, place, withPointAt } from './geometry.js';
import { ImageStage } from './image-stage.js';
import { button, icon, make } from './make.js';

/** @typedef {import('./geometry.js').Cover} Cover */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {'select' | 'box' | 'ellipse' | 'polygon' | 'brush'} Tool */

/** @type {[Tool, string][]} */
const TOOLS = [['select', 'mouse-pointer-2'], ['box', 'square'], ['ellipse', 'circle'], ['polygon', 'pentagon'], ['brush', 'brush']];
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class MaskEditor extends HTMLElement {
  #book = new CoverBook(this.#field.value);
  #layer = new CoverLayer(this.#stage.overlay, this.dataset.canvas ?? '', 'editor-keys');
  #list = new CoverList(this.dataset, {
    pick: (key) => this.#pick(key),
    remove: (key) => this.#remove(key),
    excuse: (finding, reason) => this.#excuse(finding, reason),
    putBack: (finding) => this.#putBack(finding),
    stay: (finding) => this.#stay(finding),
  });
  #pen = new CoverPen(this.#stage, this.#layer, {
    cover: () => this.#book.find(this.#picked),
    pick: (key) => this.#pick(key),
    change: (cover, deed) => this.#change(cover, deed, false),
    settled: () => this.#say(),
    add: (cover) => this.#add(cover),
    hint: () => announce(this.dataset.sayFirstCorner ?? ''),
  }, this.#picture);
  /** @type {number | null} */
  #picked = null;
  /** Which point of the picked polygon the arrow keys move; -1: the whole of it. */
  #point = -1;
  #opened = this.#book.toText();
  #kept = this.#opened;
  #undo = button(this.dataset.icons, 'undo-2', this.dataset.undo ?? '', 'quiet');
  #redo = button(this.dataset.icons, 'redo-2', this.dataset.redo ?? '', 'quiet');

  connectedCallback() {
    if (this.classList.contains('is-live')) return;
    // What the covers say stands in one field alone.
    for (const numbers of this.querySelectorAll('fieldset')) numbers.disabled = true;
    const keys = make('p', { class: 'hint', id: 'editor-keys' }, this.dataset.keys ?? '');
    this.#list.element.append(this.#adds());
    this.#stage.before(this.#tools());
    this.append(this.#list.element, keys);
    this.classList.add('is-live');
    this.addEventListener('keydown', (event) => this.#onKey(event));
    this.addEventListener('focusin', (event) => {
      const key = this.#layer.keyAt(event.target);
      if (key !== null) this.#pick(key);
    });
    this.#stage.addEventListener('stage-change', () => this.#show());
    this.#show();
  }

  get #field() {
    return /** @type {HTMLInputElement} */ (this.querySelector('input[name="covers"]'));
  }

  get #stage() {
    return /** @type {ImageStage} */ (this.querySelector('image-stage'));
  }

  get #picture() {
    return { x: 0, y: 0, width: Number(this.dataset.width), height: Number(this.dataset.height) };
  }

  #tools() {
    const group = make('div', { role: 'radiogroup', 'aria-label': this.dataset.tools ?? '' });
    const pen = make('input', { type: 'range', min: '0.5', max: '12', step: '0.5', value: '4' });
    const penLabel = make('label', {}, this.dataset.pen ?? '', pen);
    const seeThrough = make('input', { type: 'checkbox' });
    /** @param {Tool} tool */
    const choose = (tool) => {
      for (const radio of group.children) {
        const isChosen = radio instanceof HTMLElement && radio.dataset.tool === tool;
        radio.setAttribute('aria-checked', String(isChosen));
        /** @type {HTMLElement} */ (radio).tabIndex = isChosen ? 0 : -1;
      }
      penLabel.classList.toggle('is-idle', tool !== 'brush');
      this.#pen.take(tool);
    };
    for (const [tool, name] of TOOLS) {
      const words = this.dataset[`tool${tool[0].toUpperCase()}${tool.slice(1)}`] ?? tool;
      const radio = make('button', { type: 'button', role: 'radio', 'data-tool': tool }, icon(this.dataset.icons, name), words);
      radio.addEventListener('click', () => choose(tool));
      group.append(radio);
    }
    group.addEventListener('keydown', (event) => {
      const step = ARROWS[event.key];
      if (!step) return;
      const now = TOOLS.findIndex(([tool]) => tool === this.#pen.tool);
      const next = (now + step[0] + step[1] + TOOLS.length) % TOOLS.length;
      choose(TOOLS[next][0]);
      /** @type {HTMLElement} */ (group.children[next]).focus();
      event.preventDefault();
    });
    const usePen = () => this.#pen.setWidth((Math.min(this.#picture.width, this.#picture.height) * Number(pen.value)) / 100);
    pen.addEventListener('input', usePen);
    usePen();
    seeThrough.addEventListener('change', () => this.#stage.overlay.classList.toggle('see-through', seeThrough.checked));
    this.#undo.addEventListener('click', () => this.#stepBack());
    this.#redo.addEventListener('click', () => this.#stepForth());
    choose('select');
    const see = make('label', {}, seeThrough, this.dataset.seeThrough ?? '');
    return make('div', { class: 'editor-tools' }, group, this.#undo, this.#redo, make('span', { class: 'break' }), see, penLabel);
  }

  #adds() {
    const box = make('div', { class: 'editor-adds' }, make('p', {}, this.dataset.add ?? ''));
    for (const [tool, name] of TOOLS.slice(1)) {
      const shape = /** @type {Cover['shape']} */ (tool);
      const add = button(this.dataset.icons, name, this.#shapeName(shape), 'quiet');
      add.setAttribute('aria-label', filled(this.dataset.addWhich, { shape: this.#shapeName(shape) }));
      add.addEventListener('click', () => this.#add(this.#pen.inTheMiddle(shape)));
      box.append(add);
    }
    return box;
  }

  #show() {
    const { kept } = this.#book;
    const items = kept.map(({ key, cover }, index) => ({ key, cover, name: this.#name(cover, index, kept.length) }));
    const rows = kept.map(({ key, cover }, index) => ({ key, name: `${index + 1} · ${this.#rowName(cover)}`, finding: cover.finding, mayStay: this.#mayStay(cover.finding) }));
    const left = this.#book.dismissed.map((item) => ({ ...item, name: item.cover ? this.#rowName(item.cover) : this.#kindName(item.finding), mayStay: this.#mayStay(item.finding) }));
    this.#layer.show(items, this.#picked, this.#point, this.#stage.density);
    this.#layer.showLeft(left.flatMap((item) => item.cover ?? []));
    this.#list.show(rows, this.#picked, left);
    this.#undo.disabled = !this.#book.canUndo;
    this.#redo.disabled = !this.#book.canRedo;
    this.#keep();
  }

  /** What the form sends, and whether leaving the page would lose it. Nobody has said anything of covers that are others now. */
  #keep() {
    const text = this.#book.toText();
    const form = this.closest('form');
    if (!form) return;
    if (text !== this.#kept) for (const box of form.querySelectorAll('.confirm input')) /** @type {HTMLInputElement} */ (box).checked = false;
    this.#kept = text;
    this.#field.value = text;
    form.dataset.changed = text === this.#opened ? '' : 'yes';
  }

  /** @param {Cover['shape']} shape */
  #shapeName(shape) {
    return this.dataset[`shape${shape[0].toUpperCase()}${shape.slice(1)}`] ?? shape;
  }

  /** @param {Cover} cover @param {number} index @param {number} count */
  #name(cover, index, count) {
    const box = bounds(cover);
    return filled(this.dataset.sayCover, { number: index + 1, count, shape: this.#shapeName(cover.shape), width: Math.round(box.width), height: Math.round(box.height), place: this.#placeName(box) });
  }

  /** @param {Cover} cover */
  #rowName(cover) {
    const kind = cover.finding === null ? this.dataset.kindOwn : this.#kindName(cover.finding);
    return `${kind}, ${this.#shapeName(cover.shape)}, ${this.#placeName(bounds(cover))}`;
  }

  /** What a finding seems to be. @param {number} finding */
  #kindName(finding) {
    return (this.dataset.kinds ?? '').split('|')[finding] || (this.dataset.kindFinding ?? '');
  }

  /** @param {number | null} finding */
  #mayStay(finding) {
    return finding !== null && (this.dataset.mayStay ?? '').split('|').includes(String(finding));
  }

  /** @param {import('./geometry.js').Box} box */
  #placeName(box) {
    return (this.dataset.places ?? '').split('|')[place(box, this.#picture)] ?? '';
  }

  #say() {
    const { kept } = this.#book;
    const index = kept.findIndex(({ key }) => key === this.#picked);
    if (index >= 0) announce(this.#name(kept[index].cover, index, kept.length));
  }

  /** @param {number | null} key */
  #pick(key) {
    if (this.#picked === key) return;
    this.#picked = key;
    this.#point = -1;
    this.#show();
  }

  /** @param {Cover} cover */
  #add(cover) {
    const key = this.#book.add(cover);
    this.#picked = key;
    this.#point = -1;
    this.#show();
    this.#layer.focus(key);
    const { kept } = this.#book;
    announce(filled(this.dataset.sayAdded, { cover: this.#name(cover, kept.length - 1, kept.length) }));
  }

  /** @param {Cover} cover @param {string} deed @param {boolean} isSaid */
  #change(cover, deed, isSaid) {
    if (this.#picked === null) return;
    this.#book.change(this.#picked, cover, deed);
    this.#show();
    if (isSaid) this.#say();
  }

  /** @param {number} key */
  #remove(key) {
    const at = this.#book.kept.findIndex((kept) => kept.key === key);
    this.#book.remove(key);
    const left = this.#book.kept;
    this.#picked = left[Math.min(at, left.length - 1)]?.key ?? null;
    this.#point = -1;
    this.#show();
    if (this.#picked !== null) this.#list.focus(this.#picked);
    else /** @type {HTMLElement | null} */ (this.querySelector('.editor-adds button'))?.focus();
    announce(filled(this.dataset.sayRemoved, { count: left.length }));
  }

  /** @param {number} finding @param {string | null} reason */
  #excuse(finding, reason) {
    this.#book.excuse(finding, reason);
    this.#show();
  }

  /** @param {number} finding */
  #stay(finding) {
    this.#book.stay(finding, 'not-identifying');
    this.#picked = null;
    this.#show();
    /** @type {HTMLElement | null} */ (this.querySelector(`#why-${finding}`))?.focus();
    announce(filled(this.dataset.sayRemoved, { count: this.#book.kept.length }));
  }

  /** @param {number} finding */
  #putBack(finding) {
    this.#picked = this.#book.putBack(finding);
    this.#show();
    if (this.#picked !== null) this.#list.focus(this.#picked);
    this.#say();
  }

  #stepBack() {
    this.#book.undo();
    this.#afterStep(this.dataset.sayUndone);
  }

  #stepForth() {
    this.#book.redo();
    this.#afterStep(this.dataset.sayRedone);
  }

  /** @param {string | undefined} sentence */
  #afterStep(sentence) {
    if (this.#book.find(this.#picked) === undefined) this.#picked = null;
    this.#point = -1;
    this.#show();
    announce(filled(sentence, { count: this.#book.kept.length }));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.target instanceof HTMLSelectElement) return;
    const isHandled = this.#onEditorKey(event) || this.#onCoverKey(event);
    if (!isHandled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #onEditorKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
      if (event.shiftKey) this.#stepForth();
      else this.#stepBack();
      return true;
    }
    if (event.key === 'Escape' && this.#pen.cancel()) {
      announce(this.dataset.sayCancelled ?? '');
      return true;
    }
    return event.key === 'Enter' && this.#pen.close();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #onCoverKey(event) {
    const key = this.#layer.keyAt(event.target) ?? this.#list.keyAt(event.target);
    const cover = this.#book.find(key);
    if (key === null || !cover || event.ctrlKey || event.metaKey) return false;
    this.#pick(key);
    if (event.key === 'Delete' || event.key === 'Backspace') this.#remove(key);
    else if (event.key.toLowerCase() === 'p' && cover.shape === 'polygon') this.#nextPoint(cover.points.length);
    else if (event.key === 'Escape' && this.#point >= 0) this.#nextPoint(0);
    else if (ARROWS[event.key]) this.#onArrow(cover, ARROWS[event.key], event.shiftKey ? 10 : 1, event.altKey);
    else return false;
    return true;
  }

  /** @param {Cover} cover @param {Point} way @param {number} step @param {boolean} isSizing */
  #onArrow(cover, way, step, isSizing) {
    const dx = way[0] * step;
    const dy = way[1] * step;
    if (cover.shape === 'polygon' && this.#point >= 0) {
      const [x, y] = cover.points[this.#point];
      this.#change(withPointAt(cover, this.#point, [x + dx, y + dy]), `point ${this.#point} by keys`, true);
    } else if (isSizing) {
      const box = bounds(cover);
      this.#change(fitted(cover, { ...box, width: box.width + dx, height: box.height + dy }), 'size by keys', true);
    } else {
      this.#change(moved(cover, dx, dy, this.#picture), 'move by keys', true);
    }
  }

  /** @param {number} count */
  #nextPoint(count) {
    this.#point = count === 0 ? -1 : (this.#point + 1) % count;
    this.#show();
    if (count > 0) announce(filled(this.dataset.sayPoint, { number: this.#point + 1, count }));
    else this.#say();
  }
}

customElements.define('mask-editor', MaskEditor);
