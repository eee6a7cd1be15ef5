// Short sentences at the page's foot: what went wrong, and what was done.
import { h } from './dom.js';
import { icon } from './icons.js';

const ICONS = { info: 'info', warning: 'warn', error: 'error', success: 'check' };

/** Shows a sentence for a few seconds; errors stay longer. */
export function toast(text, level = 'info') {
  const close = h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss' }, icon('close', 14));
  const node = h(
    'div',
    { class: `toast ${level}`, role: level === 'info' ? 'status' : 'alert', 'data-qa': 'toast' },
    icon(ICONS[level] ?? 'info', 16),
    h('span', null, text),
    close,
  );
  close.addEventListener('click', () => node.remove());
  document.getElementById('toasts').append(node);
  setTimeout(() => node.remove(), level === 'info' || level === 'success' ? 4500 : 9000);
}
