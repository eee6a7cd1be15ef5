// Slack's text objects: `plain_text` (emoji only) and `mrkdwn`.
import { h } from '../dom.js';
import { emoji } from '../text/inline.js';
import { mrkdwn, mrkdwnInline } from '../text/mrkdwn.js';

/** Nodes of a text object; a bare string is taken as plain text. */
export function textObject(object, directory) {
  if (!object) return [];
  if (object.type === 'mrkdwn') return mrkdwn(object.text, directory);
  return plainText(typeof object === 'string' ? object : object.text);
}

/** The same within one line, where block elements may not stand. */
export function inlineTextObject(object, directory) {
  return object?.type === 'mrkdwn' ? mrkdwnInline(object.text, directory) : textObject(object, directory);
}

/** Plain text with line breaks kept and `:emoji:` shown. */
export function plainText(text) {
  const nodes = [];
  String(text ?? '')
    .split('\n')
    .forEach((line, at) => {
      if (at) nodes.push(h('br'));
      line.split(/(:[a-z0-9_+-]+:)/).forEach((part, index) => {
        if (part) nodes.push(index % 2 ? emoji(part.slice(1, -1)) : part);
      });
    });
  return nodes;
}
