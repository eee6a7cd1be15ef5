// The thread at the right of a channel.
import { acceptDrops, Composer } from './composer.js';
import { h, replace } from './dom.js';
import { icon } from './icons.js';
import { MessageList } from './message_list.js';
import { markRead } from './read_marks.js';
import { go } from './route.js';
import { channelTitle, threadMessages } from './select.js';
import { state } from './store.js';

export class ThreadPane {
  constructor() {
    this.list = new MessageList({ label: 'Thread', plain: true });
    this.alsoBox = h('input', { type: 'checkbox', 'data-qa': 'thread-broadcast' });
    this.alsoName = h('span');
    this.composer = new Composer({
      qa: 'thread-composer',
      broadcast: () => this.alsoBox.checked,
      onsent: () => {
        this.alsoBox.checked = false;
        this.list.toEnd();
      },
      oneditlast: () => this.#editLast(),
    });
    this.where = h('span', { class: 'pane-subtitle' });
    this.alsoSend = h('label', { class: 'also-send' }, this.alsoBox, this.alsoName);
    this.node = h(
      'section',
      { class: 'side-pane thread-pane', 'aria-label': 'Thread', 'data-qa': 'thread-pane', hidden: true },
      h(
        'header',
        { class: 'pane-header' },
        h('h2', null, 'Thread'),
        this.where,
        h('span', { class: 'bar-space' }),
        h(
          'button',
          {
            type: 'button',
            class: 'icon-button',
            'aria-label': 'Close thread',
            title: 'Close',
            'data-qa': 'thread-close',
            onclick: () => go({ thread: null }),
          },
          icon('close'),
        ),
      ),
      this.list.node,
      h('div', { class: 'composer-dock' }, this.composer.node, this.alsoSend),
    );
    acceptDrops(this.node, this.composer);
  }

  draw(channel, ts) {
    const fresh = this.ts !== ts;
    this.ts = ts;
    this.channel = channel;
    const messages = threadMessages(channel, ts);
    const thread = channel.threads.get(ts) ?? null;
    const replies = messages.length - (messages[0]?.ts === ts ? 1 : 0);
    const direct = channel.kind === 'im' || channel.kind === 'mpim';
    const name = direct ? channelTitle(channel) : `#${channel.name}`;
    this.where.textContent = thread?.title ? `${name} · ${thread.title}` : name;
    replace(this.alsoName, `Also send to ${name}`);
    const count = replies > 0 ? [this.#count(replies)] : [];
    const lost = messages.length ? [] : [h('div', { class: 'empty' }, 'This thread is no longer there.')];
    this.list.draw(channel, messages, { before: lost, afterFirst: count, thread });
    const member = channel.is_member !== false;
    this.composer.node.hidden = !member;
    this.alsoSend.hidden = !member || direct;
    this.composer.aim({ channel, thread: ts, placeholder: 'Reply…', processing: thread?.session === 'processing' });
    if (fresh) this.list.toEnd();
    if (!document.hidden) markRead(channel);
  }

  #count(replies) {
    this.counter ??= h('div', { class: 'divider replies', role: 'separator' }, h('span', null));
    this.counter.firstChild.textContent = replies === 1 ? '1 reply' : `${replies} replies`;
    return this.counter;
  }

  #editLast() {
    const own = threadMessages(this.channel, this.ts)
      .filter((message) => message.user === state.me && !message.subtype)
      .at(-1);
    return own ? this.list.edit(this.channel, own.ts) : false;
  }
}
