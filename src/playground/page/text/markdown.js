// Standard Markdown, as the `markdown` block and streamed answers carry it. Copes with text that
// is still arriving: an unclosed fence is code up to its end, an unclosed emphasis stays as typed.
import { h } from '../dom.js';
import { codeBlock } from './inline.js';
import { markdownInline } from './markdown_inline.js';

/** Renders a Markdown text to block nodes. */
export function markdown(text, directory) {
  return blocks(
    String(text ?? '')
      .replaceAll('\r\n', '\n')
      .split('\n'),
    { directory, depth: 0 },
  );
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*([\w+#.-]*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^\s{0,3}>\s?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

// Each reader looks at the lines from `at` on and answers `{node, next}`, or null when it is not its kind.
const READERS = [fence, heading, rule, quote, list, table];

// Quotes and lists nest; beyond any real text's depth, what is left is shown as typed.
const DEEPEST = 16;

function deeper({ directory, depth }) {
  return { directory, depth: depth + 1 };
}

function blocks(lines, scope) {
  const nodes = [];
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) nodes.push(h('p', null, markdownInline(paragraph.join('\n'), scope.directory)));
    paragraph = [];
  };
  for (let at = 0; at < lines.length;) {
    const found = firstReader(lines, at, scope, paragraph.length > 0);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.next;
    } else {
      if (lines[at].trim()) paragraph.push(lines[at].trimStart());
      else flush();
      at += 1;
    }
  }
  flush();
  return nodes;
}

function firstReader(lines, at, scope, inParagraph) {
  if (scope.depth > DEEPEST) return null;
  for (const reader of READERS) {
    const found = reader(lines, at, scope, inParagraph);
    if (found) return found;
  }
  return null;
}

function fence(lines, at) {
  const open = FENCE.exec(lines[at]);
  if (!open) return null;
  const [, indent, mark, language] = open;
  let end = at + 1;
  const closes = (line) => line.trim().startsWith(mark) && /^[`~]+$/.test(line.trim());
  while (end < lines.length && !closes(lines[end])) end += 1;
  const body = lines.slice(at + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  return { node: codeBlock(body.join('\n'), language), next: end + 1 };
}

function heading(lines, at, scope) {
  const match = HEADING.exec(lines[at]);
  if (!match) return null;
  const level = Math.min(match[1].length + 2, 6);
  return {
    node: h(`h${level}`, { class: `md-heading level-${match[1].length}` }, markdownInline(match[2], scope.directory)),
    next: at + 1,
  };
}

function rule(lines, at, _scope, inParagraph) {
  return RULE.test(lines[at]) && !inParagraph ? { node: h('hr'), next: at + 1 } : null;
}

function quote(lines, at, scope) {
  if (!QUOTE.test(lines[at])) return null;
  let end = at;
  while (end < lines.length && (QUOTE.test(lines[end]) || (lines[end].trim() && !firstReaderStarts(lines[end]))))
    end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ''));
  return { node: h('blockquote', null, blocks(inner, deeper(scope))), next: end };
}

function firstReaderStarts(line) {
  return FENCE.test(line) || HEADING.test(line) || ITEM.test(line) || RULE.test(line);
}

const width = (text) => text.replaceAll('\t', '    ').length;

function list(lines, at, scope, inParagraph) {
  const first = ITEM.exec(lines[at]);
  if (!first || RULE.test(lines[at])) return null;
  const ordered = /\d/.test(first[2]);
  if (inParagraph && ordered && !/^1[.)]/.test(first[2])) return null;
  const indent = width(first[1]);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const match = ITEM.exec(lines[end]);
    const sameList =
      match && width(match[1]) <= indent + 1 && width(match[1]) >= indent && /\d/.test(match[2]) === ordered;
    if (!sameList) break;
    const item = itemLines(lines, end, indent);
    items.push(listItem([match[3], ...item.rest], scope));
    end = item.next;
  }
  const start = ordered ? Number.parseInt(first[2], 10) : 1;
  const node = ordered ? h('ol', { start: start === 1 ? null : start }, items) : h('ul', null, items);
  return { node, next: end };
}

// An item goes on while lines are indented below its mark, or lazily continue its paragraph.
function itemLines(lines, at, indent) {
  const rest = [];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next];
    const depth = width(/^\s*/.exec(line)[0]);
    if (!line.trim()) {
      const following = lines[next + 1];
      if (following === undefined || width(/^\s*/.exec(following)[0]) <= indent + 1) {
        const goesOn = following !== undefined && ITEM.test(following) && depth <= indent;
        if (goesOn) next += 1;
        break;
      }
      rest.push('');
    } else if (depth >= indent + 2) rest.push(line.slice(Math.min(depth, indent + 2)));
    else if (!firstReaderStarts(line) && !QUOTE.test(line)) rest.push(line.trimStart());
    else break;
  }
  return { rest, next };
}

function listItem(lines, scope) {
  const task = /^\[([ xX])\]\s+/.exec(lines[0]);
  const content = blocks(task ? [lines[0].slice(task[0].length), ...lines.slice(1)] : lines, deeper(scope));
  const tight = content[0]?.tagName === 'P' ? [...content[0].childNodes, ...content.slice(1)] : content;
  if (!task) return h('li', null, tight);
  const box = h('input', {
    type: 'checkbox',
    disabled: true,
    checked: task[1] !== ' ',
    'aria-label': task[1] === ' ' ? 'Open' : 'Done',
  });
  return h('li', { class: 'task-item' }, box, tight);
}

function table(lines, at, scope) {
  const isTable = lines[at].includes('|') && TABLE_RULE.test(lines[at + 1] ?? '') && lines[at + 1].includes('-');
  if (!isTable) return null;
  const head = cells(lines[at]);
  const aligns = cells(lines[at + 1]).map(alignment);
  if (aligns.length !== head.length) return null;
  let end = at + 2;
  while (end < lines.length && lines[end].includes('|') && lines[end].trim()) end += 1;
  const row = (tag) => (line) =>
    h(
      'tr',
      null,
      head.map((_, column) =>
        h(
          tag,
          { class: `align-${aligns[column]}`, scope: tag === 'th' ? 'col' : null },
          markdownInline(cells(line)[column] ?? '', scope.directory),
        ),
      ),
    );
  const body = lines.slice(at + 2, end).map(row('td'));
  const node = h(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Table' },
    h('table', { class: 'md-table' }, h('thead', null, row('th')(lines[at])), h('tbody', null, body)),
  );
  return { node, next: end };
}

function cells(line) {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function alignment(dashes) {
  if (dashes.startsWith(':') && dashes.endsWith(':')) return 'center';
  return dashes.endsWith(':') ? 'right' : 'left';
}
