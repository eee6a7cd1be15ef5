// Markdown within a line: emphasis, code, links, images as links, mentions and emoji.
import { h, link } from '../dom.js';
import { angleToken, autolink, emoji } from './inline.js';

const EMOJI = /:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/y;
const LINK =
  /!?\[((?:[^[\]\\]|\\.|\[[^\]]*\])*)\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+["'(].*?["')])?\s*\)/y;
const EMPHASIS = [
  ['***', (inner) => h('strong', null, h('em', null, inner))],
  ['**', (inner) => h('strong', null, inner)],
  ['__', (inner) => h('strong', null, inner)],
  ['~~', (inner) => h('s', null, inner)],
  ['*', (inner) => h('em', null, inner)],
  ['_', (inner) => h('em', null, inner)],
  ['~', (inner) => h('s', null, inner)],
];

/** Renders one paragraph's Markdown. */
export function markdownInline(text, directory) {
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain) nodes.push(...withBreaks(plain));
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at, directory);
    if (!token) {
      plain += text[at];
      at += 1;
    } else if (typeof token.node === 'string') {
      plain += token.node;
      at = token.end;
    } else {
      flush();
      nodes.push(token.node);
      at = token.end;
    }
  }
  flush();
  return nodes;
}

function tokenAt(text, at, directory) {
  switch (text[at]) {
    case '\\':
      return /[\\`*_{}[\]()#+\-.!~|<>]/.test(text[at + 1] ?? '') ? { node: text[at + 1], end: at + 2 } : null;
    case '`':
      return code(text, at);
    case '<':
      return angle(text, at, directory);
    case '!':
    case '[':
      return linkAt(text, at, directory);
    case ':':
      return emojiAt(text, at);
    case '*':
    case '_':
    case '~':
      return emphasis(text, at, directory);
    case '&':
      return entity(text, at);
    default:
      return null;
  }
}

function code(text, at) {
  const mark = /^`+/.exec(text.slice(at))[0];
  const end = text.indexOf(mark, at + mark.length);
  if (end < 0) return { node: mark, end: at + mark.length };
  const body = text.slice(at + mark.length, end).replaceAll('\n', ' ');
  return { node: h('code', null, /^ .* $/.test(body) ? body.slice(1, -1) : body), end: end + mark.length };
}

function angle(text, at, directory) {
  const end = text.indexOf('>', at);
  if (end < 0) return null;
  const body = text.slice(at + 1, end);
  if (/^br\s*\/?$/i.test(body)) return { node: h('br'), end: end + 1 };
  const node = angleToken(body, directory);
  return node && { node, end: end + 1 };
}

function linkAt(text, at, directory) {
  LINK.lastIndex = at;
  const match = LINK.exec(text);
  if (!match) return null;
  const label = match[1] ? markdownInline(match[1], directory) : [match[2]];
  return { node: link(match[2], label), end: LINK.lastIndex };
}

function emojiAt(text, at) {
  EMOJI.lastIndex = at;
  const match = EMOJI.exec(text);
  const node = match && emoji(match[1]);
  return node && typeof node !== 'string' ? { node, end: EMOJI.lastIndex } : null;
}

function entity(text, at) {
  const match = /^&(lt|gt|amp|quot|#39|nbsp);/.exec(text.slice(at, at + 7));
  const chars = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", nbsp: '\u00a0' };
  return match && { node: chars[match[1]], end: at + match[0].length };
}

function emphasis(text, at, directory) {
  for (const [mark, wrap] of EMPHASIS) {
    if (!text.startsWith(mark, at)) continue;
    const end = closing(text, at, mark);
    if (end > 0)
      return { node: wrap(markdownInline(text.slice(at + mark.length, end), directory)), end: end + mark.length };
  }
  const run = new RegExp(`^\\${text[at]}+`).exec(text.slice(at))[0];
  return { node: run, end: at + run.length };
}

function closing(text, at, mark) {
  const wordy = /[\p{L}\p{N}]/u;
  const from = at + mark.length;
  if (/\s/.test(text[from] ?? ' ')) return -1;
  if (mark[0] === '_' && wordy.test(text[at - 1] ?? ' ')) return -1;
  for (let end = text.indexOf(mark, from + 1); end > 0; end = text.indexOf(mark, end + 1)) {
    const longer = mark.length === 1 && (text[end + 1] === mark || text[end - 1] === mark);
    if (longer) {
      end += text[end + 1] === mark ? 1 : 0;
      continue;
    }
    const escaped = text[end - 1] === '\\';
    const insideWord = mark[0] === '_' && wordy.test(text[end + mark.length] ?? ' ');
    if (!escaped && !insideWord && !/\s/.test(text[end - 1])) return end;
  }
  return -1;
}

function withBreaks(text) {
  return text
    .split('\n')
    .flatMap((line, at) => (at ? [h('br'), ...autolink(line.replace(/^\s+/, ''))] : autolink(line)));
}
