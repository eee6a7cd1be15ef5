// Things that float beside a button: menus, pickers, completion lists. One open at a time.
import { append, h } from './dom.js';

let current = null;

/**
 * Opens `content` beside `anchor` and answers a function that closes it. It closes by itself on
 * Escape, on a press outside, and when another popover opens.
 */
export function openPopover(
  anchor,
  content,
  { onclose, align = 'start', side = 'below', className = '', focus = true } = {},
) {
  closePopover();
  const node = h('div', { class: `popover ${className}` }, content);
  document.body.append(node);
  const place = () => position(node, anchor, align, side);
  const outside = (event) => {
    if (!node.contains(event.target) && !anchor.contains?.(event.target)) closePopover();
  };
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('resize', place);
  window.addEventListener('scroll', place, true);
  const returnTo = focus ? document.activeElement : null;
  const mine = {
    node,
    close() {
      document.removeEventListener('pointerdown', outside, true);
      window.removeEventListener('resize', place);
      window.removeEventListener('scroll', place, true);
      const hadFocus = node.contains(document.activeElement);
      node.remove();
      if (hadFocus && returnTo?.isConnected) returnTo.focus({ preventScroll: true });
      onclose?.();
    },
    place,
  };
  current = mine;
  place();
  if (focus) node.querySelector('[autofocus], input, button, [tabindex]')?.focus({ preventScroll: true });
  return () => {
    if (current === mine) closePopover();
  };
}

/** Closes what is open; answers whether anything was. */
export function closePopover() {
  const open = current;
  current = null;
  open?.close();
  return open !== null;
}

/** Puts the open popover back beside its anchor after its content changed size. */
export function placePopover() {
  current?.place();
}

function position(node, anchor, align, side) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = node;
  const gap = 4;
  const margin = 8;
  const below = at.bottom + gap;
  const above = at.top - gap - height;
  const fitsBelow = below + height <= window.innerHeight - margin;
  const top = (side === 'above' && above >= margin) || (!fitsBelow && above >= margin) ? above : below;
  const left = align === 'end' ? at.right - width : at.left;
  node.style.top = `${Math.max(margin, Math.min(top, window.innerHeight - height - margin))}px`;
  node.style.left = `${Math.max(margin, Math.min(left, window.innerWidth - width - margin))}px`;
}

/**
 * Opens a menu. An item is `{label, icon?, hint?, danger?, onclick, qa?}`, `{heading}` or `null` (a line).
 */
export function openMenu(anchor, items, options = {}) {
  const list = h('div', { class: 'menu', role: 'menu', 'data-qa': 'menu' });
  append(
    list,
    items.map((item) => menuItem(item)),
  );
  list.addEventListener('keydown', (event) => moveFocus(event, list, '[role=menuitem]'));
  return openPopover(anchor, list, options);
}

function menuItem(item) {
  if (item === null) return h('hr', { role: 'separator' });
  if (item.heading) return h('div', { class: 'menu-heading' }, item.heading);
  const onclick = () => {
    closePopover();
    item.onclick();
  };
  return h(
    'button',
    {
      type: 'button',
      role: 'menuitem',
      class: item.danger ? 'menu-item danger' : 'menu-item',
      'data-qa': item.qa,
      onclick,
    },
    item.icon,
    h('span', { class: 'menu-label' }, item.label),
    item.hint && h('span', { class: 'menu-hint' }, item.hint),
  );
}

/** Arrow keys, Home and End move the focus through a list's items. */
export function moveFocus(event, list, selector) {
  const items = [...list.querySelectorAll(selector)].filter((item) => !item.disabled);
  const at = items.indexOf(document.activeElement);
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (target === undefined || items.length === 0) return;
  event.preventDefault();
  items[(target + items.length) % items.length].focus();
}
