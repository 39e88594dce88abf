// The covers as shapes over the picture: drawn in its pixels, each one focusable, the picked one with handles. Draws what
// it is told and says what lies under a pointer; decides nothing.

import { bounds } from './geometry.js';
import { draw, set } from './make.js';

/** @typedef {import('./geometry.js').Cover} Cover */
/** @typedef {import('./geometry.js').Box} Box */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {{ kind: 'corner', index: number } | { kind: 'point', index: number }} Handle */

/** The least a pointer must be able to hit, in pixels of the screen (WCAG 2.2, 2.5.8). */
const TARGET_PX = 28;
const DOT_PX = 12;
const NUMBER_PX = 15;

/** Corners in the order upper left, upper right, lower left, lower right. @param {Box} box @returns {Point[]} */
export function corners(box) {
  return [[box.x, box.y], [box.x + box.width, box.y], [box.x, box.y + box.height], [box.x + box.width, box.y + box.height]];
}

export class CoverLayer {
  #svg;
  /** @type {Map<number, SVGGElement>} */
  #shapes = new Map();
  #handles = draw('g', { 'aria-hidden': 'true' });
  #sketch = draw('g', { 'aria-hidden': 'true' });
  #left = draw('g', { 'aria-hidden': 'true' });

  /** @param {SVGSVGElement} svg @param {string} name @param {string} keysId id of the text that explains the keys */
  constructor(svg, name, keysId) {
    this.#svg = svg;
    svg.removeAttribute('aria-hidden');
    set(svg, { role: 'application', 'aria-label': name, 'aria-describedby': keysId });
    svg.replaceChildren(this.#left, this.#handles, this.#sketch);
  }

  /**
   * @param {{ key: number, cover: Cover, name: string }[]} items
   * @param {number | null} picked @param {number} point index of the polygon's point that the keys move, or -1
   * @param {number} density pixels of the screen for one of the picture
   */
  show(items, picked, point, density) {
    for (const [key, shape] of this.#shapes) {
      if (items.some((item) => item.key === key)) continue;
      shape.remove();
      this.#shapes.delete(key);
    }
    items.forEach((item, index) => this.#showOne(item, index + 1, item.key === picked, density));
    const cover = items.find((item) => item.key === picked)?.cover;
    this.#showHandles(cover, point, density);
  }

  /** Where something was found and left uncovered. @param {Cover[]} covers */
  showLeft(covers) {
    this.#left.replaceChildren(...covers.flatMap((cover) => ['left under', 'left'].map((style) => {
      const outline = draw('rect', { ...bounds(cover) });
      outline.setAttribute('class', style);
      return outline;
    })));
  }

  /** @param {Cover | null} cover what is being drawn */
  showSketch(cover) {
    this.#sketch.replaceChildren();
    if (!cover) return;
    const outline = form(cover);
    outline.setAttribute('class', cover.shape === 'brush' ? 'sketch stroke' : 'sketch');
    this.#sketch.append(outline);
  }

  /** Gives a shape the focus without moving the page under the pointer. @param {number} key */
  focus(key) {
    this.#shapes.get(key)?.focus({ preventScroll: true });
  }

  /** @param {EventTarget | null} target @returns {number | null} */
  keyAt(target) {
    const shape = target instanceof Element ? target.closest('.cover') : null;
    return shape instanceof SVGElement ? Number(shape.dataset.key) : null;
  }

  /** @param {EventTarget | null} target @returns {Handle | null} */
  handleAt(target) {
    const handle = target instanceof Element ? target.closest('.handle') : null;
    if (!(handle instanceof SVGElement)) return null;
    return { kind: handle.dataset.kind === 'point' ? 'point' : 'corner', index: Number(handle.dataset.index) };
  }

  /** @param {{ key: number, cover: Cover, name: string }} item @param {number} number its own in the list @param {boolean} isPicked @param {number} density */
  #showOne(item, number, isPicked, density) {
    let shape = this.#shapes.get(item.key);
    if (!shape) {
      shape = draw('g', { tabindex: 0, role: 'button', 'data-key': item.key });
      this.#shapes.set(item.key, shape);
      this.#svg.insertBefore(shape, this.#handles);
    }
    set(shape, { class: isPicked ? 'cover is-picked' : 'cover', 'aria-label': item.name, 'aria-pressed': String(isPicked) });
    const body = form(item.cover);
    body.setAttribute('class', item.cover.shape === 'brush' ? 'body stroke' : 'body');
    const box = bounds(item.cover);
    const edge = item.cover.shape === 'brush' ? draw('rect', { ...box }) : form(item.cover);
    edge.setAttribute('class', 'edge');
    const size = NUMBER_PX / density;
    const label = draw('text', { class: 'number', x: box.x + box.width / 2, y: box.y + box.height / 2, 'font-size': size, 'aria-hidden': 'true' });
    label.textContent = String(number);
    shape.replaceChildren(reach(box, density), body, edge, label);
  }

  /** @param {Cover | undefined} cover @param {number} point @param {number} density */
  #showHandles(cover, point, density) {
    this.#handles.replaceChildren();
    if (!cover) return;
    const side = TARGET_PX / density;
    const dot = DOT_PX / density;
    /** @param {Point} at @param {string} kind @param {number} index */
    const handle = ([x, y], kind, index) => {
      const group = draw('g', { class: kind === 'point' && index === point ? 'handle is-point' : 'handle', 'data-kind': kind, 'data-index': index });
      group.append(
        draw('rect', { class: 'reach', x: x - side / 2, y: y - side / 2, width: side, height: side }),
        draw('rect', { class: 'dot', x: x - dot / 2, y: y - dot / 2, width: dot, height: dot, rx: kind === 'point' ? dot / 2 : 0 }),
      );
      this.#handles.append(group);
    };
    if (cover.shape === 'polygon') cover.points.forEach((at, index) => handle(at, 'point', index));
    else corners(bounds(cover)).forEach((at, index) => handle(at, 'corner', index));
  }
}

/** What a pointer may hit of a very small cover. @param {Box} box @param {number} density */
function reach(box, density) {
  const least = TARGET_PX / density;
  const width = Math.max(box.width, least);
  const height = Math.max(box.height, least);
  return draw('rect', { class: 'reach', x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height });
}

/** @param {Cover} cover @returns {SVGElement} */
function form(cover) {
  switch (cover.shape) {
    case 'box':
      return draw('rect', { x: cover.x, y: cover.y, width: cover.width, height: cover.height });
    case 'ellipse':
      return draw('ellipse', { cx: cover.x + cover.width / 2, cy: cover.y + cover.height / 2, rx: cover.width / 2, ry: cover.height / 2 });
    case 'polygon':
      return draw('polygon', { points: cover.points.map((point) => point.join(',')).join(' ') });
    case 'brush': {
      const [first, ...rest] = cover.points;
      const path = `M${first.join(' ')}${rest.length ? rest.map((point) => `L${point.join(' ')}`).join('') : 'l0.01 0'}`;
      return draw('path', { d: path, 'stroke-width': cover.width });
    }
  }
}
