// The bar on top: the way to search, to Penny, and the choice of whom one acts as.
import { avatar } from './avatar.js';
import { roleOf } from './channel_dialogs.js';
import { h, replace } from './dom.js';
import { icon, pennyFace } from './icons.js';
import { closePopover, moveFocus, openPopover } from './popover.js';
import { go, route } from './route.js';
import { me, pennyDm } from './select.js';
import { state } from './store.js';
import { openSwitcher } from './switcher.js';

export class Topbar {
  constructor({ togglePane, toggleSidebar }) {
    this.ask = h(
      'button',
      { type: 'button', class: 'ask-penny', 'data-qa': 'open-agent', onclick: togglePane },
      pennyFace(20),
      h('span', null, 'Ask Penny'),
    );
    this.who = h('button', {
      type: 'button',
      class: 'who',
      'aria-haspopup': 'listbox',
      'data-qa': 'person-switcher',
      onclick: () => this.#choose(),
    });
    this.node = h(
      'header',
      { class: 'topbar' },
      h(
        'button',
        {
          type: 'button',
          class: 'icon-button menu-toggle',
          'aria-label': 'Channels',
          'aria-controls': 'sidebar',
          'data-qa': 'toggle-sidebar',
          onclick: toggleSidebar,
        },
        icon('menu'),
      ),
      h(
        'button',
        { type: 'button', class: 'search-box', 'data-qa': 'search', onclick: openSwitcher },
        icon('search', 16),
        h('span', { class: 'search-label' }),
      ),
      this.ask,
      this.who,
    );
  }

  draw(paneOpen) {
    const one = me();
    this.node.querySelector('.search-label').textContent = `Search ${state.team.name || 'the workspace'}`;
    this.ask.setAttribute('aria-pressed', String(paneOpen));
    this.ask.hidden = route.channel === pennyDm()?.id;
    replace(
      this.who,
      avatar(one, 'small'),
      h(
        'span',
        { class: 'who-text' },
        h('span', { class: 'who-label' }, 'You act as'),
        h('span', { class: 'who-name', 'data-qa': 'acting-person' }, one?.real_name ?? '…'),
      ),
      icon('chevron', 16),
    );
    this.who.setAttribute('aria-label', `You act as ${one?.real_name ?? 'nobody yet'}. Choose another person`);
  }

  #choose() {
    const people = [...state.people.values()].filter((one) => !one.is_bot && !one.deleted);
    const pick = (id) => {
      closePopover();
      if (id !== state.me) go({ person: id });
    };
    const list = h(
      'div',
      { class: 'menu people-menu', role: 'listbox', 'aria-label': 'Act as' },
      h('div', { class: 'menu-heading' }, 'Act as'),
      people.map((one) =>
        h(
          'button',
          {
            type: 'button',
            class: 'menu-item',
            role: 'option',
            'aria-selected': String(one.id === state.me),
            'data-qa': `act-as-${one.name}`,
            'data-user': one.id,
            onclick: () => pick(one.id),
          },
          avatar(one, 'small'),
          h(
            'span',
            { class: 'option-text' },
            h('span', null, one.real_name || one.name),
            h('span', { class: 'option-description' }, roleOf(one)),
          ),
          one.id === state.me && icon('check', 16),
        ),
      ),
      h('p', { class: 'menu-note' }, 'Each person has their own messages, home and rights, as in Slack.'),
    );
    list.addEventListener('keydown', (event) => moveFocus(event, list, '[role=option]'));
    openPopover(this.who, list, { align: 'end' });
  }
}
