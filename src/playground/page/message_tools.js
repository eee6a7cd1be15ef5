// What one can do with a message: react, reply, the app's message shortcuts, edit, delete.
import { act } from './api.js';
import { fromText, toText } from './composer_text.js';
import { askConfirm } from './dialog.js';
import { h } from './dom.js';
import { emojiChar } from './emoji.js';
import { icon, pennyFace } from './icons.js';
import { openMenu } from './popover.js';
import { pickReaction, react } from './reactions.js';
import { go } from './route.js';
import { plain } from './select.js';
import { state } from './store.js';
import { toast } from './toast.js';
import { autosize } from './blocks/inputs.js';

const QUICK = ['white_check_mark', 'eyes', 'raised_hands'];

/** The bar that appears over a message under the pointer. */
export function toolbar(channel, message, { inThread, edit }) {
  const canAct = channel.is_member !== false && !message.ephemeral;
  if (!canAct) return h('div', { hidden: true });
  const button = (name, label, qa, onclick) =>
    h(
      'button',
      { type: 'button', class: 'icon-button', title: label, 'aria-label': label, 'data-qa': qa, onclick },
      icon(name),
    );
  const quick = QUICK.map((name) =>
    h(
      'button',
      {
        type: 'button',
        class: 'icon-button emoji',
        title: `:${name}:`,
        'aria-label': `React with ${name.replaceAll('_', ' ')}`,
        onclick: () => react(channel, message, name),
      },
      emojiChar(name),
    ),
  );
  return h(
    'div',
    { class: 'message-tools', role: 'toolbar', 'aria-label': 'Message actions' },
    quick,
    button('smile', 'Add a reaction…', 'tool-react', (event) => pickReaction(event.currentTarget, channel, message)),
    !inThread &&
      button('reply', 'Reply in thread', 'tool-reply', () =>
        go({ channel: channel.id, thread: message.thread_ts ?? message.ts }),
      ),
    button('more', 'More actions', 'tool-more', (event) =>
      openMenu(event.currentTarget, moreItems(channel, message, edit), { align: 'end' }),
    ),
  );
}

function moreItems(channel, message, edit) {
  const shortcuts = (state.app?.shortcuts ?? [])
    .filter((one) => one.type === 'message')
    .map((one) => ({
      label: one.name,
      icon: pennyFace(18),
      hint: state.app.name,
      qa: `shortcut-${one.callback_id}`,
      onclick: () => act('message_shortcut', { channel: channel.id, ts: message.ts, callback_id: one.callback_id }),
    }));
  const own = message.user === state.me;
  return [
    ...shortcuts,
    ...(shortcuts.length ? [null] : []),
    { label: 'Copy text', icon: icon('copy'), onclick: () => copyText(message) },
    ...(own ? [{ label: 'Edit message', icon: icon('edit'), qa: 'tool-edit', onclick: edit }] : []),
    ...(own
      ? [
          {
            label: 'Delete message…',
            icon: icon('trash'),
            danger: true,
            qa: 'tool-delete',
            onclick: () => remove(channel, message),
          },
        ]
      : []),
  ];
}

async function copyText(message) {
  const blocks = (message.blocks ?? [])
    .map((block) => block.text?.text ?? block.text ?? '')
    .filter((text) => typeof text === 'string');
  await navigator.clipboard.writeText(blocks.join('\n\n') || plain(message.text));
  toast('Copied.', 'success');
}

async function remove(channel, message) {
  const sure = await askConfirm({
    title: 'Delete message',
    text: 'Are you sure you want to delete this message? This cannot be undone.',
    confirm: 'Delete',
    danger: true,
  });
  if (sure) await act('delete', { channel: channel.id, ts: message.ts });
}

/** The editor that stands in a message's place. */
export function editor(channel, message, done) {
  const area = h('textarea', {
    class: 'text-input',
    rows: 2,
    value: toText(message.text),
    'aria-label': 'Edit message',
    'data-qa': 'edit-input',
  });
  autosize(area);
  const save = async () => {
    const text = fromText(area.value.trim());
    if (!text || text === message.text || (await act('edit', { channel: channel.id, ts: message.ts, text }))) done();
  };
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      done();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  });
  return h(
    'div',
    { class: 'message-editor' },
    area,
    h(
      'div',
      { class: 'editor-buttons' },
      h('button', { type: 'button', class: 'button', onclick: done }, 'Cancel'),
      h('button', { type: 'button', class: 'button primary', 'data-qa': 'edit-save', onclick: save }, 'Save'),
    ),
  );
}
