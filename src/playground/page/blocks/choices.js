// Checkboxes and radio buttons.
import { h, uid } from '../dom.js';
import { fire, labelOf } from './spot.js';
import { inlineTextObject } from './text_object.js';

export function radioButtons(spot, ctx) {
  const { element } = spot;
  const value = ctx.state.begin(spot, { selected_option: element.initial_option ?? null });
  const name = uid('radio');
  return group(
    spot,
    ctx,
    'radiogroup',
    (option) => ({ type: 'radio', name, checked: option.value === value.selected_option?.value }),
    (node) => {
      const picked = element.options.find((_, at) => node.querySelectorAll('input')[at].checked) ?? null;
      return { selected_option: picked };
    },
  );
}

export function checkboxes(spot, ctx) {
  const { element } = spot;
  const value = ctx.state.begin(spot, { selected_options: element.initial_options ?? [] });
  const chosen = new Set(value.selected_options.map((option) => option.value));
  return group(
    spot,
    ctx,
    'group',
    (option) => ({ type: 'checkbox', checked: chosen.has(option.value) }),
    (node) => {
      const boxes = node.querySelectorAll('input');
      return { selected_options: element.options.filter((_, at) => boxes[at].checked) };
    },
  );
}

function group(spot, ctx, role, attributes, read) {
  const node = h('div', { class: 'choices', role, 'aria-label': labelOf(spot, 'Choices') });
  for (const option of spot.element.options ?? []) {
    const input = h('input', { ...attributes(option), value: option.value });
    node.append(
      h(
        'label',
        { class: 'choice' },
        input,
        h(
          'span',
          null,
          h('span', { class: 'choice-text' }, inlineTextObject(option.text, ctx.directory)),
          option.description &&
            h('span', { class: 'choice-description' }, inlineTextObject(option.description, ctx.directory)),
        ),
      ),
    );
  }
  node.addEventListener('change', async () => {
    const before = ctx.state.begin(spot, {});
    const fields = read(node);
    ctx.state.set(spot, fields);
    if (!(await fire(spot, ctx, fields))) restore(node, spot, ctx, before);
  });
  return node;
}

// The person declined the confirmation: put back what was chosen before.
function restore(node, spot, ctx, before) {
  ctx.state.set(spot, before);
  const chosen = new Set(
    [before.selected_option, ...(before.selected_options ?? [])].filter(Boolean).map((option) => option.value),
  );
  for (const input of node.querySelectorAll('input')) input.checked = chosen.has(input.value);
}
