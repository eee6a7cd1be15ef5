// Questions to the state that several views ask: who, where, which thread.
import { actingPerson } from './api.js';
import { state } from './store.js';

const SLACKBOT = {
  id: 'USLACKBOT',
  name: 'slackbot',
  real_name: 'Slackbot',
  display_name: 'Slackbot',
  emoji: '💬',
  color: '#4a154b',
  is_bot: true,
};

export function me() {
  return state.people.get(state.me) ?? null;
}

export function person(id) {
  return state.people.get(id) ?? (id === SLACKBOT.id ? SLACKBOT : null);
}

export function personName(id) {
  const found = person(id);
  return found ? found.display_name || found.real_name || found.name : null;
}

export function pennyId() {
  return state.app?.bot_user ?? null;
}

/** The DM of the acting person with Penny. */
export function pennyDm() {
  const bot = pennyId();
  return [...state.channels.values()].find((channel) => channel.kind === 'im' && channel.members.includes(bot)) ?? null;
}

/** The other side of a DM. */
export function counterpart(channel) {
  return channel.members.find((id) => id !== state.me) ?? state.me;
}

/** `#sales`'s bare name, the counterpart of a DM, or the people of a group DM. */
export function channelTitle(channel) {
  if (channel.kind === 'im') return personName(counterpart(channel)) ?? 'Direct message';
  if (channel.kind === 'mpim')
    return channel.members
      .filter((id) => id !== state.me)
      .map((id) => personName(id) ?? id)
      .join(', ');
  return channel.name;
}

/** The roots of a channel: what its main list shows. */
export function roots(channel) {
  return channel.messages.filter((message) => !isReply(message) || message.reply_broadcast);
}

/** A thread's root, if in hand, and its replies. */
export function threadMessages(channel, ts) {
  return channel.messages.filter((message) => message.ts === ts || message.thread_ts === ts);
}

export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

/** The agent's sessions in the DM with Penny, newest first: `{ts, title, latest, thread}`. */
export function sessions(channel) {
  if (!channel) return [];
  return channel.messages
    .filter((message) => !isReply(message) && !message.ephemeral)
    .map((root) => {
      const thread = channel.threads.get(root.ts) ?? null;
      return {
        ts: root.ts,
        title: thread?.title || firstLine(root) || 'New chat',
        latest: thread?.latest_reply ?? root.ts,
        thread,
      };
    })
    .sort((a, b) => (a.latest < b.latest ? 1 : -1));
}

const TITLE = 80;

function firstLine(message) {
  const block = message.blocks?.find((one) => one.text);
  const text = message.text || block?.text?.text || block?.text || message.files?.[0]?.name || '';
  const line = plain(text).replace(/:[a-z][\w+-]*:/g, '').trim().split('\n')[0];
  return line.length > TITLE ? `${line.slice(0, TITLE - 1).trimEnd()}…` : line;
}

/** A message's text without markup, for titles and previews. */
export function plain(text) {
  return String(text ?? '')
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${personName(id) ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, label) => `#${state.channels.get(id)?.name ?? label ?? id}`)
    .replace(/<(?:[^|>]+\|)([^>]+)>/g, '$1')
    .replace(/<([^>]+)>/g, '$1')
    .replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name])
    .replace(/[*_~`#]+/g, '');
}

/** Whether the acting person takes part in a thread: wrote in it, or is named in it. */
export function inThread(channel, ts) {
  return threadMessages(channel, ts).some(
    (message) => message.user === state.me || message.text?.includes(`<@${state.me}>`),
  );
}

/**
 * What renderers of messages and blocks need to know about the workspace. `openUser` and
 * `openChannel` are set by the page once it can go there.
 */
export const directory = {
  actingId: () => state.me ?? actingPerson(),
  person,
  userName: personName,
  channel: (id) => state.channels.get(id) ?? null,
  channelName: (id) => state.channels.get(id)?.name ?? null,
  groupName: () => null,
  people: () => [...state.people.values()].filter((one) => !one.deleted && !one.is_bot),
  channels: () =>
    [...state.channels.values()].filter((channel) => channel.kind === 'public' || channel.kind === 'private'),
  conversations: () => [...state.channels.values()].filter((channel) => channel.is_member !== false),
  conversationName: (channel) =>
    channel.kind === 'im' || channel.kind === 'mpim' ? channelTitle(channel) : `#${channel.name}`,
  openUser: () => {},
  openChannel: () => {},
};
