// A walk through the product for somebody who sees it first: what to try, each one press away.
import { writeDraft } from './composer.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { go } from './route.js';
import { state } from './store.js';

/** Where what is tried is written, for those who are there; it is sent by whoever tries it. */
const ROOM = 'sales';

const STEPS = [
  {
    title: 'Ask her',
    text: 'Mention Penny in a channel. She looks it up in the company’s data and answers in a thread, with the figures and where they come from.',
    tries: ['@Penny how does the pipeline look?', '@Penny what happened with Nordhavn?'],
  },
  {
    title: 'Change something, by approval',
    text: 'What she would change comes to a card first: edit it, approve it, and see it arrive under “Connected systems” in the sidebar; the card then has Undo. Act as Tom, with your name at the top, to see who may not decide.',
    tries: [
      '@Penny move the Nordhavn deal to Won and set its amount to 48,000',
      '@Penny create a Linear issue for Docks: The gate stays shut at night',
    ],
  },
  {
    title: 'Have it drawn',
    text: 'Charts stand in the thread, reports come as a PDF, lists as a file. /penny reports finds them again.',
    tries: [
      '@Penny chart the pipeline by stage',
      '@Penny make a report of the pipeline as PDF',
      '@Penny export open deals as Excel',
    ],
  },
  {
    title: 'Again and again',
    text: 'Any question can come back by itself, in plain English or cron. The list has Run now, Pause and History, and templates are a good beginning.',
    tries: [
      '/penny schedule every weekday at 9 in #sales: chart the pipeline by stage',
      '/penny schedules',
      '/penny templates',
    ],
  },
  {
    title: 'What she knows, and from where',
    text: 'Connected systems are read by themselves, and so are the channels of Slack that you choose. Users of the systems are matched with people here, which administrators can correct.',
    tries: ['/penny connect', '/penny sync slack', '/penny people'],
  },
];

export function tour() {
  return h(
    'div',
    { class: 'page tour', 'data-qa': 'tour' },
    h('h2', null, 'A tour in five minutes'),
    h('p', { class: 'muted' }, 'Press a line, and it is written into a channel for you, to look at and send.'),
    h('ol', { class: 'tour-steps' }, STEPS.map(step)),
  );
}

function step({ title, text, tries }) {
  return h(
    'li',
    null,
    h('h3', null, title),
    h('p', null, text),
    h(
      'div',
      { class: 'tour-tries' },
      tries.map((line) =>
        h(
          'button',
          { type: 'button', class: 'prompt', 'data-qa': 'tour-try', onclick: () => write(line) },
          icon(line.startsWith('/') ? 'slash' : 'spark', 16),
          h('span', null, line),
        ),
      ),
    ),
  );
}

function write(line) {
  const rooms = [...state.channels.values()].filter((channel) => channel.is_member !== false && !channel.is_archived);
  const room = rooms.find((channel) => channel.name === ROOM) ?? rooms.find((channel) => channel.kind === 'public');
  if (!room) return;
  writeDraft(room.id, line);
  go({ channel: room.id });
}
