// Penny beside whatever is in view: the agent pane with its title, new chat and history.
import { act } from './api.js';
import { AgentChat } from './agent_chat.js';
import { openSession, setSession } from './agent_session.js';
import { h, replace } from './dom.js';
import { icon, pennyFace } from './icons.js';
import { route } from './route.js';
import { pennyDm, sessions } from './select.js';
import { sessionList } from './session_list.js';
import { changed, state } from './store.js';

export class AgentPane {
  open = false;
  #history = false;

  constructor() {
    this.chat = new AgentChat({ qa: 'pane-composer', context: () => route.channel });
    this.title = h('h2', { class: 'pane-title', 'data-qa': 'session-title' });
    this.past = h('div', { class: 'history', hidden: true });
    const button = (name, label, qa, onclick) =>
      h(
        'button',
        { type: 'button', class: 'icon-button', 'aria-label': label, title: label, 'data-qa': qa, onclick },
        icon(name),
      );
    this.node = h(
      'section',
      { class: 'side-pane agent-pane', 'aria-label': 'Penny', 'data-qa': 'agent-pane', hidden: true },
      h(
        'header',
        { class: 'pane-header' },
        h('span', { class: 'avatar small penny' }, pennyFace()),
        this.title,
        h('span', { class: 'bar-space' }),
        button('plus', 'New chat', 'new-chat', () => this.#start()),
        button('history', 'History', 'show-history', () => this.#toggle()),
        button('close', 'Close Penny', 'agent-close', () => this.setOpen(false)),
      ),
      this.past,
      this.chat.node,
    );
  }

  setOpen(open) {
    if (this.open === open) return;
    this.open = open;
    if (open) act('open_pane', { context: route.channel ?? undefined });
    changed('pane');
    if (open) setTimeout(() => this.chat.composer.focus());
  }

  /** Another channel came into view beside the open pane. */
  look(channelId) {
    if (this.open && channelId) act('look_at', { channel: channelId });
  }

  draw() {
    const dm = pennyDm();
    if (!dm) return;
    const current = openSession();
    this.title.textContent =
      sessions(dm).find((session) => session.ts === current)?.title ?? `Ask ${state.app?.name ?? 'Penny'}`;
    this.past.hidden = !this.#history;
    this.chat.node.hidden = this.#history;
    if (this.#history) {
      replace(
        this.past,
        sessionList(dm, current, (ts) => {
          this.#history = false;
          setSession(ts);
        }),
      );
    } else this.chat.draw(dm);
  }

  #start() {
    this.#history = false;
    setSession(null);
    this.chat.composer.focus();
  }

  #toggle() {
    this.#history = !this.#history;
    changed('pane');
  }
}
