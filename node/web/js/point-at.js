// <point-at>: lets a comment point at a place in the picture. A box appears in the middle; it is drawn anew by dragging,
// moved by the arrow keys, stretched with Alt. Its corners go into the hidden field `region` as "x,y,width,height", and the
// number of the picture into the field `picture`: of a pair, each can be pointed into.

import { announce, filled } from './announce.js';
import { bounds, boxBetween, fitted, moved, SIDE_MIN, whole } from './geometry.js';
import { ImageStage } from './image-stage.js';
import { button, draw, make, set } from './make.js';

/** @typedef {import('./geometry.js').BoxCover} Place */

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class PointAt extends HTMLElement {
  /** @type {ImageStage | null} */ #stage = null;
  /** @type {SVGRectElement | null} */ #mark = null;
  /** @type {Place | null} */ #place = null;
  /** @type {[number, number] | null} */ #from = null;
  /** @type {HTMLButtonElement | null} */ #way = null;
  /** @type {AbortController | null} */ #listening = null;
  #leaving = new AbortController();
  /** @type {ImageStage[]} */ #stages = [];
  #how = make('p', { class: 'hint' }, this.dataset.how ?? '');
  /** @type {HTMLButtonElement[]} */ #ways = [];
  #undo = button(this.dataset.icons, 'x', this.dataset.undo ?? '', 'quiet');

  connectedCallback() {
    this.#undo.addEventListener('click', () => this.#end(), { signal: this.#leaving.signal });
    document.addEventListener('htmx:after:swap', () => this.#renew(), { signal: this.#leaving.signal });
    this.#offer();
  }

  /** Another picture stands there: what pointed into the one before points nowhere. */
  #renew() {
    if (this.#stages.every((stage) => stage.isConnected)) return;
    this.#clear();
    for (const way of this.#ways) way.remove();
    this.#offer();
  }

  #offer() {
    const stages = /** @type {NodeListOf<ImageStage>} */ (document.querySelectorAll('.case-picture image-stage'));
    this.#stages = [...stages];
    this.#ways = this.#stages.map((stage) => this.#wayInto(stage));
    this.#how.hidden = true;
    this.#undo.hidden = true;
    this.append(...this.#ways, this.#undo, this.#how);
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#clear();
  }

  /** @param {ImageStage} stage */
  #wayInto(stage) {
    const words = [this.dataset.do ?? '', stage.dataset.name].filter(Boolean).join(': ');
    const way = button(this.dataset.icons, 'crosshair', words, 'quiet');
    way.addEventListener('click', () => this.#begin(stage, way));
    return way;
  }

  /** @param {ImageStage} stage @param {HTMLButtonElement} way */
  #begin(stage, way) {
    this.#stage = stage;
    this.#way = way;
    this.#numberField.value = stage.dataset.number ?? '';
    const seen = stage.visible;
    const side = Math.min(seen.width, seen.height) / 4;
    this.#place = { shape: 'box', x: seen.x + (seen.width - side) / 2, y: seen.y + (seen.height - side) / 2, width: side, height: side, finding: null };
    this.#mark = draw('rect', { class: 'is-drawn', tabindex: 0, role: 'button' });
    stage.overlay.removeAttribute('aria-hidden');
    stage.overlay.append(this.#mark);
    stage.isDrawing = true;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    stage.overlay.addEventListener('pointerdown', (event) => this.#onDown(event), { signal });
    stage.overlay.addEventListener('pointermove', (event) => this.#onMove(event), { signal });
    stage.overlay.addEventListener('pointerup', () => this.#onUp(), { signal });
    this.#mark.addEventListener('keydown', (event) => this.#onKey(event));
    this.#toggle(true);
    this.#show();
    this.#mark.focus();
  }

  #end() {
    if (!this.#mark) return;
    this.#clear();
    this.#way?.focus();
  }

  #clear() {
    if (!this.#mark) return;
    this.#listening?.abort();
    this.#mark.remove();
    this.#mark = null;
    this.#place = null;
    if (this.#stage) this.#stage.isDrawing = false;
    this.#toggle(false);
    this.#field.value = '';
  }

  /** @param {boolean} isPointing */
  #toggle(isPointing) {
    for (const way of this.#ways) way.hidden = isPointing;
    this.#undo.hidden = !isPointing;
    this.#how.hidden = !isPointing;
  }

  get #field() {
    return /** @type {HTMLInputElement} */ (this.querySelector('input[name="region"]'));
  }

  get #numberField() {
    return /** @type {HTMLInputElement} */ (this.closest('form')?.querySelector('input[name="picture"]'));
  }

  #show() {
    if (!this.#place || !this.#mark || !this.#stage) return;
    const { x, y, width, height } = bounds(whole(this.#place));
    const words = filled(this.dataset.say, { width, height, place: `${x}, ${y}` });
    set(this.#mark, { x, y, width, height, 'aria-label': words });
    this.#field.value = [x, y, width, height].join(',');
    announce(words);
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (!event.isPrimary || !this.#stage) return;
    event.preventDefault();
    this.#stage.overlay.setPointerCapture(event.pointerId);
    this.#from = this.#stage.toPicture(event.clientX, event.clientY);
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#from || !this.#place || !this.#stage) return;
    const box = boxBetween(this.#from, this.#stage.toPicture(event.clientX, event.clientY));
    if (box.width < SIDE_MIN || box.height < SIDE_MIN) return;
    this.#place = { ...this.#place, ...box };
    this.#show();
  }

  #onUp() {
    this.#from = null;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const way = ARROWS[event.key];
    if (!this.#place || !this.#stage) return;
    if (event.key === 'Escape') this.#end();
    else if (!way) return;
    else {
      const step = event.shiftKey ? 10 : 1;
      const view = this.#stage.overlay.viewBox.baseVal;
      const box = bounds(this.#place);
      this.#place = event.altKey
        ? fitted(this.#place, { ...box, width: box.width + way[0] * step, height: box.height + way[1] * step })
        : moved(this.#place, way[0] * step, way[1] * step, { x: 0, y: 0, width: view.width, height: view.height });
      this.#show();
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

customElements.define('point-at', PointAt);
