// Which messages each person has read. Kept in the browser: reading is a matter of this page alone.
import { inThread, isReply, pennyDm } from './select.js';
import { state } from './store.js';

const marks = new Map();

function key(channel) {
  return `penny-playground/read/${state.team.id ?? ''}/${state.me}/${channel.id}`;
}

function mark(channel) {
  const name = key(channel);
  if (!marks.has(name)) marks.set(name, localStorage.getItem(name) ?? '');
  return marks.get(name);
}

function newest(channel) {
  return channel.messages.reduce((latest, message) => (message.ts > latest ? message.ts : latest), '0');
}

/** Marks what a person sees for the first time as read: a new page does not shout. */
export function beginMarks() {
  for (const channel of state.channels.values()) if (!mark(channel)) markRead(channel);
}

/** The person has seen all of the channel. */
export function markRead(channel) {
  const latest = newest(channel);
  if (mark(channel) === latest) return;
  marks.set(key(channel), latest);
  localStorage.setItem(key(channel), latest);
}

/** `{count, mentions}` of messages not yet read. */
export function unread(channel) {
  const since = mark(channel) || '0';
  const dm = pennyDm()?.id === channel.id;
  const fresh = channel.messages.filter((message) => message.ts > since && message.user !== state.me && !message.ephemeral
    && (!isReply(message) || dm || message.reply_broadcast || inThread(channel, message.thread_ts)));
  const direct = channel.kind === 'im' || channel.kind === 'mpim';
  const mentions = direct ? fresh.length : fresh.filter((message) => isReply(message) || message.text?.includes(`<@${state.me}>`)).length;
  return { count: fresh.length, mentions };
}

/** The time of the first unread message, for the "New" line; null when all is read. */
export function firstUnread(channel) {
  const since = mark(channel);
  return since ? since : null;
}
