// Makes elements. No text is ever parsed as markup here, so that Trusted Types need no policy of ours.

const svgSpace = 'http://www.w3.org/2000/svg';

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function draw(tag, attributes = {}) {
  const element = document.createElementNS(svgSpace, tag);
  set(element, attributes);
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, string | number>} attributes
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}

/**
 * One icon of the sprite; decoration only.
 * @param {string | undefined} sprite
 * @param {string} name
 */
export function icon(sprite, name) {
  const picture = draw('svg', { class: 'icon', 'aria-hidden': 'true', focusable: 'false' });
  picture.append(draw('use', { href: `${sprite}#${name}` }));
  return picture;
}

/**
 * A button of icon and words, or of the icon alone and the words as its name.
 * @param {string | undefined} sprite
 * @param {string} iconName
 * @param {string} name
 * @param {string} style
 * @param {boolean} [alone]
 */
export function button(sprite, iconName, name, style, alone = false) {
  const element = make('button', { type: 'button', class: style }, icon(sprite, iconName));
  if (alone) set(element, { 'aria-label': name, title: name });
  else element.append(` ${name}`);
  return element;
}
