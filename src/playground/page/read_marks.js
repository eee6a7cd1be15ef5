// Which messages each person has read. Kept in the browser: reading is a matter of this page alone.
import { inThread, isReply, pennyDm, sessions, threadMessages } from './select.js';
import { state } from './store.js';

const marks = new Map();

function keyOf(channel, session) {
  return ['penny-playground/read', state.team.id, state.me, channel.id, session].filter(Boolean).join('/');
}

function mark(key) {
  if (!marks.has(key)) marks.set(key, localStorage.getItem(key) ?? '');
  return marks.get(key);
}

function setMark(key, messages) {
  const latest = messages.reduce((newest, message) => (message.ts > newest ? message.ts : newest), '0');
  if (mark(key) >= latest) return;
  marks.set(key, latest);
  localStorage.setItem(key, latest);
}

/** Marks what a person sees for the first time as read: a new page does not shout. */
export function beginMarks() {
  const dm = pennyDm();
  for (const channel of state.channels.values()) {
    if (mark(keyOf(channel))) continue;
    markRead(channel);
    if (channel.id === dm?.id) for (const session of sessions(dm)) markSessionRead(dm, session.ts);
  }
}

/** The person has seen all of the channel. */
export function markRead(channel) {
  setMark(keyOf(channel), channel.messages);
}

/** The person has seen all of one session with Penny. */
export function markSessionRead(dm, ts) {
  setMark(keyOf(dm, ts), threadMessages(dm, ts));
}

/** `{count, mentions}` of messages not yet read; in the DM with Penny, of sessions with news. */
export function unread(channel) {
  if (channel.id === pennyDm()?.id) {
    const count = unreadSessions(channel).length;
    return { count, mentions: count };
  }
  const fresh = unreadMessages(channel);
  const direct = channel.kind === 'im' || channel.kind === 'mpim';
  const mentions = direct
    ? fresh
    : fresh.filter((message) => isReply(message) || message.text?.includes(`<@${state.me}>`));
  return { count: fresh.length, mentions: mentions.length };
}

function unreadMessages(channel) {
  const since = mark(keyOf(channel)) || '0';
  return channel.messages.filter(
    (message) =>
      isNews(message, since) && (!isReply(message) || message.reply_broadcast || inThread(channel, message.thread_ts)),
  );
}

/** The sessions in which Penny wrote something that the person has not seen, newest first. */
export function unreadSessions(dm) {
  return sessions(dm)
    .map((session) => session.ts)
    .filter((ts) => threadMessages(dm, ts).some((message) => isNews(message, mark(keyOf(dm, ts)))));
}

function isNews(message, since) {
  return message.ts > since && message.user !== state.me && !message.ephemeral;
}

/** From when on messages are new to the person; null when all is read. */
export function newSince(channel) {
  return unreadMessages(channel).length ? mark(keyOf(channel)) || '0' : null;
}
