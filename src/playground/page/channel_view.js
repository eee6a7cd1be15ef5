// The middle of the page for a channel or a DM between people: header, messages, composer.
import { act, fetchOlder } from './api.js';
import { avatar } from './avatar.js';
import { inviteDialog, membersDialog } from './channel_dialogs.js';
import { acceptDrops, Composer } from './composer.js';
import { h, replace } from './dom.js';
import { icon } from './icons.js';
import { MessageList } from './message_list.js';
import { openMenu } from './popover.js';
import { markRead, newSince } from './read_marks.js';
import { channelTitle, counterpart, pennyId, person, roots } from './select.js';
import { prepend, state } from './store.js';

export class ChannelView {
  #loading = false;

  constructor() {
    this.list = new MessageList({ label: 'Messages', footer: true });
    this.composer = new Composer({
      qa: 'composer',
      onsent: () => this.list.toEnd(),
      oneditlast: () => this.#editLast(),
    });
    this.header = h('header', { class: 'view-header', 'data-qa': 'channel-header' });
    this.joinBar = h('div', { class: 'join-bar', hidden: true });
    this.node = h(
      'section',
      { class: 'view channel-view', 'aria-label': 'Channel', 'data-qa': 'channel-view' },
      this.header,
      this.list.node,
      h('div', { class: 'composer-dock' }, this.composer.node, this.joinBar),
    );
    acceptDrops(this.node, this.composer);
    this.list.node.addEventListener('scroll', () => this.#older());
  }

  draw(channel) {
    const fresh = this.channel?.id !== channel.id || this.owner !== state.me;
    if (fresh) {
      this.unreadSince = newSince(channel);
      this.owner = state.me;
    }
    this.channel = channel;
    this.#drawHeader(channel);
    const messages = roots(channel);
    const intro = channel.has_more
      ? h('div', { class: 'older' }, 'Loading older messages…')
      : this.#intro(channel, messages.length === 0);
    this.list.draw(channel, messages, { before: [intro], unreadSince: this.unreadSince });
    const writable = channel.is_member !== false && !channel.is_archived;
    this.composer.node.hidden = !writable;
    this.joinBar.hidden = writable;
    if (!writable) this.#drawJoin(channel);
    const direct = channel.kind === 'im' || channel.kind === 'mpim';
    this.composer.aim({
      channel,
      thread: null,
      placeholder: `Message ${direct ? channelTitle(channel) : `#${channel.name}`}`,
    });
    if (fresh) this.list.toEnd();
    if (!document.hidden) markRead(channel);
  }

  #drawHeader(channel) {
    const source = JSON.stringify([
      channel.id,
      channel.name,
      channel.topic,
      channel.members,
      channel.is_member,
      channel.is_shared,
      state.epoch,
    ]);
    if (this.headerSource === source) return;
    this.headerSource = source;
    const direct = channel.kind === 'im' || channel.kind === 'mpim';
    const more = h(
      'button',
      {
        type: 'button',
        class: 'icon-button',
        'aria-label': 'Channel actions',
        title: 'Channel actions',
        'data-qa': 'channel-more',
        onclick: () => openMenu(more, this.#menu(channel), { align: 'end' }),
      },
      icon('more'),
    );
    replace(
      this.header,
      h(
        'h1',
        null,
        direct ? avatar(person(counterpart(channel)), 'small') : icon(channel.kind === 'private' ? 'lock' : 'hash'),
        h('span', { 'data-qa': 'channel-title' }, channelTitle(channel)),
        channel.is_shared && sharedBadge(),
      ),
      h('span', { class: 'topic' }, direct ? person(counterpart(channel))?.title : channel.topic),
      h('span', { class: 'bar-space' }),
      !direct && this.#memberButton(channel),
      !direct && channel.is_member !== false && more,
    );
  }

  #memberButton(channel) {
    const faces = channel.members.slice(0, 3).map((id) => avatar(person(id), 'tiny'));
    return h(
      'button',
      {
        type: 'button',
        class: 'members-button',
        'aria-label': `${channel.members.length} members`,
        title: 'Members',
        'data-qa': 'members',
        onclick: () => membersDialog(channel),
      },
      faces,
      h('span', null, String(channel.members.length)),
    );
  }

  #menu(channel) {
    const hasPenny = channel.members.includes(pennyId());
    return [
      { label: 'Members', icon: icon('people'), onclick: () => membersDialog(channel) },
      { label: 'Add people', icon: icon('plus'), qa: 'invite', onclick: () => inviteDialog(channel) },
      ...(state.app?.installed ? [this.#pennyChoice(channel, hasPenny)] : []),
      null,
      {
        label: 'Archive channel',
        icon: icon('file'),
        danger: true,
        qa: 'archive',
        onclick: () => act('archive', { channel: channel.id }),
      },
      {
        label: 'Leave channel',
        icon: icon('forward'),
        danger: true,
        qa: 'leave',
        onclick: () => act('leave', { channel: channel.id }),
      },
    ];
  }

  #pennyChoice(channel, hasPenny) {
    const who = { channel: channel.id, user: pennyId() };
    return {
      label: hasPenny ? `Remove ${state.app.name} from this channel` : `Add ${state.app.name} to this channel`,
      icon: icon('spark'),
      qa: hasPenny ? 'remove-penny' : 'invite-penny',
      onclick: () => act(hasPenny ? 'remove' : 'invite', who),
    };
  }

  #drawJoin(channel) {
    replace(
      this.joinBar,
      channel.is_archived
        ? h('span', null, `#${channel.name} is archived. It can be read, and no longer written in.`)
        : [
            h('span', null, 'You are looking at ', h('strong', null, `#${channel.name}`), '. Join it to write here.'),
            h(
              'button',
              {
                type: 'button',
                class: 'button primary',
                'data-qa': 'join',
                onclick: () => act('join', { channel: channel.id }),
              },
              'Join channel',
            ),
          ],
    );
  }

  #intro(channel, empty) {
    const source = JSON.stringify([channel.id, channel.topic, channel.members, empty, state.epoch]);
    if (this.introSource === source) return this.introNode;
    this.introSource = source;
    this.introNode = introOf(channel, empty, (text) => this.composer.fill(text));
    return this.introNode;
  }

  async #older() {
    const { channel } = this;
    if (this.#loading || !channel?.has_more || this.list.node.scrollTop > 80) return;
    this.#loading = true;
    const answer = await fetchOlder(channel.id, roots(channel)[0]?.ts);
    if (answer) await this.list.holding(async () => prepend(channel.id, answer.messages, answer.has_more));
    this.#loading = false;
  }

  #editLast() {
    const own = roots(this.channel)
      .filter((message) => message.user === state.me && !message.subtype)
      .at(-1);
    return own ? this.list.edit(this.channel, own.ts) : false;
  }
}

function sharedBadge() {
  return h(
    'span',
    { class: 'shared-badge', title: 'Shared with another company through Slack Connect' },
    icon('shared', 16),
    'Shared',
  );
}

function introOf(channel, empty, fill) {
  const direct = channel.kind === 'im' || channel.kind === 'mpim';
  const penny = channel.members.includes(pennyId());
  const text = direct
    ? `This is the beginning of your conversation with ${channelTitle(channel)}.`
    : `This is the very beginning of #${channel.name}.${channel.topic ? ` ${channel.topic}.` : ''}`.replace(
        /\.\.$/,
        '.',
      );
  const hint =
    !direct &&
    state.app?.installed &&
    h(
      'div',
      { class: 'hint-card' },
      icon('spark'),
      penny
        ? h(
            'span',
            null,
            `Mention Penny here and she answers in a thread, for example: `,
            h(
              'button',
              { type: 'button', class: 'text-button', onclick: () => fill('@Penny which deals close this week?') },
              '@Penny which deals close this week?',
            ),
          )
        : h('span', null, 'Penny is not in this channel. Its members can add her from the menu at the top right.'),
    );
  return h(
    'div',
    { class: empty ? 'intro empty-channel' : 'intro' },
    h(
      'div',
      { class: 'intro-icon' },
      direct ? avatar(person(counterpart(channel)), 'big') : icon(channel.kind === 'private' ? 'lock' : 'hash', 28),
    ),
    h('h2', null, channelTitle(channel)),
    h('p', null, text),
    hint,
  );
}
