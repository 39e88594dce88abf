// Covers as plain data in pixels of the upright picture, and what can be done to them. Knows no element of the page.

/** @typedef {[number, number]} Point */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ shape: 'box', x: number, y: number, width: number, height: number, finding: number | null }} BoxCover */
/** @typedef {{ shape: 'ellipse', x: number, y: number, width: number, height: number, finding: number | null }} EllipseCover */
/** @typedef {{ shape: 'polygon', points: Point[], finding: number | null }} PolygonCover */
/** @typedef {{ shape: 'brush', points: Point[], width: number, finding: number | null }} BrushCover */
/** @typedef {BoxCover | EllipseCover | PolygonCover | BrushCover} Cover */

/** A cover smaller than this on either side was a slip of the hand. */
export const SIDE_MIN = 4;

/** @param {Point} a @param {Point} b @returns {Box} */
export function boxBetween(a, b) {
  return { x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), width: Math.abs(a[0] - b[0]), height: Math.abs(a[1] - b[1]) };
}

/** @param {Cover} cover @returns {Box} */
export function bounds(cover) {
  if (cover.shape === 'box' || cover.shape === 'ellipse') return { x: cover.x, y: cover.y, width: cover.width, height: cover.height };
  const reach = cover.shape === 'brush' ? cover.width / 2 : 0;
  const xs = cover.points.map((point) => point[0]);
  const ys = cover.points.map((point) => point[1]);
  const left = Math.min(...xs) - reach;
  const top = Math.min(...ys) - reach;
  return { x: left, y: top, width: Math.max(...xs) + reach - left, height: Math.max(...ys) + reach - top };
}

/** @template {Cover} C @param {C} cover @param {(point: Point) => Point} change @returns {C} */
function withPoints(cover, change) {
  if (cover.shape === 'box' || cover.shape === 'ellipse') {
    const [x, y] = change([cover.x, cover.y]);
    const [right, bottom] = change([cover.x + cover.width, cover.y + cover.height]);
    return { ...cover, x, y, width: right - x, height: bottom - y };
  }
  return { ...cover, points: cover.points.map(change) };
}

/**
 * The cover moved, but never so far that nothing of it lies on the picture.
 * @template {Cover} C @param {C} cover @param {number} dx @param {number} dy @param {Box} picture @returns {C}
 */
export function moved(cover, dx, dy, picture) {
  const box = bounds(cover);
  const x = Math.min(Math.max(box.x + dx, SIDE_MIN - box.width), picture.width - SIDE_MIN) - box.x;
  const y = Math.min(Math.max(box.y + dy, SIDE_MIN - box.height), picture.height - SIDE_MIN) - box.y;
  return withPoints(cover, (point) => [point[0] + x, point[1] + y]);
}

/**
 * The cover stretched from its present bounds into others. A single dot of the brush changes the width of its pen.
 * @template {Cover} C @param {C} cover @param {Box} to @returns {C}
 */
export function fitted(cover, to) {
  const from = bounds(cover);
  const width = Math.max(to.width, SIDE_MIN);
  const height = Math.max(to.height, SIDE_MIN);
  if (cover.shape === 'brush') {
    if (cover.points.length === 1) {
      const pen = Math.max(SIDE_MIN, from.width === width ? height : width);
      return { ...cover, width: pen };
    }
    const pen = cover.width;
    const inner = { x: from.x + pen / 2, y: from.y + pen / 2, width: from.width - pen, height: from.height - pen };
    return stretched(cover, inner, { x: to.x + pen / 2, y: to.y + pen / 2, width: Math.max(width - pen, 1), height: Math.max(height - pen, 1) });
  }
  return stretched(cover, from, { x: to.x, y: to.y, width, height });
}

/** @template {Cover} C @param {C} cover @param {Box} from @param {Box} to @returns {C} */
function stretched(cover, from, to) {
  const across = from.width > 0 ? to.width / from.width : 1;
  const down = from.height > 0 ? to.height / from.height : 1;
  return withPoints(cover, (point) => [to.x + (point[0] - from.x) * across, to.y + (point[1] - from.y) * down]);
}

/** @param {Cover} cover @param {number} index @param {Point} to @returns {Cover} */
export function withPointAt(cover, index, to) {
  if (cover.shape === 'box' || cover.shape === 'ellipse') return cover;
  return { ...cover, points: cover.points.map((point, at) => (at === index ? to : point)) };
}

/**
 * Where on the picture the middle of a box lies: 0 upper left, 4 centre, 8 lower right.
 * @param {Box} box @param {Box} picture
 */
export function place(box, picture) {
  const third = (/** @type {number} */ middle, /** @type {number} */ side) => Math.min(2, Math.max(0, Math.floor((middle / side) * 3)));
  return third(box.y + box.height / 2, picture.height) * 3 + third(box.x + box.width / 2, picture.width);
}

/**
 * The cover in whole pixels, rounded outwards so that nothing it hid is shown.
 * @param {Cover} cover @returns {Cover}
 */
export function whole(cover) {
  if (cover.shape === 'box' || cover.shape === 'ellipse') {
    const x = Math.floor(cover.x);
    const y = Math.floor(cover.y);
    return { ...cover, x, y, width: Math.ceil(cover.x + cover.width) - x, height: Math.ceil(cover.y + cover.height) - y };
  }
  const points = cover.points.map((point) => /** @type {Point} */ (point.map(Math.round)));
  return cover.shape === 'brush' ? { ...cover, points, width: Math.ceil(cover.width) } : { ...cover, points };
}

/**
 * The points without those that add nothing: one nearer than `step` to the one before it is dropped.
 * @param {Point[]} points @param {number} step @returns {Point[]}
 */
export function thinned(points, step) {
  /** @type {Point[]} */
  const kept = [];
  for (const point of points) {
    const last = kept[kept.length - 1];
    if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= step) kept.push(point);
  }
  return kept;
}
