// The pointer of the editor: draws new covers and drags those that stand. A corner may be set by dragging or by two
// clicks; a polygon by clicks, closed by Enter, a double click or its first point; the brush by a stroke or a dot.

import { corners } from './cover-layer.js';
import { bounds, boxBetween, fitted, moved, SIDE_MIN, thinned, withPointAt } from './geometry.js';

/** @typedef {import('./geometry.js').Cover} Cover */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Box} Box */
/** @typedef {import('./cover-layer.js').CoverLayer} CoverLayer */
/** @typedef {import('./cover-layer.js').Handle} Handle */
/** @typedef {import('./image-stage.js').ImageStage} ImageStage */
/**
 * @typedef {object} Hand what the pen asks of the editor
 * @property {() => Cover | undefined} cover the picked one
 * @property {(key: number | null) => void} pick
 * @property {(cover: Cover, deed: string) => void} change
 * @property {() => void} settled
 * @property {(cover: Cover) => void} add
 * @property {() => void} hint
 */

/** A pointer that moved less than this, in pixels of the screen, has clicked. */
const CLICK_PX = 5;

export class CoverPen {
  /** @type {'select' | Cover['shape']} */
  tool = 'select';
  #stage;
  #layer;
  #hand;
  #picture;
  #penWidth = 24;
  #drags = 0;
  /** Where the pointer went down on the screen. @type {Point | null} */
  #pressed = null;
  /** @type {{ cover: Cover, from: Point, handle: Handle | null } | null} */
  #drag = null;
  /** The points set so far of what is being drawn. @type {Point[]} */
  #points = [];

  /** @param {ImageStage} stage @param {CoverLayer} layer @param {Hand} hand @param {Box} picture */
  constructor(stage, layer, hand, picture) {
    this.#stage = stage;
    this.#layer = layer;
    this.#hand = hand;
    this.#picture = picture;
    const svg = stage.overlay;
    svg.addEventListener('pointerdown', (event) => this.#onDown(event));
    svg.addEventListener('pointermove', (event) => this.#onMove(event));
    svg.addEventListener('pointerup', (event) => this.#onUp(event));
    svg.addEventListener('pointercancel', () => this.cancel());
    svg.addEventListener('dblclick', () => this.close());
    stage.addEventListener('stage-pinch', () => this.cancel());
  }

  /** @param {'select' | Cover['shape']} tool */
  take(tool) {
    this.cancel();
    this.tool = tool;
    this.#stage.isDrawing = tool !== 'select';
  }

  /** @param {number} pixels */
  setWidth(pixels) {
    this.#penWidth = Math.max(SIDE_MIN, pixels);
  }

  /** Gives up what is being drawn. @returns {boolean} whether there was something */
  cancel() {
    const wasBusy = this.#points.length > 0;
    this.#points = [];
    this.#pressed = null;
    this.#drag = null;
    this.#layer.showSketch(null);
    return wasBusy;
  }

  /** Closes the polygon that is being drawn. @returns {boolean} whether there was one */
  close() {
    if (this.tool !== 'polygon' || this.#points.length === 0) return false;
    const points = thinned(this.#points, CLICK_PX / this.#stage.density);
    this.cancel();
    if (points.length >= 3) this.#hand.add({ shape: 'polygon', points, finding: null });
    return true;
  }

  /** A cover in the middle of what is on the screen: how one is placed without a pointer. @param {Cover['shape']} shape @returns {Cover} */
  inTheMiddle(shape) {
    const seen = this.#stage.visible;
    const side = Math.max(SIDE_MIN * 4, Math.round(Math.min(seen.width, seen.height) / 5));
    const x = Math.round(seen.x + (seen.width - side) / 2);
    const y = Math.round(seen.y + (seen.height - side) / 2);
    if (shape === 'box' || shape === 'ellipse') return { shape, x, y, width: side, height: side, finding: null };
    if (shape === 'brush') return { shape, points: [[x + side / 2, y + side / 2]], width: side, finding: null };
    const around = [0, 1, 2, 3, 4, 5].map((at) => (at * Math.PI) / 3);
    const points = around.map((angle) => /** @type {Point} */ ([Math.round(x + (side / 2) * (1 + Math.cos(angle))), Math.round(y + (side / 2) * (1 + Math.sin(angle)))]));
    return { shape, points, finding: null };
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const handle = this.#layer.handleAt(event.target);
    const key = this.#layer.keyAt(event.target);
    if (handle || (this.tool === 'select' && key !== null)) this.#beginDrag(event, handle, key);
    else if (this.tool === 'select') this.#hand.pick(null);
    else this.#beginDrawing(event);
  }

  /** @param {PointerEvent} event @param {Handle | null} handle @param {number | null} key */
  #beginDrag(event, handle, key) {
    event.preventDefault();
    this.#take(event);
    if (!handle && key !== null) {
      this.#hand.pick(key);
      this.#layer.focus(key);
    }
    const cover = this.#hand.cover();
    if (!cover) return;
    this.#drags += 1;
    this.#drag = { cover, from: this.#at(event), handle };
  }

  /** @param {PointerEvent} event */
  #beginDrawing(event) {
    event.preventDefault();
    this.#take(event);
    this.#pressed = [event.clientX, event.clientY];
    if (this.tool === 'brush') this.#points = [this.#at(event)];
    else if (this.tool !== 'polygon' && this.#points.length === 0) this.#points = [this.#at(event)];
    this.#sketch(this.#at(event));
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (this.#drag) this.#dragTo(this.#at(event));
    else if (this.#points.length > 0) {
      if (this.tool === 'brush') this.#points = thinned([...this.#points, this.#at(event)], 2 / this.#stage.density);
      this.#sketch(this.#at(event));
    }
  }

  /** @param {PointerEvent} event */
  #onUp(event) {
    if (this.#drag) {
      this.#drag = null;
      this.#hand.settled();
    } else if (this.#pressed) this.#lift(event, this.#pressed);
    this.#pressed = null;
  }

  /** @param {PointerEvent} event @param {Point} pressed */
  #lift(event, pressed) {
    const isClick = Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) < CLICK_PX;
    const at = this.#at(event);
    if (this.tool === 'polygon') this.#setPoint(at);
    else if (this.tool === 'brush') this.#finish(at);
    else {
      const isFirstCorner = isClick && Math.hypot(at[0] - this.#points[0][0], at[1] - this.#points[0][1]) * this.#stage.density < CLICK_PX;
      if (isFirstCorner) this.#hand.hint();
      else this.#finish(at);
    }
  }

  /** @param {Point} at */
  #setPoint(at) {
    const first = this.#points[0];
    const isClosing = this.#points.length >= 3 && Math.hypot(at[0] - first[0], at[1] - first[1]) * this.#stage.density < 3 * CLICK_PX;
    if (isClosing) this.close();
    else {
      this.#points = [...this.#points, at];
      this.#sketch(at);
    }
  }

  /** @param {Point} at */
  #finish(at) {
    const cover = this.#drawn(at);
    this.cancel();
    const box = cover && bounds(cover);
    if (cover && box && box.width >= SIDE_MIN && box.height >= SIDE_MIN) this.#hand.add(cover);
  }

  /** @param {Point} at */
  #sketch(at) {
    this.#layer.showSketch(this.#points.length > 0 ? this.#drawn(at) : null);
  }

  /** What is being drawn if the pointer lifts at this point. @param {Point} at @returns {Cover | null} */
  #drawn(at) {
    switch (this.tool) {
      case 'box':
      case 'ellipse':
        return { shape: this.tool, ...boxBetween(this.#points[0], at), finding: null };
      case 'polygon':
        return { shape: 'polygon', points: [...this.#points, at], finding: null };
      case 'brush':
        return { shape: 'brush', points: this.#points, width: this.#penWidth, finding: null };
      case 'select':
        return null;
    }
  }

  /** @param {Point} at */
  #dragTo(at) {
    if (!this.#drag) return;
    const { cover, from, handle } = this.#drag;
    const deed = `drag ${this.#drags}`;
    if (!handle) this.#hand.change(moved(cover, at[0] - from[0], at[1] - from[1], this.#picture), deed);
    else if (handle.kind === 'point') this.#hand.change(withPointAt(cover, handle.index, at), deed);
    else this.#hand.change(fitted(cover, boxBetween(corners(bounds(cover))[3 - handle.index], at)), deed);
  }

  /** @param {PointerEvent} event @returns {Point} */
  #at(event) {
    const [x, y] = this.#stage.toPicture(event.clientX, event.clientY);
    return [Math.min(Math.max(Math.round(x), 0), this.#picture.width), Math.min(Math.max(Math.round(y), 0), this.#picture.height)];
  }

  /** @param {PointerEvent} event */
  #take(event) {
    this.#stage.overlay.setPointerCapture(event.pointerId);
  }
}
