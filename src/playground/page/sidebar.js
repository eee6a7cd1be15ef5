// The places one can go: channels, direct messages, apps, with what is unread.
import { createChannelDialog, newMessageDialog, placeFace } from './channel_dialogs.js';
import { hasDraft } from './composer.js';
import { classes, h, replace } from './dom.js';
import { emojiChar } from './emoji.js';
import { icon, pennyFace } from './icons.js';
import { unread } from './read_marks.js';
import { go, route } from './route.js';
import { channelTitle, pennyDm, sessions } from './select.js';
import { state } from './store.js';
import { JUMP_KEYS, openSwitcher } from './switcher.js';
import { placeOf } from './system_view.js';

const collapsed = new Set();

export class Sidebar {
  constructor() {
    this.head = h('div', { class: 'workspace' });
    this.places = h('nav', { class: 'places', 'aria-label': 'Channels and messages' });
    this.node = h('aside', { class: 'sidebar', id: 'sidebar', 'data-qa': 'sidebar' }, this.head, this.places);
    this.places.addEventListener('keydown', (event) => this.#arrows(event));
  }

  draw() {
    replace(
      this.head,
      h('span', { class: 'workspace-icon', 'aria-hidden': 'true' }, teamIcon()),
      h(
        'span',
        { class: 'workspace-name' },
        h('strong', { 'data-qa': 'workspace-name' }, state.team.name),
        h('span', { class: 'workspace-note' }, state.enterprise ? state.enterprise.name : 'Playground'),
      ),
    );
    const all = [...state.channels.values()];
    const penny = pennyDm();
    const byName = (a, b) => channelTitle(a).localeCompare(channelTitle(b));
    const joined = all
      .filter((channel) => isRoom(channel) && channel.is_member !== false && !channel.is_archived)
      .sort(byName);
    const others = all
      .filter((channel) => isRoom(channel) && channel.is_member === false && !channel.is_archived)
      .sort(byName);
    const direct = all.filter((channel) => !isRoom(channel) && channel.id !== penny?.id).sort(byName);
    const focused = this.places.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    replace(
      this.places,
      h(
        'button',
        { type: 'button', class: 'place jump', 'data-qa': 'open-switcher', onclick: openSwitcher },
        icon('search', 16),
        h('span', { class: 'place-name' }, 'Jump to…'),
        h('kbd', null, JUMP_KEYS),
      ),
      this.#section('Apps', penny ? [this.#penny(penny)] : []),
      state.systems.length > 0 &&
        this.#section(
          'Connected systems',
          state.systems.map((system) => this.#system(system)),
        ),
      this.#section(
        'Channels',
        joined.map((channel) => this.#place(channel)),
        createChannelDialog,
        'Create a channel',
        'create-channel',
      ),
      others.length > 0 &&
        this.#section(
          'More channels',
          others.map((channel) => this.#place(channel, 'faint')),
        ),
      this.#section(
        'Direct messages',
        direct.map((channel) => this.#place(channel)),
        newMessageDialog,
        'New message',
        'new-dm',
      ),
    );
    if (focused) this.places.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #section(title, rows, onadd, addLabel, qa) {
    const folded = collapsed.has(title);
    const fold = () => {
      if (folded) collapsed.delete(title);
      else collapsed.add(title);
      this.draw();
    };
    return h(
      'section',
      { class: 'place-group' },
      h(
        'div',
        { class: 'place-heading' },
        h(
          'button',
          { type: 'button', class: 'fold', 'aria-expanded': String(!folded), onclick: fold },
          icon(folded ? 'right' : 'chevron', 14),
          title,
        ),
        onadd &&
          h(
            'button',
            {
              type: 'button',
              class: 'icon-button',
              'aria-label': addLabel,
              title: addLabel,
              'data-qa': qa,
              onclick: onadd,
            },
            icon('plus', 16),
          ),
      ),
      !folded && rows,
    );
  }

  #place(channel, extra) {
    const { count, mentions } = unread(channel);
    const here = route.channel === channel.id;
    return h(
      'button',
      {
        type: 'button',
        class: classes('place', here && 'here', count > 0 && !here && 'unread', extra),
        'aria-current': here ? 'page' : null,
        'data-qa': `channel-${channel.name || channel.id}`,
        'data-channel': channel.id,
        onclick: () => go({ channel: channel.id }),
      },
      placeFace(channel),
      h('span', { class: 'place-name' }, channelTitle(channel)),
      channel.is_shared && h('span', { class: 'place-mark', title: 'Shared with another company' }, icon('shared', 14)),
      hasDraft(channel.id) && !here && h('span', { class: 'place-mark', title: 'Draft' }, icon('edit', 14)),
      mentions > 0 && !here && h('span', { class: 'badge', 'aria-label': `${mentions} unread` }, String(mentions)),
    );
  }

  #system(system) {
    const place = placeOf(system);
    const here = route.channel === place;
    return h(
      'button',
      {
        type: 'button',
        class: classes('place', here && 'here'),
        'aria-current': here ? 'page' : null,
        'data-qa': place,
        'data-channel': place,
        onclick: () => go({ channel: place }),
      },
      icon('shared', 16),
      h('span', { class: 'place-name' }, `${system.name} (stand-in)`),
    );
  }

  #penny(channel) {
    const { count } = unread(channel);
    const here = route.channel === channel.id;
    const working = sessions(channel).some((session) => session.thread?.session === 'processing');
    return h(
      'button',
      {
        type: 'button',
        class: classes('place', 'penny-place', here && 'here', count > 0 && !here && 'unread'),
        'aria-current': here ? 'page' : null,
        'data-qa': 'channel-penny',
        'data-channel': channel.id,
        onclick: () => go({ channel: channel.id }),
      },
      h('span', { class: 'avatar tiny penny' }, pennyFace()),
      h('span', { class: 'place-name' }, state.app?.name ?? 'Penny'),
      working && h('span', { class: 'place-mark working', title: 'Working' }),
      count > 0 && !here && h('span', { class: 'badge', 'aria-label': `${count} unread` }, String(count)),
    );
  }

  #arrows(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...this.places.querySelectorAll('.place')];
    const at = rows.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    rows[(at + step + rows.length) % rows.length].focus();
  }
}

function isRoom(channel) {
  return channel.kind === 'public' || channel.kind === 'private';
}

function teamIcon() {
  const mark = state.team.icon_emoji;
  return (mark && (emojiChar(mark) ?? mark)) || (state.team.name || '?')[0];
}
