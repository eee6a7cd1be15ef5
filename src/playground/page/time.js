// Times as Slack writes them: `9:41 AM`, `Today`, `Monday, March 3rd`.
import { pretty } from './text/inline.js';

/** A message's `ts` as a date. */
export function when(ts) {
  return new Date(Number(ts) * 1000);
}

export function clock(ts) {
  return new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit' }).format(when(ts));
}

/** The label of a day divider. */
export function dayLabel(ts) {
  const date = when(ts);
  const near = pretty(date);
  if (near) return near;
  const text = new Intl.DateTimeFormat('en-US', { weekday: 'long', month: 'long' }).format(date);
  const [weekday, month] = text.includes(',') ? text.split(', ') : text.split(' ').reverse();
  return `${weekday}, ${month} ${ordinal(date.getDate())}`;
}

/** A key that differs between days. */
export function dayKey(ts) {
  return when(ts).toDateString();
}

/** `Today at 9:41 AM`, `Mar 3 at 9:41 AM`. */
export function moment(ts) {
  const date = when(ts);
  const day = pretty(date) ?? new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric' }).format(date);
  return `${day} at ${clock(ts)}`;
}

function ordinal(day) {
  const suffix = day % 100 >= 11 && day % 100 <= 13 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[day % 10] ?? 'th');
  return `${day}${suffix}`;
}
