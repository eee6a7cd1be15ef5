// Dialogues about places and people: a new channel, a new DM, members, a profile.
import { act } from './api.js';
import { avatar } from './avatar.js';
import { openDialog, openForm } from './dialog.js';
import { h, uid } from './dom.js';
import { icon } from './icons.js';
import { go } from './route.js';
import { counterpart, directory, pennyDm, pennyId, person, personName } from './select.js';
import { state } from './store.js';

export function createChannelDialog() {
  const name = h('input', {
    class: 'text-input',
    name: 'name',
    required: true,
    maxlength: 80,
    placeholder: 'e.g. launch-plan',
    id: uid('field'),
    'data-qa': 'new-channel-name',
  });
  const secret = h('input', { type: 'checkbox', name: 'private', 'data-qa': 'new-channel-private' });
  openForm({
    title: 'Create a channel',
    qa: 'new-channel',
    submit: 'Create',
    fields: [
      h('label', { class: 'input-label', for: name.id }, 'Name'),
      name,
      h(
        'label',
        { class: 'choice' },
        secret,
        h(
          'span',
          null,
          h('span', { class: 'choice-text' }, 'Private'),
          h('span', { class: 'choice-description' }, 'Only people who are invited can see it.'),
        ),
      ),
    ],
    onsubmit: async () => {
      const wanted = name.value
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_-]+/gu, '-')
        .replace(/^-+|-+$/g, '');
      const answer = await act('create_channel', { name: wanted, private: secret.checked });
      if (answer) go({ channel: answer.channel });
      return Boolean(answer);
    },
  });
}

export function newMessageDialog() {
  choosePeople({
    title: 'New message',
    submit: 'Go',
    qa: 'new-message',
    people: directory.people().filter((one) => one.id !== state.me),
    onsubmit: (users) => openDm(users),
  });
}

async function openDm(users) {
  const answer = await act('open_dm', { users });
  if (answer) go({ channel: answer.channel });
  return Boolean(answer);
}

export function inviteDialog(channel) {
  const outside = [...state.people.values()].filter((one) => !one.deleted && !channel.members.includes(one.id));
  choosePeople({
    title: `Add people to #${channel.name}`,
    submit: 'Add',
    qa: 'invite-dialog',
    people: outside,
    onsubmit: async (users) => {
      const answers = await Promise.all(users.map((user) => act('invite', { channel: channel.id, user })));
      return answers.every(Boolean);
    },
  });
}

function choosePeople({ title, submit, qa, people, onsubmit }) {
  const rows = people.map((one) =>
    h(
      'label',
      { class: 'person-row', 'data-qa': 'person-choice' },
      h('input', { type: 'checkbox', value: one.id }),
      avatar(one, 'small'),
      h('span', { class: 'person-name' }, one.real_name || one.name),
      h('span', { class: 'muted' }, one.title),
    ),
  );
  openForm({
    title,
    qa,
    submit,
    fields: rows.length
      ? h('div', { class: 'person-list' }, rows)
      : h('p', { class: 'muted' }, 'Everyone is here already.'),
    onsubmit: (form) => {
      const chosen = [...form.querySelectorAll('input:checked')].map((input) => input.value);
      return chosen.length ? onsubmit(chosen) : true;
    },
  });
}

export function membersDialog(channel) {
  const dialog = openDialog({
    title: `Members of #${channel.name}`,
    className: 'small',
    qa: 'members-dialog',
    body: h(
      'ul',
      { class: 'person-list' },
      channel.members.map((id) => {
        const one = person(id);
        return h(
          'li',
          null,
          h(
            'button',
            {
              type: 'button',
              class: 'person-row',
              onclick: () => {
                dialog.close();
                profileDialog(id);
              },
            },
            avatar(one, 'small'),
            h('span', { class: 'person-name' }, one?.real_name ?? id),
            h('span', { class: 'muted' }, roleOf(one)),
          ),
        );
      }),
    ),
  });
}

/** What a person is in the workspace, in words. */
export function roleOf(one) {
  if (!one) return '';
  if (one.is_bot) return 'App';
  const marks = [one.is_admin && 'Admin', one.is_guest && 'Guest', one.is_external && 'External'].filter(Boolean);
  return [one.title, ...marks].filter(Boolean).join(' · ');
}

export function profileDialog(id) {
  const one = person(id);
  if (!one) return;
  const zone =
    one.tz &&
    new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit', timeZone: one.tz }).format(new Date());
  const message = async () => {
    dialog.close();
    if (id === pennyId()) go({ channel: pennyDm()?.id });
    else await openDm([id]);
  };
  const dialog = openDialog({
    title: 'Profile',
    className: 'small',
    qa: 'profile',
    body: h(
      'div',
      { class: 'profile' },
      avatar(one, 'big'),
      h('h3', null, one.real_name || one.name),
      h('p', { class: 'muted' }, roleOf(one)),
      one.email && h('p', null, one.email),
      zone && h('p', { class: 'muted' }, icon('clock', 16), ` ${zone} local time`),
    ),
    footer:
      id === state.me
        ? null
        : h(
            'button',
            { type: 'button', class: 'button primary', onclick: message },
            icon('chat', 16),
            `Message ${personName(id)}`,
          ),
  });
}

/** The name of a place as the sidebar and the switcher show it. */
export function placeFace(channel) {
  if (channel.kind === 'im') return avatar(person(counterpart(channel)), 'tiny');
  if (channel.kind === 'mpim') return h('span', { class: 'group-count' }, String(channel.members.length - 1));
  return icon(channel.kind === 'private' ? 'lock' : 'hash', 16);
}
