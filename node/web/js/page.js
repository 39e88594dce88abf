// What every page wants: the small elements, the focus on what a form did not accept, a word when the node does not
// answer, a form that is sent once however often its button is pressed, and the light between a comment and the place in the
// picture it points at.

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

// What htmx sends it sends itself. A form that is still here after a while was not answered, or by a file: it may be sent again.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post' || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  setTimeout(() => release(form), 10_000);
});

// Whoever leaves with covers or words that were neither kept nor sent is asked first.
addEventListener('beforeunload', (event) => {
  if ([...document.forms].some(isUnsent)) event.preventDefault();
});

/** @param {HTMLFormElement} form */
function isUnsent(form) {
  if (form.dataset.sent || form.dataset.handed) return false;
  const isTyped = (/** @type {Element} */ field) => field instanceof HTMLTextAreaElement && field.value !== field.defaultValue;
  return form.dataset.changed === 'yes' || [...form.elements].some(isTyped);
}

// What htmx has taken may lead to another page; what is typed after that is new.
document.addEventListener('submit', (event) => {
  if (event.target instanceof HTMLFormElement && event.defaultPrevented) event.target.dataset.handed = 'yes';
});
document.addEventListener('input', (event) => {
  const form = event.target instanceof Element ? event.target.closest('form') : null;
  if (form) delete form.dataset.handed;
});

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sent;
}

// The page comes back as it was left.
addEventListener('pageshow', () => document.querySelectorAll('form').forEach(release));

const problems = document.querySelector('main > .problems');
if (problems instanceof HTMLElement) problems.focus();

// Where a part of the page was exchanged by a link in another part, the reader is led there.
document.addEventListener('htmx:after:swap', (event) => {
  const asked = /** @type {CustomEvent} */ (event).detail.ctx?.sourceElement?.getAttribute('hx-target');
  if (asked === '#answering') document.getElementById('body')?.focus();
  keepQuestion();
  const picture = asked === '.case-picture' ? document.querySelector(asked) : null;
  if (picture instanceof HTMLElement) picture.focus();
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
