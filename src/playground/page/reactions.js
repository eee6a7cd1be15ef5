// Reactions under a message, with their counts.
import { act } from './api.js';
import { h } from './dom.js';
import { emojiChar } from './emoji.js';
import { openEmojiPicker } from './emoji_picker.js';
import { icon } from './icons.js';
import { personName } from './select.js';
import { state } from './store.js';

export function reactionRow(channel, message) {
  if (!message.reactions?.length) return null;
  const more = h(
    'button',
    {
      type: 'button',
      class: 'reaction add',
      'aria-label': 'Add a reaction',
      onclick: () => pickReaction(more, channel, message),
    },
    icon('smile', 16),
  );
  return h(
    'div',
    { class: 'reactions' },
    message.reactions.map((reaction) => pill(channel, message, reaction)),
    more,
  );
}

function pill(channel, message, reaction) {
  const mine = reaction.users.includes(state.me);
  const names = reaction.users.map((id) => (id === state.me ? 'you' : (personName(id) ?? 'someone')));
  const label = `${names.join(', ')} reacted with :${reaction.name}:`;
  const toggle = () => act('react', { channel: channel.id, ts: message.ts, name: reaction.name, add: !mine });
  return h(
    'button',
    {
      type: 'button',
      class: 'reaction',
      'aria-pressed': String(mine),
      title: label,
      'aria-label': label,
      'data-qa': 'reaction',
      'data-name': reaction.name,
      onclick: toggle,
    },
    h('span', { class: 'emoji' }, emojiChar(reaction.name) ?? `:${reaction.name}:`),
    h('span', { class: 'reaction-count' }, String(reaction.users.length)),
  );
}

/** Lets the person choose a reaction. */
export function pickReaction(anchor, channel, message) {
  openEmojiPicker(anchor, (name) => react(channel, message, name));
}

export function react(channel, message, name) {
  const given = message.reactions?.some((reaction) => reaction.name === name && reaction.users.includes(state.me));
  return act('react', { channel: channel.id, ts: message.ts, name, add: !given });
}
