// Times on the clock of the person one acts as, as Slack shows them, wherever the browser is.
import { state } from './store.js';

const DAY = 86_400_000;

/** A date in the parts that `Intl.DateTimeFormat` knows. */
export function format(date, parts) {
  const timeZone = state.people.get(state.me)?.tz || undefined;
  return new Intl.DateTimeFormat('en-US', { ...parts, timeZone }).format(date);
}

/** The same for all moments of one day there. */
export function dayOf(date) {
  return format(date, { year: 'numeric', month: 'numeric', day: 'numeric' });
}

/** -1 for any moment of yesterday, 0 for today, 1 for tomorrow. */
export function daysFromToday(date) {
  return Math.round((Date.parse(dayOf(date)) - Date.parse(dayOf(new Date()))) / DAY);
}
