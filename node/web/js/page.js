// What every page wants: the small elements, the focus on what a form did not accept, a word when the node does not
// answer, and the light between a comment and the place in the picture it points at.

import './file-drop.js';
import './image-stage.js';
import './local-time.js';
import './new-cases.js';
import './new-comments.js';
import { make } from './make.js';

document.addEventListener('htmx:error', (event) => {
  const { ctx } = /** @type {CustomEvent} */ (event).detail;
  const place = document.getElementById('problem');
  if (!place || ctx?.response || ctx?.sourceElement?.localName.startsWith('new-')) return;
  place.replaceChildren(make('p', { class: 'problems', role: 'alert' }, place.dataset.lost ?? ''));
});

const problems = document.querySelector('main > .problems');
if (problems instanceof HTMLElement) problems.focus();

/** @param {Event} event @param {boolean} isLit */
function light(event, isLit) {
  const comment = event.target instanceof Element ? event.target.closest('[data-region]') : null;
  const region = comment instanceof HTMLElement ? document.getElementById(comment.dataset.region ?? '') : null;
  region?.classList.toggle('is-lit', isLit);
}

for (const on of ['mouseover', 'focusin']) document.addEventListener(on, (event) => light(event, true));
for (const off of ['mouseout', 'focusout']) document.addEventListener(off, (event) => light(event, false));
