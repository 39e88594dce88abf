// What every page wants: the small elements, a word when the node does not answer, the focus and the address after a part of
// the page was exchanged, and the light between a comment and the place in the picture it points at. What forms want is in
// unsent.js.

import './file-drop.js';
import './image-stage.js';
import './local-time.js';
import './new-cases.js';
import './new-comments.js';
import './unsent.js';
import { make } from './make.js';

document.addEventListener('htmx:error', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  const place = document.getElementById('problem');
  if (!place || ctx?.response || ctx?.sourceElement?.localName.startsWith('new-')) return;
  place.replaceChildren(make('p', { class: 'problems', role: 'alert' }, place.dataset.lost ?? ''));
});

const problems = document.querySelector('main > .problems');
if (problems instanceof HTMLElement) problems.focus();

/** What was pressed, by what htmx makes of it: a link that its own answer takes away is forgotten there. @type {WeakMap<object, Element>} */
const pressed = new WeakMap();
document.addEventListener('htmx:before:request', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  pressed.set(ctx, ctx.sourceElement);
});

// Where a part of the page was exchanged by a link, the reader is led there.
document.addEventListener('htmx:after:swap', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  const link = ctx ? pressed.get(ctx) : undefined;
  const asked = link?.getAttribute('hx-target');
  if (asked === '#answering') document.getElementById('body')?.focus();
  keepQuestion();
  if (asked !== '.case-picture' || !(link instanceof HTMLAnchorElement)) return;
  history.replaceState(null, '', link.href);
  const place = document.querySelector(link.closest('.strip') ? '.strip [aria-current]' : asked);
  if (place instanceof HTMLElement) place.focus();
});

/** Whoever comes back to a search finds it as they left it. */
function keepQuestion() {
  const question = document.getElementById('q');
  if (!(question instanceof HTMLInputElement)) return;
  const place = new URL(location.href);
  place.searchParams.set('q', question.value);
  place.searchParams.delete('from');
  if (place.href !== location.href) history.replaceState(null, '', place);
}

/** @param {Event} event @param {boolean} isLit */
function light(event, isLit) {
  const comment = event.target instanceof Element ? event.target.closest('[data-region]') : null;
  const region = comment instanceof HTMLElement ? document.getElementById(comment.dataset.region ?? '') : null;
  region?.classList.toggle('is-lit', isLit);
}

for (const on of ['mouseover', 'focusin']) document.addEventListener(on, (event) => light(event, true));
for (const off of ['mouseout', 'focusout']) document.addEventListener(off, (event) => light(event, false));
