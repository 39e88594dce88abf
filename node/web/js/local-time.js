// <local-time>: the time inside it, shown in the reader's zone, or as an age. What was received more than ten minutes
// after it says it was written shows both times. Without scripts the words of the node stay.

import { filled } from './announce.js';

const LATE_MS = 10 * 60 * 1000;
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [['year', 31_557_600], ['month', 2_629_800], ['day', 86_400], ['hour', 3_600], ['minute', 60]];

class LocalTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector('time');
    const written = new Date(time?.dateTime ?? '');
    if (!time || Number.isNaN(written.getTime())) return;
    const language = languageOfTimes();
    const full = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
    time.title = full.format(written);
    time.textContent = this.dataset.age ? age(written, language) : full.format(written);
    const received = new Date(this.dataset.received ?? '');
    if (!this.querySelector('.received') && Math.abs(received.getTime() - written.getTime()) > LATE_MS) {
      const later = document.createElement('span');
      later.className = 'received';
      later.textContent = ` (${filled(this.dataset.words, { time: full.format(received) })})`;
      this.append(later);
    }
  }
}

/** The page's language as the reader's browser writes it: en-GB and en-US do not agree on dates. */
function languageOfTimes() {
  const { lang } = document.documentElement;
  return navigator.languages.find((own) => own.split('-')[0] === lang) ?? (lang || undefined);
}

/** @param {Date} moment @param {string | undefined} language */
function age(moment, language) {
  const seconds = (moment.getTime() - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, 'minute');
}

customElements.define('local-time', LocalTime);

setInterval(() => {
  for (const element of document.querySelectorAll('local-time[data-age]')) /** @type {LocalTime} */ (element).connectedCallback();
}, 60_000);
