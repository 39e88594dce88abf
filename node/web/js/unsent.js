// What was typed or drawn and not yet sent: a form is sent once however often its button is pressed, and whoever leaves with
// covers or words that were neither kept nor sent is asked first.

// What htmx sends it sends itself, and it may lead to another page. A form that is still here after a while was not answered,
// or by a file: it may be sent again.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
  if (event.defaultPrevented) {
    form.dataset.handed = 'yes';
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = 'yes';
  setTimeout(() => release(form), 10_000);
});

// What is typed after that is new, and what was not taken is here still.
document.addEventListener('input', (event) => takeBack(event.target));
for (const failed of ['htmx:error', 'htmx:response:error']) {
  document.addEventListener(failed, (event) => takeBack(/** @type {CustomEvent} */ (event).detail.ctx?.sourceElement));
}

/** @param {EventTarget | null | undefined} place */
function takeBack(place) {
  const form = place instanceof Element ? place.closest('form') : null;
  if (form) delete form.dataset.handed;
}

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sent;
}

// The page comes back as it was left.
addEventListener('pageshow', () => document.querySelectorAll('form').forEach(release));

addEventListener('beforeunload', (event) => {
  if ([...document.forms].some(isUnsent)) event.preventDefault();
});

/** What the node did not take stands in the form as if it had: `data-unkept` says so. @param {HTMLFormElement} form */
function isUnsent(form) {
  if (form.method !== 'post' || form.dataset.sent || form.dataset.handed) return false;
  return form.dataset.unkept === 'yes' || form.dataset.changed === 'yes' || [...form.elements].some(isTyped);
}

/** Words in a field; with what name somebody signs in is soon typed again. @param {Element} field */
function isTyped(field) {
  const isLine = field instanceof HTMLInputElement && field.type === 'text' && field.autocomplete !== 'username';
  return (isLine || field instanceof HTMLTextAreaElement) && field.value !== field.defaultValue;
}
