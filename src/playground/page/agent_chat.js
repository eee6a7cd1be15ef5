// The talk with Penny: a welcome with suggestions, then one session's messages. Her DM and the
// agent pane each hold one.
import { act } from './api.js';
import { openSession, setSession } from './agent_session.js';
import { acceptDrops, Composer } from './composer.js';
import { h } from './dom.js';
import { icon, pennyFace } from './icons.js';
import { MessageList } from './message_list.js';
import { markSessionRead } from './read_marks.js';
import { go } from './route.js';
import { me, threadMessages } from './select.js';
import { state } from './store.js';

const STARTERS = [{ title: 'What can you do?', message: 'What can you help me with?' }];

export class AgentChat {
  /** `context()` answers the channel in view beside the pane, if any. */
  constructor({ qa, context }) {
    this.context = context ?? (() => null);
    this.list = new MessageList({ label: 'Chat with Penny', plain: true });
    this.composer = new Composer({
      qa,
      commandsInThread: true,
      onsent: (ts) => {
        if (ts && !openSession()) setSession(ts);
        this.list.toEnd();
      },
    });
    this.node = h(
      'div',
      { class: 'agent-chat' },
      this.list.node,
      h(
        'div',
        { class: 'composer-dock' },
        this.composer.node,
        h('p', { class: 'fine-print' }, 'Penny can make mistakes. Check what matters.'),
      ),
    );
    acceptDrops(this.node, this.composer);
  }

  draw(channel) {
    const session = openSession();
    const asides = channel.messages.filter(
      (message) => message.ephemeral && (!message.thread_ts || message.thread_ts === session),
    );
    const talk = session ? threadMessages(channel, session).filter((message) => !message.ephemeral) : [];
    const messages = [...talk, ...asides].sort((a, b) => (a.ts < b.ts ? -1 : 1));
    const thread = session ? (channel.threads.get(session) ?? null) : null;
    this.list.draw(channel, messages, { before: talk.length ? [] : [this.#welcome(channel)], thread });
    this.composer.aim({
      channel,
      thread: session,
      context: this.context(),
      placeholder: session ? 'Reply to Penny…' : 'Ask Penny anything…',
      processing: thread?.session === 'processing',
    });
    if (session && !document.hidden) markSessionRead(channel, session);
  }

  // Drawn anew only when it would differ, so that a press on a prompt is never lost to a redraw.
  #welcome(channel) {
    const prompts = channel.prompts?.prompts?.length
      ? channel.prompts
      : { title: null, prompts: state.app?.prompts?.length ? state.app.prompts : STARTERS };
    const name = (me()?.display_name || me()?.real_name || '').split(' ')[0];
    const source = JSON.stringify([prompts, name, state.app?.name]);
    if (this.welcomeSource === source) return this.welcome;
    this.welcomeSource = source;
    this.welcome = h(
      'div',
      { class: 'welcome', 'data-qa': 'welcome' },
      h('div', { class: 'welcome-face' }, pennyFace(56)),
      h('h2', null, name ? `Hello ${name}, I’m Penny` : 'Hello, I’m Penny'),
      h(
        'p',
        null,
        'Ask me anything that your company’s tools know. I look it up, and answer with the numbers and where they come from.',
      ),
      h('h3', null, prompts.title || 'Try this'),
      h(
        'div',
        { class: 'prompts' },
        prompts.prompts.slice(0, 4).map((prompt) =>
          h(
            'button',
            {
              type: 'button',
              class: 'prompt',
              'data-qa': 'prompt',
              onclick: () => this.#ask(channel, prompt.message),
            },
            icon('spark', 16),
            h(
              'span',
              null,
              h('span', { class: 'prompt-title' }, prompt.title),
              prompt.message !== prompt.title && h('span', { class: 'prompt-text' }, prompt.message),
            ),
          ),
        ),
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'text-button tour-link',
          'data-qa': 'take-the-tour',
          onclick: () => go({ channel: channel.id, tab: 'tour' }),
        },
        'New here? Take the tour',
      ),
    );
    return this.welcome;
  }

  async #ask(channel, message) {
    const answer = await act('send', { channel: channel.id, text: message, context: this.context() ?? undefined });
    if (!answer) return;
    setSession(answer.ts);
    this.list.toEnd();
    this.composer.focus();
  }
}
