// Says a sentence through the page's one live region. Of several in quick succession only the last is said.

let waiting = 0;

/** @param {string} sentence */
export function announce(sentence) {
  const region = document.getElementById('announcer');
  if (!region) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    region.textContent = region.textContent === sentence ? `${sentence}\u00a0` : sentence;
  }, 120);
}

/**
 * Fills the %tokens of a sentence.
 * @param {string | undefined} sentence
 * @param {Record<string, string | number>} values
 */
export function filled(sentence, values) {
  return (sentence ?? '').replace(/%([a-z]+)/g, (token, name) => (name in values ? String(values[name]) : token));
}
