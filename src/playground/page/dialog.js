// Dialogues the page itself asks: confirmations that blocks request, and small forms such as a new channel.
import { h, uid } from './dom.js';
import { icon } from './icons.js';
import { closePopover } from './popover.js';

/**
 * Shows a dialogue on its own layer and keeps the focus inside. `body` is nodes; answers
 * `{node, close}`. `ondismiss` runs on Escape, on the cross and on a press outside.
 */
export function openDialog({ title, body, footer, ondismiss, className = '', qa = 'dialog', back, wide }) {
  closePopover();
  const titleId = uid('title');
  const returnTo = document.activeElement;
  const dialog = h(
    'div',
    {
      class: `dialog ${className}${wide ? ' wide' : ''}`,
      role: 'dialog',
      'aria-modal': 'true',
      'aria-labelledby': titleId,
      tabindex: '-1',
      'data-qa': qa,
    },
    h(
      'header',
      { class: 'dialog-header' },
      back && h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Back', onclick: back }, icon('left')),
      h('h2', { id: titleId }, title),
      h(
        'button',
        {
          type: 'button',
          class: 'icon-button',
          'aria-label': 'Close',
          'data-qa': 'dialog-close',
          onclick: () => dismiss(),
        },
        icon('close'),
      ),
    ),
    h('div', { class: 'dialog-body' }, body),
    footer && h('footer', { class: 'dialog-footer' }, footer),
  );
  const layer = h('div', { class: 'dialog-layer' }, dialog);
  layer.addEventListener('pointerdown', (event) => {
    if (event.target === layer) dismiss();
  });
  layer.addEventListener('keydown', (event) => trap(event, dialog, dismiss));
  document.body.append(layer);
  const close = () => {
    layer.remove();
    if (returnTo?.isConnected) returnTo.focus({ preventScroll: true });
  };
  function dismiss() {
    if (closePopover()) return;
    if (ondismiss) ondismiss();
    else close();
  }
  focusFirst(dialog);
  return { node: dialog, layer, close };
}

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, [tabindex="0"]';

function focusFirst(dialog) {
  const first =
    dialog.querySelector('.dialog-body :is(input, textarea, [role=combobox])') ??
    dialog.querySelector('.dialog-footer .primary') ??
    dialog;
  first.focus({ preventScroll: true });
}

function trap(event, dialog, dismiss) {
  if (event.key === 'Escape') {
    event.stopPropagation();
    dismiss();
  }
  if (event.key !== 'Tab') return;
  const items = [...dialog.querySelectorAll(FOCUSABLE)].filter((item) => item.offsetParent !== null);
  const edge = event.shiftKey ? items[0] : items.at(-1);
  if (document.activeElement !== edge && dialog.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? items.at(-1) : items[0])?.focus();
}

/** Asks before something that matters; answers whether the person agreed. */
export function askConfirm({ title, text, confirm = 'Confirm', deny = 'Cancel', danger = false }) {
  return new Promise((resolve) => {
    const settle = (answer) => () => {
      dialog.close();
      resolve(answer);
    };
    const dialog = openDialog({
      title,
      body: h('div', { class: 'confirm-text' }, text),
      footer: [
        h('button', { type: 'button', class: 'button', 'data-qa': 'confirm-deny', onclick: settle(false) }, deny),
        h(
          'button',
          {
            type: 'button',
            class: danger ? 'button danger' : 'button primary',
            'data-qa': 'confirm-yes',
            onclick: settle(true),
          },
          confirm,
        ),
      ],
      ondismiss: settle(false),
      className: 'small',
      qa: 'confirm',
    });
    dialog.node.querySelector('[data-qa=confirm-yes]').focus();
  });
}

/** A small form. `onsubmit(form)` answers true when it may close. */
export function openForm({ title, fields, submit, onsubmit, qa }) {
  const button = h('button', { type: 'submit', class: 'button primary', 'data-qa': 'dialog-submit' }, submit);
  const form = h('form', { class: 'plain-form' }, fields, h('div', { class: 'dialog-footer inline' }, button));
  const dialog = openDialog({ title, body: form, className: 'small', qa });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    if (await onsubmit(form)) dialog.close();
    button.disabled = false;
  });
  return dialog;
}
