// A list of messages: day dividers, messages of one person in a row grouped, the "New" line,
// and a scroll position that follows the end only while the reader is there.
import { place } from './blocks/index.js';
import { h } from './dom.js';
import { MessageView } from './message.js';
import { StatusLine } from './status_line.js';
import { state } from './store.js';
import { dayKey, dayLabel } from './time.js';

const GROUP_SECONDS = 300;

export class MessageList {
  #views = new Map();
  #dividers = new Map();
  #following = true;
  #settled = '';

  /** `options`: `{label, footer, plain}`: `footer` shows the way into threads, `plain` hides "reply in thread". */
  constructor(options) {
    this.options = options;
    this.status = new StatusLine();
    this.inner = h('div', { class: 'message-list-inner' });
    this.node = h(
      'div',
      { class: 'message-list', role: 'log', 'aria-label': options.label, tabindex: '0', 'data-qa': 'message-list' },
      this.inner,
    );
    this.node.addEventListener('scroll', () => {
      // A new width moves the list too; only the reader's own scrolling is a wish to stay elsewhere.
      if (this.#settled === this.#shape())
        this.#following = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 60;
    });
    const sized = new ResizeObserver(() => {
      if (this.#following) this.toEnd();
      this.#settled = this.#shape();
    });
    sized.observe(this.inner);
    sized.observe(this.node);
  }

  /**
   * Draws messages. `extras`: `{before: nodes, afterFirst: nodes, after: nodes, unreadSince: ts, thread}`;
   * `thread`'s status is shown at the end.
   */
  draw(channel, messages, { before = [], afterFirst = [], after = [], unreadSince = null, thread = null } = {}) {
    const nodes = [...before];
    const wanted = new Set();
    let previous = null;
    let marked = unreadSince === null;
    messages.forEach((message, at) => {
      const newDay = !previous || dayKey(previous.ts) !== dayKey(message.ts);
      const divides = !marked && message.ts > unreadSince && message.user !== state.me;
      if (newDay && !this.options.plain) nodes.push(this.#divider(dayKey(message.ts), 'day', dayLabel(message.ts)));
      if (divides) {
        marked = true;
        if (at > 0) nodes.push(this.#divider('new', 'new', 'New'));
      }
      const grouped = !newDay && !divides && follows(previous, message) && !(afterFirst.length && at === 1);
      nodes.push(this.#message(channel, message, grouped, wanted));
      if (at === 0) nodes.push(...afterFirst);
      previous = message;
    });
    this.status.update(thread);
    nodes.push(this.status.node, ...after);
    for (const key of this.#views.keys()) if (!wanted.has(key)) this.#views.delete(key);
    const top = this.node.scrollTop;
    place(this.inner, nodes);
    if (this.#following) this.toEnd();
    else this.node.scrollTop = top;
  }

  #message(channel, message, grouped, wanted) {
    const key = `${channel.id} ${message.ts}`;
    wanted.add(key);
    if (!this.#views.has(key)) this.#views.set(key, new MessageView(channel, message.ts));
    const view = this.#views.get(key);
    view.update(channel, message, { grouped, footer: this.options.footer, plain: this.options.plain });
    return view.node;
  }

  #divider(key, kind, label) {
    if (!this.#dividers.has(key))
      this.#dividers.set(key, h('div', { class: `divider ${kind}`, role: 'separator' }, h('span', null)));
    const node = this.#dividers.get(key);
    node.firstChild.textContent = label;
    return node;
  }

  #shape() {
    return `${this.node.clientWidth} ${this.node.clientHeight} ${this.node.scrollHeight}`;
  }

  /** Scrolls to the newest message and stays there. */
  toEnd() {
    this.#following = true;
    this.node.scrollTop = this.node.scrollHeight;
  }

  /** Keeps what is in view in place while older messages come in above it. */
  async holding(work) {
    const fromEnd = this.node.scrollHeight - this.node.scrollTop;
    await work();
    this.node.scrollTop = this.node.scrollHeight - fromEnd;
  }

  /** Opens the editor of a message; answers whether it is in the list. */
  edit(channel, ts) {
    const view = this.#views.get(`${channel.id} ${ts}`);
    view?.edit();
    return Boolean(view);
  }
}

function follows(previous, message) {
  return (
    previous &&
    previous.user === message.user &&
    previous.username === message.username &&
    !previous.subtype &&
    !message.subtype &&
    previous.ephemeral === message.ephemeral &&
    Number(message.ts) - Number(previous.ts) < GROUP_SECONDS
  );
}
