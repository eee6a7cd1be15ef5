// What mrkdwn, Markdown and rich text share inside a line: mentions, dates, emoji, links, code.
import { h, link } from '../dom.js';
import { emojiChar } from '../emoji.js';
import { daysFromToday, format } from '../zone.js';

/** An emoji by name, its character, or `:name:` as typed when nobody knows it. */
export function emoji(name, unicode) {
  const char = unicode ? fromCodePoints(unicode) : emojiChar(name);
  if (!char) return `:${name}:`;
  return h('span', { class: 'emoji', role: 'img', 'aria-label': name.replaceAll('_', ' '), title: `:${name}:` }, char);
}

function fromCodePoints(unicode) {
  const points = unicode.split('-').map((hex) => Number.parseInt(hex, 16));
  return points.every((point) => point > 0 && point <= 0x10ffff) ? String.fromCodePoint(...points) : null;
}

/** `@Name`, lit up when it names the person who is acting. */
export function userMention(id, directory, fallback) {
  const name = directory.userName(id) ?? fallback ?? id;
  const me = directory.actingId() === id;
  return h(
    'button',
    { class: me ? 'mention me' : 'mention', type: 'button', onclick: () => directory.openUser(id) },
    `@${name}`,
  );
}

/** `#channel`, which opens the channel. */
export function channelMention(id, directory, fallback) {
  const name = directory.channelName(id) ?? fallback ?? 'private channel';
  return h(
    'button',
    { class: 'mention channel', type: 'button', onclick: () => directory.openChannel(id) },
    `#${name}`,
  );
}

/** `@team`, `@here` and `@channel`. */
export function groupMention(label) {
  return h('span', { class: 'mention group' }, `@${label.replace(/^@/, '')}`);
}

const DATE_PARTS = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  time: { hour: 'numeric', minute: '2-digit' },
  time_secs: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
  day_divider_pretty: { weekday: 'long', month: 'long', day: 'numeric' },
};

/** Slack's date token, `{date_short_pretty} at {time}`, in the reader's own time zone. */
export function dateText(timestamp, pattern, fallback) {
  const when = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(when.getTime())) return fallback ?? '';
  return (pattern || '{date_short} at {time}').replace(/\{(\w+)\}/g, (token, name) => {
    if (name === 'ago') return agoText(when);
    if (name.endsWith('_pretty') && pretty(when)) return pretty(when).toLowerCase();
    const parts = DATE_PARTS[name] ?? DATE_PARTS[name.replace('_pretty', '')];
    return parts ? format(when, parts) : token;
  });
}

export function dateNode(timestamp, pattern, url, fallback) {
  const text = dateText(timestamp, pattern, fallback);
  const full = dateText(timestamp, '{date_long} at {time}', fallback);
  const node = h('time', { class: 'date-token', title: full }, text);
  return url ? link(url, node) : node;
}

/** `Today`, `Yesterday` or `Tomorrow`, or null for any other day. */
export function pretty(when) {
  return { '-1': 'Yesterday', 0: 'Today', 1: 'Tomorrow' }[daysFromToday(when)] ?? null;
}

/** `3 minutes ago`, `in 2 days`. */
export function agoText(when) {
  const seconds = (when.getTime() - Date.now()) / 1000;
  const formatter = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' });
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ]) {
    if (Math.abs(seconds) >= size) return formatter.format(Math.round(seconds / size), unit);
  }
  return 'just now';
}

const BARE_URL = /https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}]/g;

/** Plain text in which web addresses become links. */
export function autolink(text) {
  const out = [];
  let at = 0;
  for (const match of text.matchAll(BARE_URL)) {
    out.push(text.slice(at, match.index), link(match[0], match[0]));
    at = match.index + match[0].length;
  }
  out.push(text.slice(at));
  return out;
}

/** A block of code with a copy button. */
export function codeBlock(text, language) {
  const copy = h(
    'button',
    { class: 'copy-code', type: 'button', 'aria-label': 'Copy code', 'data-qa': 'copy-code' },
    'Copy',
  );
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = 'Copied';
    setTimeout(() => (copy.textContent = 'Copy'), 1500);
  });
  return h(
    'div',
    { class: 'code-block' },
    language && h('span', { class: 'code-language' }, language),
    copy,
    h('pre', { tabindex: '0' }, h('code', null, text)),
  );
}

/** Reads one `<…>` token of Slack's text: a mention, a date or a link; null when it is none. */
export function angleToken(body, directory) {
  const [target, label] = split(body, '|');
  if (target.startsWith('@')) return userMention(target.slice(1), directory, label);
  if (target.startsWith('#')) return channelMention(target.slice(1), directory, label);
  if (target.startsWith('!subteam^')) {
    const id = target.slice('!subteam^'.length);
    return groupMention(label ?? directory.groupName(id) ?? id);
  }
  if (target.startsWith('!date^')) {
    const [, timestamp, pattern, url] = target.split('^');
    return dateNode(timestamp, pattern, url, label);
  }
  if (target.startsWith('!')) return groupMention(label ?? target.slice(1));
  if (/^(https?:|mailto:|tel:)/.test(target))
    return link(unescape(target), label ? unescape(label) : unescape(target).replace(/^(mailto|tel):/, ''));
  return null;
}

function split(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Slack escapes exactly these three in text. */
export function unescape(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name]);
}
