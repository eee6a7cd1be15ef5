// Faces: an emoji on the person's colour, Penny's own coin, or the face of a specialist.
import { h } from './dom.js';
import { emojiChar } from './emoji.js';
import { pennyFace } from './icons.js';
import { pennyId } from './select.js';

/** A person's face; `size` is a class: `tiny`, `small`, `normal` or `big`. */
export function avatar(person, size = 'normal') {
  if (person && person.id === pennyId())
    return h('span', { class: `avatar ${size} penny`, 'aria-hidden': 'true' }, pennyFace());
  const mark = person?.emoji && (emojiChar(person.emoji) ?? person.emoji);
  return face(mark || initial(person), person?.color, size);
}

/** The face that a message shows, which its own `icon_emoji` overrides. */
export function messageAvatar(message, person) {
  const own = message.icon_emoji && (emojiChar(message.icon_emoji) ?? message.icon_emoji);
  if (own) return face(own, colorOf(message.username ?? own), 'normal');
  if (message.username && message.username !== person?.real_name)
    return face(message.username[0].toUpperCase(), colorOf(message.username), 'normal');
  return avatar(person);
}

function face(text, color, size) {
  const node = h('span', { class: `avatar ${size}`, 'aria-hidden': 'true' }, text);
  if (color) node.style.backgroundColor = color;
  return node;
}

function initial(person) {
  return (person?.real_name || person?.name || '?')[0].toUpperCase();
}

// The same name always gets the same calm colour.
function colorOf(name) {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + char.codePointAt(0)) % 360;
  return `hsl(${hash} 45% 45%)`;
}
