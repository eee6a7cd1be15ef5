// Slack's own light markup (`*bold*`, `_italic_`, `<@U1>`), as section texts and plain messages use it.
import { h } from '../dom.js';
import { angleToken, autolink, codeBlock, emoji, unescape } from './inline.js';

/** Renders a mrkdwn text to nodes. */
export function mrkdwn(text, directory) {
  const nodes = [];
  const parts = String(text ?? '').split('```');
  parts.forEach((part, at) => {
    const fenced = at % 2 === 1 && at < parts.length - 1;
    if (fenced) nodes.push(codeBlock(unescape(part.replace(/^\n|\n$/g, ''))));
    else nodes.push(...lines(at % 2 === 1 ? '```' + part : trimAround(part, at, parts.length), directory));
  });
  return nodes;
}

// The line break that only separates text from a code block must not show as an empty line.
function trimAround(part, at, count) {
  let text = part;
  if (at > 0) text = text.replace(/^\n/, '');
  if (at < count - 1) text = text.replace(/\n$/, '');
  return text;
}

const LINE_KINDS = [
  ['quote', /^(?:>|&gt;)\s?(.*)$/],
  ['bullet', /^\s*[•◦▪]\s+(.*)$/],
  ['text', /^(.*)$/],
];

function lines(text, directory) {
  if (!text) return [];
  const groups = [];
  for (const line of text.split('\n')) {
    const [kind, pattern] = LINE_KINDS.find(([, candidate]) => candidate.test(line));
    const body = pattern.exec(line)[1];
    const last = groups.at(-1);
    if (last?.kind === kind) last.lines.push(body);
    else groups.push({ kind, lines: [body] });
  }
  return groups.flatMap(({ kind, lines: bodies }) => {
    if (kind === 'quote') return [h('blockquote', null, mrkdwnInline(bodies.join('\n'), directory))];
    if (kind === 'bullet')
      return [
        h(
          'ul',
          null,
          bodies.map((body) => h('li', null, mrkdwnInline(body, directory))),
        ),
      ];
    return [h('span', { class: 'text-run' }, mrkdwnInline(bodies.join('\n'), directory))];
  });
}

const STYLES = { '*': 'strong', _: 'em', '~': 's' };
const EMOJI = /:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/y;

/** Renders mrkdwn that stays within a paragraph. */
export function mrkdwnInline(text, directory) {
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain) nodes.push(...withBreaks(unescape(plain)));
    plain = '';
  };
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at, directory);
    if (!token) {
      plain += text[at];
      at += 1;
      continue;
    }
    flush();
    nodes.push(token.node);
    at = token.end;
  }
  flush();
  return nodes;
}

function tokenAt(text, at, directory) {
  const char = text[at];
  if (char === '<') return angle(text, at, directory);
  if (char === '`') return code(text, at);
  if (char === ':') return emojiAt(text, at);
  if (char in STYLES) return styled(text, at, directory);
  return null;
}

function angle(text, at, directory) {
  const end = text.indexOf('>', at);
  const node = end > at + 1 ? angleToken(text.slice(at + 1, end), directory) : null;
  return node && { node, end: end + 1 };
}

function code(text, at) {
  const end = text.indexOf('`', at + 1);
  if (end <= at + 1 || text.slice(at, end).includes('\n')) return null;
  return { node: h('code', null, unescape(text.slice(at + 1, end))), end: end + 1 };
}

function emojiAt(text, at) {
  EMOJI.lastIndex = at;
  const match = EMOJI.exec(text);
  const node = match && emoji(match[1]);
  return node && typeof node !== 'string' ? { node, end: EMOJI.lastIndex } : null;
}

function styled(text, at, directory) {
  const mark = text[at];
  if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') || /\s/.test(text[at + 1] ?? ' ')) return null;
  const line = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
  for (let end = text.indexOf(mark, at + 1); end > 0 && end < line; end = text.indexOf(mark, end + 1)) {
    const closes = end > at + 1 && !/\s/.test(text[end - 1]) && !/[\p{L}\p{N}]/u.test(text[end + 1] ?? ' ');
    if (closes) return { node: h(STYLES[mark], null, mrkdwnInline(text.slice(at + 1, end), directory)), end: end + 1 };
  }
  return null;
}

function withBreaks(text) {
  return text.split('\n').flatMap((line, at) => (at ? [h('br'), ...autolink(line)] : autolink(line)));
}
