// <image-stage>: zoom and pan for the picture inside it, by wheel, pinch, drag, double click, buttons and keys.
// Without scripts it is simply the picture. What lies over the picture (an SVG in its pixels) moves with it.

import { button, make } from './make.js';

const SCALE_MAX = 12;
const STEP = 1.5;
const PAN_STEP = 60;

/** @typedef {{ x: number, y: number, taken: boolean }} Finger */

export class ImageStage extends HTMLElement {
  /** How far the picture is magnified. */
  scale = 1;
  #x = 0;
  #y = 0;
  /** @type {Map<number, Finger>} */
  #fingers = new Map();
  #isDrawing = false;
  /** @type {HTMLElement | null} */
  #bar = null;

  connectedCallback() {
    if (this.classList.contains('is-live')) return;
    this.classList.add('is-live');
    this.tabIndex = 0;
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', this.dataset.label ?? '');
    this.#bar = this.#controls();
    this.append(this.#bar);
    this.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
    this.addEventListener('pointerdown', (event) => this.#onDown(event));
    this.addEventListener('pointermove', (event) => this.#onMove(event));
    for (const end of ['pointerup', 'pointercancel']) this.addEventListener(end, (event) => this.#onUp(/** @type {PointerEvent} */ (event)));
    this.addEventListener('dblclick', (event) => this.#onDoubleClick(event));
    this.addEventListener('keydown', (event) => this.#onKey(event));
    new ResizeObserver(() => this.#apply()).observe(this);
  }

  /** Whoever draws on the picture takes the single finger; two still zoom. */
  set isDrawing(/** @type {boolean} */ value) {
    this.#isDrawing = value;
    this.classList.toggle('is-drawing', value);
  }

  get world() {
    return /** @type {HTMLElement} */ (this.querySelector('.stage-world'));
  }

  get overlay() {
    return /** @type {SVGSVGElement} */ (this.querySelector('.stage-world > svg'));
  }

  /** How many pixels of the screen one pixel of the picture takes. */
  get density() {
    return this.overlay.getScreenCTM()?.a || 1;
  }

  /**
   * A point of the screen in pixels of the picture.
   * @param {number} clientX @param {number} clientY @returns {[number, number]}
   */
  toPicture(clientX, clientY) {
    const matrix = this.overlay.getScreenCTM();
    if (!matrix) return [0, 0];
    const point = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
    return [point.x, point.y];
  }

  /** The part of the picture that is on the screen, in its pixels. */
  get visible() {
    const stage = this.getBoundingClientRect();
    const { width, height } = this.overlay.viewBox.baseVal;
    const [left, top] = this.toPicture(stage.left, stage.top).map((at) => Math.max(at, 0));
    const [right, bottom] = this.toPicture(stage.right, stage.bottom);
    return { x: left, y: top, width: Math.min(right, width) - left, height: Math.min(bottom, height) - top };
  }

  /** @param {number} factor @param {number} [clientX] @param {number} [clientY] */
  zoom(factor, clientX, clientY) {
    const stage = this.getBoundingClientRect();
    const atX = (clientX ?? stage.left + stage.width / 2) - stage.left - this.world.offsetLeft;
    const atY = (clientY ?? stage.top + stage.height / 2) - stage.top - this.world.offsetTop;
    const scale = Math.min(SCALE_MAX, Math.max(1, this.scale * factor));
    this.#x = atX - ((atX - this.#x) * scale) / this.scale;
    this.#y = atY - ((atY - this.#y) * scale) / this.scale;
    this.scale = scale;
    this.#apply();
  }

  showWhole() {
    this.scale = 1;
    this.#apply();
  }

  #controls() {
    const icons = this.dataset.icons;
    const bar = make('div', { class: 'stage-controls' });
    /** @type {[string, string | undefined, () => void][]} */
    const ways = [
      ['zoom-in', this.dataset.zoomIn, () => this.zoom(STEP)],
      ['zoom-out', this.dataset.zoomOut, () => this.zoom(1 / STEP)],
      ['maximize', this.dataset.whole, () => this.showWhole()],
    ];
    for (const [name, words, act] of ways) {
      const control = button(icons, name, words ?? '', '', true);
      control.addEventListener('click', act);
      bar.append(control);
    }
    return bar;
  }

  #apply() {
    const world = this.world;
    const within = (/** @type {number} */ shift, /** @type {number} */ start, /** @type {number} */ side, /** @type {number} */ room) => {
      const size = side * this.scale;
      if (size <= room) return (room - size) / 2 - start;
      return Math.min(-start, Math.max(room - size - start, shift));
    };
    this.#x = within(this.#x, world.offsetLeft, world.offsetWidth, this.clientWidth);
    this.#y = within(this.#y, world.offsetTop, world.offsetHeight, this.clientHeight - (this.#bar?.offsetHeight ?? 0));
    world.style.transform = `translate(${this.#x}px, ${this.#y}px) scale(${this.scale})`;
    this.classList.toggle('is-zoomed', this.scale > 1);
    this.dispatchEvent(new CustomEvent('stage-change', { bubbles: true }));
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    if (!event.ctrlKey && !this.matches(':focus-within')) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.clientX, event.clientY);
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.target instanceof Element && event.target.closest('.stage-controls')) return;
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, taken: event.defaultPrevented });
    if (this.#fingers.size === 2) this.dispatchEvent(new CustomEvent('stage-pinch', { bubbles: true }));
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const finger = this.#fingers.get(event.pointerId);
    if (!finger) return;
    const others = [...this.#fingers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    if (others.length === 1) {
      const before = Math.hypot(finger.x - others[0].x, finger.y - others[0].y);
      const after = Math.hypot(event.clientX - others[0].x, event.clientY - others[0].y);
      this.#x += (event.clientX - finger.x) / 2;
      this.#y += (event.clientY - finger.y) / 2;
      if (before > 0) this.zoom(after / before, (event.clientX + others[0].x) / 2, (event.clientY + others[0].y) / 2);
    } else if (!finger.taken && !this.#isDrawing && this.scale > 1) {
      if (!this.hasPointerCapture(event.pointerId)) this.setPointerCapture(event.pointerId);
      this.#x += event.clientX - finger.x;
      this.#y += event.clientY - finger.y;
      this.#apply();
    }
    finger.x = event.clientX;
    finger.y = event.clientY;
  }

  /** @param {PointerEvent} event */
  #onUp(event) {
    this.#fingers.delete(event.pointerId);
  }

  /** @param {MouseEvent} event */
  #onDoubleClick(event) {
    if (this.#isDrawing || (event.target instanceof Element && event.target.closest('.stage-controls, .cover, .handle'))) return;
    if (this.scale > 1) this.showWhole();
    else this.zoom(STEP * STEP, event.clientX, event.clientY);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const anywhere = { '+': () => this.zoom(STEP), '=': () => this.zoom(STEP), '-': () => this.zoom(1 / STEP), 0: () => this.showWhole() };
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [PAN_STEP, 0], ArrowRight: [-PAN_STEP, 0], ArrowUp: [0, PAN_STEP], ArrowDown: [0, -PAN_STEP] };
    if (anywhere[event.key]) anywhere[event.key]();
    else if (event.target === this && ways[event.key] && this.scale > 1) {
      this.#x += ways[event.key][0];
      this.#y += ways[event.key][1];
      this.#apply();
    } else return;
    event.preventDefault();
  }
}

customElements.define('image-stage', ImageStage);
