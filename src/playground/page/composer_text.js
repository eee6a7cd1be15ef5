// Between what a person types and Slack's message text: `@Alice` is `<@U…>`, `&` is `&amp;`.
import { personName } from './select.js';
import { state } from './store.js';

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Typed text as Slack's composer sends it. */
export function fromText(typed) {
  const escaped = typed.replace(/[&<>]/g, (char) => ESCAPES[char]).replace(/^&gt;/gm, '>');
  return namesToTokens(escaped);
}

function namesToTokens(text) {
  const tokens = new Map([
    ['@here', '<!here>'],
    ['@channel', '<!channel>'],
    ['@everyone', '<!everyone>'],
  ]);
  for (const person of state.people.values()) {
    for (const name of [person.name, person.real_name, person.display_name])
      if (name) tokens.set(`@${name}`.toLowerCase(), `<@${person.id}>`);
  }
  for (const channel of state.channels.values())
    if (channel.kind === 'public' || channel.kind === 'private')
      tokens.set(`#${channel.name}`.toLowerCase(), `<#${channel.id}|${channel.name}>`);
  const names = [...tokens.keys()]
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w@#/])(${names.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu');
  return text.replace(pattern, (name) => tokens.get(name.toLowerCase()));
}

/** A message's text as one would type it, for editing. */
export function toText(text) {
  return String(text ?? '')
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${personName(id) ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_, id, label) => `#${state.channels.get(id)?.name ?? label ?? id}`)
    .replace(/<!(here|channel|everyone)[^>]*>/g, '@$1')
    .replace(/<([^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name]);
}
