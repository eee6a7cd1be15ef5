// Times as Slack writes them: `9:41 AM`, `Today`, `Monday, March 3rd`.
import { pretty } from './text/inline.js';
import { dayOf, format } from './zone.js';

/** A message's `ts` as a date. */
export function when(ts) {
  return new Date(Number(ts) * 1000);
}

export function clock(ts) {
  return format(when(ts), { hour: 'numeric', minute: '2-digit' });
}

/** The label of a day divider. */
export function dayLabel(ts) {
  const date = when(ts);
  const near = pretty(date);
  if (near) return near;
  const day = Number(format(date, { day: 'numeric' }));
  return `${format(date, { weekday: 'long' })}, ${format(date, { month: 'long' })} ${ordinal(day)}`;
}

/** A key that differs between days. */
export function dayKey(ts) {
  return dayOf(when(ts));
}

/** `Today at 9:41 AM`, `Mar 3 at 9:41 AM`. */
export function moment(ts) {
  const date = when(ts);
  const day = pretty(date) ?? format(date, { month: 'short', day: 'numeric' });
  return `${day} at ${clock(ts)}`;
}

function ordinal(day) {
  const suffix = day % 100 >= 11 && day % 100 <= 13 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[day % 10] ?? 'th');
  return `${day}${suffix}`;
}
