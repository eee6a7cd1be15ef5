// Elements one presses: buttons, icon buttons and overflow menus.
import { classes, h, safeUrl } from '../dom.js';
import { icon } from '../icons.js';
import { openMenu } from '../popover.js';
import { fire, labelOf } from './spot.js';
import { plainText } from './text_object.js';

export function button(spot, ctx) {
  const { element } = spot;
  const style = element.style === 'primary' || element.style === 'danger' ? element.style : null;
  return h(
    'button',
    {
      type: 'button',
      class: classes('button', style),
      'aria-label': element.accessibility_label,
      'data-qa': 'block-button',
      onclick: (event) => press(event.currentTarget, spot, ctx),
    },
    plainText(element.text?.text),
    element.url && icon('right', 14),
  );
}

async function press(node, spot, ctx) {
  const { element } = spot;
  if (node.getAttribute('aria-busy')) return;
  if (element.url && safeUrl(element.url)) window.open(element.url, '_blank', 'noopener');
  await fire(spot, ctx, { value: element.value ?? '', text: element.text }, node);
}

const ICONS = { trash: 'trash', edit: 'edit', copy: 'copy', refresh: 'history', retry: 'history' };

export function iconButton(spot, ctx) {
  const { element } = spot;
  const label = element.text?.text ?? labelOf(spot, element.icon);
  return h(
    'button',
    {
      type: 'button',
      class: 'icon-button bordered',
      title: label,
      'aria-label': label,
      'data-qa': 'icon-button',
      onclick: (event) => fire(spot, ctx, { value: element.value ?? '' }, event.currentTarget),
    },
    icon(ICONS[element.icon] ?? 'spark', 16),
  );
}

export function overflow(spot, ctx) {
  const node = h(
    'button',
    {
      type: 'button',
      class: 'button overflow',
      'aria-haspopup': 'menu',
      'aria-label': labelOf(spot, 'More actions'),
      'data-qa': 'overflow',
    },
    icon('more', 16),
  );
  node.addEventListener('click', () =>
    openMenu(
      node,
      (spot.element.options ?? []).map((option) => ({
        label: plainText(option.text?.text),
        hint: option.description?.text,
        qa: 'overflow-option',
        onclick: () => {
          if (option.url && safeUrl(option.url)) window.open(option.url, '_blank', 'noopener');
          fire(spot, ctx, { selected_option: option });
        },
      })),
      { align: 'end' },
    ),
  );
  return node;
}
