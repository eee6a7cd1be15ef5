// Ctrl/⌘ K: jump to a channel, a person or a session, and the app's global shortcuts.
import { act } from './api.js';
import { setSession } from './agent_session.js';
import { avatar } from './avatar.js';
import { placeFace } from './channel_dialogs.js';
import { openDialog } from './dialog.js';
import { h, replace } from './dom.js';
import { icon, pennyFace } from './icons.js';
import { go } from './route.js';
import { channelTitle, directory, pennyDm, plain, roots, sessions } from './select.js';
import { state } from './store.js';
import { moment } from './time.js';

const LIMIT = 12;

/** The keys that open the switcher, as this computer writes them. */
export const JUMP_KEYS = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K';

export function openSwitcher() {
  const input = h('input', {
    class: 'text-input switcher-input',
    type: 'text',
    placeholder: 'Where to? A channel, a person, a message…',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-label': 'Jump to',
    'data-qa': 'switcher-input',
  });
  const list = h('div', { class: 'listbox', role: 'listbox' });
  let rows = [];
  let at = 0;
  const dialog = openDialog({ title: 'Jump to', body: [input, list], className: 'switcher', qa: 'switcher' });
  const pick = (row) => {
    dialog.close();
    row.open();
  };
  const draw = () =>
    replace(
      list,
      rows.length
        ? rows.map((row, index) =>
            h(
              'div',
              {
                class: index === at ? 'option active' : 'option',
                role: 'option',
                'aria-selected': String(index === at),
                'data-qa': 'switcher-option',
                onclick: () => pick(row),
              },
              row.face,
              h('span', { class: 'switcher-label' }, row.label),
              h('span', { class: 'menu-hint' }, row.hint),
            ),
          )
        : h('div', { class: 'list-empty' }, 'Nothing of that name here.'),
    );
  const search = () => {
    rows = find(input.value.trim().toLowerCase());
    at = 0;
    draw();
  };
  input.addEventListener('input', search);
  input.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter' && rows[at]) pick(rows[at]);
    if (!step || !rows.length) return;
    event.preventDefault();
    at = (at + step + rows.length) % rows.length;
    draw();
    list.children[at]?.scrollIntoView({ block: 'nearest' });
  });
  search();
  input.focus();
}

function find(query) {
  const rows = [...places(), ...people(), ...shortcuts(), ...talks()].filter((row) =>
    row.text.toLowerCase().includes(query),
  );
  rows.sort((a, b) => b.text.toLowerCase().startsWith(query) - a.text.toLowerCase().startsWith(query));
  return [...rows.slice(0, LIMIT), ...(query.length > 2 ? messages(query) : [])];
}

function places() {
  const penny = pennyDm();
  return [...state.channels.values()]
    .filter((channel) => channel.kind !== 'im' || channel.id === penny?.id)
    .map((channel) => ({
      text: channelTitle(channel),
      label: channelTitle(channel),
      hint: channel.id === penny?.id ? 'App' : (channel.topic ?? ''),
      face: placeFace(channel),
      open: () => go({ channel: channel.id }),
    }));
}

function people() {
  return directory
    .people()
    .filter((one) => one.id !== state.me)
    .map((one) => ({
      text: `${one.real_name} ${one.name}`,
      label: one.real_name || one.name,
      hint: one.title ?? '',
      face: avatar(one, 'tiny'),
      open: async () => {
        const answer = await act('open_dm', { users: [one.id] });
        if (answer) go({ channel: answer.channel });
      },
    }));
}

function shortcuts() {
  return (state.app?.shortcuts ?? [])
    .filter((one) => one.type === 'global')
    .map((one) => ({
      text: one.name,
      label: one.name,
      hint: `${state.app.name} shortcut`,
      face: h('span', { class: 'avatar tiny penny' }, pennyFace()),
      open: () => act('global_shortcut', { callback_id: one.callback_id }),
    }));
}

function talks() {
  const dm = pennyDm();
  return sessions(dm)
    .slice(0, 20)
    .map((session) => ({
      text: session.title,
      label: session.title,
      hint: 'Chat with Penny',
      face: icon('chat', 16),
      open: () => {
        setSession(session.ts);
        go({ channel: dm.id, tab: 'messages' });
      },
    }));
}

function messages(query) {
  return directory
    .channels()
    .flatMap((channel) =>
      roots(channel)
        .filter((message) => plain(message.text).toLowerCase().includes(query))
        .map((message) => ({
          label: plain(message.text).slice(0, 90),
          hint: `#${channel.name} · ${moment(message.ts)}`,
          face: icon('reply', 16),
          open: () =>
            go({ channel: channel.id, thread: channel.threads.get(message.ts)?.reply_count ? message.ts : null }),
        })),
    )
    .slice(-8)
    .reverse();
}
