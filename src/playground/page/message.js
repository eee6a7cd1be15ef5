// One message: face, name, time, body, files, reactions, the way into its thread.
import { act } from './api.js';
import { avatar, messageAvatar } from './avatar.js';
import { BlockList } from './blocks/index.js';
import { classes, h, replace } from './dom.js';
import { fileList } from './files.js';
import { icon } from './icons.js';
import { editor, toolbar } from './message_tools.js';
import { reactionRow } from './reactions.js';
import { go } from './route.js';
import { directory, person, personName } from './select.js';
import { StatusLine } from './status_line.js';
import { state } from './store.js';
import { messageSurface } from './surface.js';
import { mrkdwn } from './text/mrkdwn.js';
import { clock, moment } from './time.js';

export class MessageView {
  #seen = '';
  #drawn = null;
  #epoch = -1;
  #editing = false;

  constructor(channel, ts) {
    this.channelId = channel.id;
    this.body = h('div', { class: 'message-body' });
    this.blocks = new BlockList(this.body);
    this.status = new StatusLine();
    this.gutter = h('div', { class: 'gutter' });
    this.head = h('div', { class: 'message-head' });
    this.extra = h('div', { class: 'message-extra' });
    this.content = h('div', { class: 'message-content' }, this.head, this.body, this.extra);
    this.node = h(
      'div',
      { role: 'article', 'data-qa': 'message', 'data-ts': ts, tabindex: '-1' },
      this.gutter,
      this.content,
    );
    this.node.addEventListener('pointerenter', () => this.#showTools());
    this.node.addEventListener('focusin', () => this.#showTools());
  }

  /** Redraws what changed. `options`: `{grouped, footer, plain}`. */
  update(channel, message, options) {
    const thread = channel.threads.get(message.ts) ?? null;
    const seen = JSON.stringify([options.grouped, options.footer, options.plain, thread, this.#editing]);
    if (this.#drawn === message && this.#epoch === state.epoch && this.#seen === seen) return;
    if (this.#epoch !== state.epoch) this.blocks.reset();
    const speaker = person(message.user);
    this.channel = channel;
    this.message = message;
    this.options = options;
    this.node.className = classes(
      'message',
      options.grouped && 'grouped',
      message.ephemeral && 'ephemeral',
      message.streaming && 'streaming',
      message.subtype && `subtype-${message.subtype}`,
    );
    this.node.dataset.user = message.user;
    this.node.setAttribute(
      'aria-label',
      `${message.username ?? personName(message.user) ?? 'Someone'}, ${moment(message.ts)}`,
    );
    this.#drawHead(message, speaker, options);
    if (!this.#editing) this.#drawBody(message, channel);
    replace(this.extra, this.#extras(channel, message, thread, options));
    this.tools?.remove();
    this.tools = null;
    if (this.node.matches(':hover')) this.#showTools();
    this.#drawn = message;
    this.#epoch = state.epoch;
    this.#seen = seen;
  }

  #drawHead(message, speaker, { grouped }) {
    // Beside a grouped message there is room for the figures alone.
    const at = grouped ? clock(message.ts).split(/\s/)[0] : clock(message.ts);
    const time = h('time', { class: 'message-time', title: moment(message.ts) }, at);
    replace(this.gutter, grouped ? time : messageAvatar(message, speaker));
    if (grouped) return replace(this.head, notice(this.channel, message));
    const name = message.username ?? personName(message.user) ?? 'Someone';
    return replace(
      this.head,
      notice(this.channel, message),
      h('button', { type: 'button', class: 'message-name', onclick: () => directory.openUser(message.user) }, name),
      message.bot && h('span', { class: 'app-badge' }, 'APP'),
      speaker?.is_external && h('span', { class: 'app-badge external', title: 'From another company' }, 'EXTERNAL'),
      speaker?.is_guest && h('span', { class: 'app-badge external' }, 'GUEST'),
      time,
    );
  }

  #drawBody(message, channel) {
    if (message.subtype) {
      this.blocks.reset();
      replace(this.body, h('span', { class: 'muted' }, systemText(message)));
    } else if (message.blocks?.length) this.blocks.draw(message.blocks, messageSurface(channel, message));
    else {
      this.blocks.reset();
      const text = message.text
        ? h(
            'div',
            { class: 'message-text', 'data-qa': 'message-text' },
            mrkdwn(message.text, directory),
            message.edited && edited(),
          )
        : null;
      replace(this.body, text);
    }
    if (message.edited && message.blocks?.length) this.body.append(edited());
    this.#drawCaret(message.streaming);
  }

  #drawCaret(streaming) {
    for (const node of this.body.querySelectorAll('.caret')) node.classList.remove('caret');
    this.body.classList.toggle('caret', Boolean(streaming) && !this.body.childElementCount);
    if (!streaming || !this.body.lastElementChild?.classList.contains('block-markdown')) return;
    let node = this.body.lastElementChild;
    while (
      ['P', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'DIV', 'PRE', 'CODE'].includes(node.lastElementChild?.tagName) &&
      !node.lastElementChild.classList.contains('table-scroll')
    )
      node = node.lastElementChild;
    node.classList.add('caret');
  }

  #extras(channel, message, thread, { footer }) {
    this.status.update(footer ? thread : null);
    return [
      fileList(message.files),
      reactionRow(channel, message),
      footer && thread?.reply_count > 0 && threadLink(channel, message, thread),
      this.status.node,
    ];
  }

  #showTools() {
    if (this.tools || this.#editing || !this.message || this.message.subtype) return;
    this.tools = toolbar(this.channel, this.message, { inThread: this.options.plain, edit: () => this.edit() });
    this.node.append(this.tools);
  }

  /** Puts an editor in the place of the text. */
  edit() {
    this.#editing = true;
    const done = () => {
      this.#editing = false;
      this.#drawn = null;
      this.blocks.reset();
      this.update(this.channel, this.message, this.options);
    };
    replace(this.body, editor(this.channel, this.message, done));
    this.body.querySelector('textarea').focus();
  }
}

function edited() {
  return h('span', { class: 'edited', 'data-qa': 'edited' }, ' (edited)');
}

function notice(channel, message) {
  if (!message.ephemeral) return null;
  const dismiss = () => act('dismiss', { channel: channel.id, ts: message.ts });
  return h(
    'div',
    { class: 'ephemeral-notice' },
    icon('eye', 14),
    'Only visible to you',
    h('span', { 'aria-hidden': 'true' }, '·'),
    h('button', { type: 'button', class: 'text-button', 'data-qa': 'dismiss', onclick: dismiss }, 'Dismiss'),
  );
}

function systemText(message) {
  return (
    {
      channel_join: 'joined the channel.',
      channel_leave: 'left the channel.',
      tombstone: 'This message was deleted.',
    }[message.subtype] ?? message.text
  );
}

function threadLink(channel, message, thread) {
  const count = thread.reply_count;
  const open = () => go({ channel: channel.id, thread: message.ts });
  return h(
    'button',
    { type: 'button', class: 'thread-link', 'data-qa': 'thread-link', onclick: open },
    (thread.reply_users ?? []).slice(0, 4).map((id) => avatar(person(id), 'tiny')),
    h('span', { class: 'thread-count' }, count === 1 ? '1 reply' : `${count} replies`),
    h(
      'span',
      { class: 'thread-last' },
      thread.latest_reply
        ? `Last reply ${moment(thread.latest_reply).replace(/^(Today|Yesterday)/, (day) => day.toLowerCase())}`
        : '',
    ),
    h('span', { class: 'thread-view' }, 'View thread'),
  );
}
