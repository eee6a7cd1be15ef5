// The DM with Penny: Home, Messages, History and About.
import { act } from './api.js';
import { AgentChat } from './agent_chat.js';
import { openSession, setSession } from './agent_session.js';
import { h, replace } from './dom.js';
import { icon, pennyFace } from './icons.js';
import { moveFocus } from './popover.js';
import { unreadSessions } from './read_marks.js';
import { go, route } from './route.js';
import { sessionList } from './session_list.js';
import { sessions } from './select.js';
import { state } from './store.js';
import { JUMP_KEYS } from './switcher.js';
import { tour } from './tour.js';
import { ViewForm } from './view_form.js';

const TABS = [
  ['home', 'Home'],
  ['messages', 'Messages'],
  ['history', 'History'],
  ['tour', 'Tour'],
  ['about', 'About'],
];

export class PennyDm {
  #shown = null;

  constructor() {
    this.chat = new AgentChat({ qa: 'composer' });
    this.home = new ViewForm('home', 'home-view');
    this.tour = tour();
    this.tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Penny' });
    this.tabs.addEventListener('keydown', (event) => {
      const keys = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' };
      if (keys[event.key])
        moveFocus({ key: keys[event.key], preventDefault: () => event.preventDefault() }, this.tabs, '[role=tab]');
    });
    this.title = h('span', { class: 'topic', 'data-qa': 'session-title' });
    this.fresh = h(
      'button',
      { type: 'button', class: 'button', 'data-qa': 'new-chat', onclick: () => this.#start() },
      icon('plus', 16),
      'New chat',
    );
    this.body = h('div', { class: 'tab-body', role: 'tabpanel' });
    this.node = h(
      'section',
      { class: 'view penny-dm', 'aria-label': 'Penny', 'data-qa': 'penny-dm' },
      h(
        'header',
        { class: 'view-header' },
        h(
          'h1',
          null,
          h('span', { class: 'avatar small penny' }, pennyFace()),
          h('span', { 'data-qa': 'channel-title' }, 'Penny'),
          h('span', { class: 'app-badge' }, 'APP'),
        ),
        this.title,
        h('span', { class: 'bar-space' }),
        this.fresh,
      ),
      this.tabs,
      this.body,
    );
  }

  draw(channel) {
    const tab = TABS.some(([name]) => name === route.tab) ? route.tab : 'messages';
    this.#announce(tab);
    const current = openSession();
    this.title.textContent =
      tab === 'messages' ? (sessions(channel).find((session) => session.ts === current)?.title ?? '') : '';
    this.fresh.hidden = tab === 'messages' && !current;
    if (tab === 'messages') {
      this.#fill(this.chat.node);
      this.chat.draw(channel);
    } else if (tab === 'home') this.#drawHome(channel);
    else if (tab === 'history')
      this.#fill(
        h(
          'div',
          { class: 'page' },
          h('h2', null, 'Your chats with Penny'),
          sessionList(channel, current, (ts) => this.#open(ts)),
        ),
      );
    else if (tab === 'tour') this.#fill(this.tour);
    else this.#fill(about());
    this.#drawTabs(tab, unreadSessions(channel).length);
  }

  // Slack tells an app whenever its home or its messages are opened.
  #announce(tab) {
    const key = `${state.me} ${tab}`;
    if (this.#shown === key) return;
    this.#shown = key;
    if (tab === 'home' || tab === 'messages') act('open_home', { tab });
  }

  /** The person went elsewhere: coming back is opening anew. */
  leave() {
    this.#shown = null;
  }

  #drawTabs(tab, news) {
    if (this.drawnTabs === `${tab} ${news}`) return;
    this.drawnTabs = `${tab} ${news}`;
    replace(
      this.tabs,
      TABS.map(([name, label]) =>
        h(
          'button',
          {
            type: 'button',
            role: 'tab',
            class: 'tab',
            'aria-selected': String(name === tab),
            tabindex: name === tab ? '0' : '-1',
            'data-qa': `tab-${name}`,
            onclick: () => go({ tab: name }),
          },
          label,
          name === 'history' && news > 0 && h('span', { class: 'badge', 'aria-label': `${news} unread` }, String(news)),
        ),
      ),
    );
  }

  #drawHome(channel) {
    if (!state.home) {
      this.#fill(
        h(
          'div',
          { class: 'empty' },
          h('div', { class: 'welcome-face' }, pennyFace(56)),
          h(
            'p',
            null,
            state.app?.installed ? 'Penny is preparing your home…' : 'Penny is not installed in this workspace.',
          ),
        ),
      );
      return;
    }
    this.#fill(this.home.node);
    this.home.draw(state.home, state.epoch, channel.id);
  }

  #fill(node) {
    if (this.body.firstChild !== node) this.body.replaceChildren(node);
  }

  #open(ts) {
    setSession(ts);
    go({ tab: 'messages' });
  }

  #start() {
    setSession(null);
    go({ tab: 'messages' });
    this.chat.composer.focus();
  }
}

function about() {
  const { app } = state;
  const row = (term, ...text) => h('div', { class: 'about-row' }, h('dt', null, term), h('dd', null, text));
  return h(
    'div',
    { class: 'page about', 'data-qa': 'about' },
    h('div', { class: 'welcome-face' }, pennyFace(72)),
    h('h2', null, app?.name ?? 'Penny'),
    h(
      'p',
      null,
      'A colleague that lives in Slack. Mention her in a channel or write to her here: she looks things up in ',
      'everything your company’s tools know, and tells a channel only what everybody in it may see.',
    ),
    h(
      'dl',
      null,
      row('Ask', 'Mention @Penny in a channel, or write in Messages.'),
      row('Steer', 'Write more while she works, or press Stop.'),
      row('Decide', 'What she would change elsewhere comes to a card. Nothing happens before somebody approves it.'),
      row('Repeat', h('code', null, '/penny schedule every weekday at 9: …'), ' has her answer again and again.'),
      row(
        'Commands',
        (app?.commands ?? []).map((one) => h('div', null, h('code', null, one.command), ` ${one.description ?? ''}`)),
      ),
      row(
        'Shortcuts',
        (app?.shortcuts ?? []).map((one) =>
          h(
            'div',
            null,
            one.name,
            h(
              'span',
              { class: 'muted' },
              one.type === 'message' ? ' — from a message’s ⋮ menu' : ` — from the search, ${JUMP_KEYS}`,
            ),
          ),
        ),
      ),
    ),
  );
}
