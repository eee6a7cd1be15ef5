// The `rich_text` block: sections, lists, quotes and preformatted text with styled runs.
import { h, link } from '../dom.js';
import { autolink, channelMention, codeBlock, dateNode, emoji, groupMention, userMention } from '../text/inline.js';

export function richText(block, ctx) {
  return h('div', { class: 'rich-text' }, richTextNodes(block, ctx));
}

/** The content of a rich text object, without a block around it. */
export function richTextNodes(block, ctx) {
  return lists(block.elements ?? []).map((part) => (Array.isArray(part) ? nested(part, ctx) : element(part, ctx)));
}

// Lists that follow each other are one list whose items are indented differently.
function lists(elements) {
  const out = [];
  for (const part of elements) {
    const last = out.at(-1);
    if (part.type !== 'rich_text_list') out.push(part);
    else if (Array.isArray(last)) last.push(part);
    else out.push([part]);
  }
  return out;
}

function nested(parts, ctx, depth = 0) {
  const nodes = [];
  for (let at = 0; at < parts.length;) {
    const indent = parts[at].indent ?? 0;
    if (indent > depth) {
      let end = at;
      while (end < parts.length && (parts[end].indent ?? 0) > depth) end += 1;
      const inner = nested(parts.slice(at, end), ctx, depth + 1);
      const host = nodes.at(-1)?.lastElementChild;
      if (host) host.append(inner);
      else nodes.push(inner);
      at = end;
    } else {
      nodes.push(list(parts[at], ctx));
      at += 1;
    }
  }
  const holder = document.createDocumentFragment();
  holder.append(...nodes);
  return holder;
}

function list(part, ctx) {
  const items = (part.elements ?? []).map((item) => h('li', null, inline(item.elements, ctx)));
  return part.style === 'ordered'
    ? h('ol', { start: part.offset ? part.offset + 1 : null }, items)
    : h('ul', null, items);
}

function element(part, ctx) {
  switch (part.type) {
    case 'rich_text_section':
      return h('div', { class: 'rich-section' }, inline(part.elements, ctx));
    case 'rich_text_quote':
      return h('blockquote', null, inline(part.elements, ctx));
    case 'rich_text_preformatted':
      return codeBlock((part.elements ?? []).map((item) => item.text ?? item.url ?? '').join(''), part.language);
    default:
      return h('div', { class: 'block-unknown' }, `This part cannot be shown here (${part.type})`);
  }
}

/** Styled runs of text. */
export function inline(elements, ctx) {
  return (elements ?? []).map((item) => styled(run(item, ctx), item.style));
}

function run(item, ctx) {
  const { directory } = ctx;
  switch (item.type) {
    case 'text':
      return withBreaks(item.text);
    case 'link':
      return link(item.url, item.text || item.url);
    case 'user':
      return userMention(item.user_id, directory);
    case 'channel':
      return channelMention(item.channel_id, directory);
    case 'usergroup':
      return groupMention(directory.groupName(item.usergroup_id) ?? item.usergroup_id);
    case 'broadcast':
      return groupMention(item.range);
    case 'emoji':
      return emoji(item.name, item.unicode);
    case 'date':
      return dateNode(item.timestamp, item.format, item.url, item.fallback);
    case 'color':
      return color(item.value);
    case 'citation':
      return link(item.url, item.text || item.title || item.url);
    default:
      return item.text ?? '';
  }
}

function color(value) {
  const swatch = h('span', { class: 'color-swatch' });
  swatch.style.backgroundColor = value;
  return h('span', null, swatch, value);
}

function withBreaks(text) {
  return String(text ?? '')
    .split('\n')
    .flatMap((line, at) => (at ? [h('br'), ...autolink(line)] : autolink(line)));
}

const TAGS = [
  ['code', 'code'],
  ['bold', 'strong'],
  ['italic', 'em'],
  ['strike', 's'],
  ['underline', 'u'],
];

function styled(content, style) {
  return TAGS.reduce((inner, [name, tag]) => (style?.[name] ? h(tag, null, inner) : inner), content);
}
