// The sessions that the acting person has had with Penny, newest first.
import { h } from './dom.js';
import { icon } from './icons.js';
import { unreadSessions } from './read_marks.js';
import { sessions } from './select.js';
import { moment } from './time.js';

const STATES = { processing: 'Working…', suspended: 'Waiting for you' };

/** A list of sessions; `onpick(ts)` opens one. */
export function sessionList(channel, current, onpick) {
  const all = sessions(channel);
  if (!all.length)
    return h(
      'div',
      { class: 'empty', 'data-qa': 'history' },
      h('p', null, 'No chats yet. What you talk about with Penny is listed here.'),
    );
  const news = new Set(unreadSessions(channel));
  return h(
    'ul',
    { class: 'session-list', 'data-qa': 'history' },
    all.map((session) =>
      h(
        'li',
        null,
        h(
          'button',
          {
            type: 'button',
            class: news.has(session.ts) ? 'session unread' : 'session',
            'aria-current': session.ts === current ? 'true' : null,
            'data-qa': 'session',
            'data-ts': session.ts,
            onclick: () => onpick(session.ts),
          },
          icon('chat', 16),
          h('span', { class: 'session-title' }, session.title),
          h(
            'span',
            { class: `session-time ${session.thread?.session ?? ''}` },
            STATES[session.thread?.session] ?? moment(session.latest),
          ),
        ),
      ),
    ),
  );
}
