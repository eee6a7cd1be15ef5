// The plain blocks: text in its shapes, lines between, rows of controls.
import { h } from '../dom.js';
import { markdown } from '../text/markdown.js';
import { element } from './element.js';
import { inlineTextObject, textObject } from './text_object.js';

export function section(block, ctx) {
  const fields = block.fields?.length
    ? h(
        'div',
        { class: 'section-fields' },
        block.fields.map((field) => h('div', { class: 'section-field' }, textObject(field, ctx.directory))),
      )
    : null;
  const text = block.text ? h('div', { class: 'section-text' }, textObject(block.text, ctx.directory)) : null;
  const accessory = block.accessory
    ? h('div', { class: 'section-accessory' }, element({ element: block.accessory, blockId: block.block_id }, ctx))
    : null;
  return h('div', null, h('div', { class: 'section-body' }, text, fields), accessory);
}

export function header(block, ctx) {
  return h('h3', null, textObject(block.text, ctx.directory));
}

export function divider() {
  return h('hr');
}

export function context(block, ctx) {
  return h(
    'div',
    null,
    (block.elements ?? []).map((item) =>
      item.type === 'image'
        ? element({ element: item, blockId: block.block_id }, ctx)
        : h('span', { class: 'context-text' }, inlineTextObject(item, ctx.directory)),
    ),
  );
}

export function actions(block, ctx) {
  return h(
    'div',
    { role: 'group' },
    (block.elements ?? []).map((item) => element({ element: item, blockId: block.block_id }, ctx)),
  );
}

export function markdownBlock(block, ctx) {
  return h('div', { class: 'markdown' }, markdown(block.text, ctx.directory));
}
