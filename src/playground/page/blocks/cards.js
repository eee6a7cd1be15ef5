// Blocks that frame others or a whole thing: cards, carousels, containers, alerts.
import { classes, h } from '../dom.js';
import { icon } from '../icons.js';
import { element } from './element.js';
import { image } from './media.js';
import { inline } from './rich_text.js';
import { inlineTextObject, textObject } from './text_object.js';

export function card(block, ctx) {
  const heading = block.title || block.subtitle || block.icon;
  return h(
    'div',
    { class: 'card', 'data-qa': 'card' },
    block.hero_image && h('div', { class: 'card-hero' }, image(block.hero_image)),
    heading &&
      h(
        'div',
        { class: 'card-head' },
        block.icon && h('span', { class: 'card-icon' }, image(block.icon)),
        h(
          'div',
          null,
          block.title && h('div', { class: 'card-title' }, inlineTextObject(block.title, ctx.directory)),
          block.subtitle && h('div', { class: 'card-subtitle' }, inlineTextObject(block.subtitle, ctx.directory)),
        ),
      ),
    block.body && h('div', { class: 'card-body' }, textObject(block.body, ctx.directory)),
    block.actions?.length &&
      h(
        'div',
        { class: 'card-actions block-actions' },
        block.actions.map((item) => element({ element: item, blockId: block.block_id }, ctx)),
      ),
  );
}

export function carousel(block, ctx) {
  const track = h(
    'div',
    { class: 'carousel-track', tabindex: '0', role: 'list' },
    (block.elements ?? []).map((one) => h('div', { role: 'listitem' }, card(one, ctx))),
  );
  const move = (step) => () => track.scrollBy({ left: step * track.clientWidth * 0.8, behavior: 'smooth' });
  const many = (block.elements ?? []).length > 1;
  return h(
    'div',
    { class: 'carousel' },
    track,
    many &&
      h(
        'div',
        { class: 'carousel-buttons' },
        h(
          'button',
          { type: 'button', class: 'icon-button bordered', 'aria-label': 'Previous card', onclick: move(-1) },
          icon('left', 16),
        ),
        h(
          'button',
          { type: 'button', class: 'icon-button bordered', 'aria-label': 'Next card', onclick: move(1) },
          icon('right', 16),
        ),
      ),
  );
}

export function container(block, ctx, renderBlock) {
  const title = block.rich_text_title
    ? inline(sectionElements(block.rich_text_title), ctx)
    : textObject(block.title, ctx.directory);
  const head = [
    block.icon && h('span', { class: 'card-icon' }, image(block.icon)),
    h(
      'span',
      { class: 'container-title' },
      title,
      block.subtitle && h('span', { class: 'card-subtitle' }, inlineTextObject(block.subtitle, ctx.directory)),
    ),
  ];
  const body = h(
    'div',
    { class: 'container-body' },
    (block.child_blocks ?? []).map((child) => renderBlock(child, ctx)),
  );
  const name = classes('container', `width-${block.width ?? 'standard'}`, block.has_header_divider && 'divided');
  const titled = block.title || block.rich_text_title || block.icon;
  if (!block.is_collapsible)
    return h('div', { class: name }, titled && h('div', { class: 'container-head' }, head), body);
  const node = h(
    'details',
    null,
    h('summary', { class: 'container-head', 'data-qa': 'container-toggle' }, icon('chevron', 16), head),
    body,
  );
  const key = `container ${block.block_id}`;
  node.open = ctx.opened.get(key) ?? !block.default_collapsed;
  node.addEventListener('toggle', () => ctx.opened.set(key, node.open));
  return h('div', { class: name }, node);
}

function sectionElements(richText) {
  return (richText.elements ?? []).flatMap((part) => part.elements ?? [part]);
}

const ALERT_ICONS = { warning: 'warn', error: 'error', success: 'check' };

export function alert(block, ctx) {
  const level = block.level ?? 'default';
  return h(
    'div',
    { class: `alert ${level}`, role: level === 'error' ? 'alert' : 'note' },
    icon(ALERT_ICONS[level] ?? 'info', 18),
    h('div', null, textObject(block.text, ctx.directory)),
  );
}
