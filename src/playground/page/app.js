// The playground's page: a stand-in for Slack in which one can act as anyone and talk to Penny.
//
// Nodes that tests and people look for carry `data-qa`:
//   person-switcher, act-as-<name>, acting-person     whom one acts as
//   workspace-name, channel-<name>, channel-penny     the sidebar's places (`data-channel` has the id)
//   create-channel, new-dm, open-switcher, switcher-input, switcher-option
//   channel-title, join, members, channel-more, invite, invite-penny, remove-penny,
//     archive, leave
//   tab-home, tab-messages, tab-history, tab-tour, tab-about   in Penny's DM; home-view is App Home
//   take-the-tour, tour, tour-try                     what a newcomer may try
//   composer, thread-composer, pane-composer          the text areas; with -send, -attach, -file
//   completion, completion-option, attachment
//   message (`data-ts`, `data-user`), message-text, thread-link, reaction (`data-name`), file, edited, dismiss
//   tool-react, tool-reply, tool-more, tool-edit, tool-delete, shortcut-<callback_id>, edit-input, edit-save
//   thread-pane, thread-close, thread-broadcast
//   open-agent, agent-pane, agent-close, new-chat, show-history, history, session, session-title, welcome, prompt
//   status, stop                                      «Penny is thinking…» and the native Stop button
//   block-<type> (`data-block-id`), and on controls `data-action-id`: block-button, icon-button, overflow,
//     overflow-option, select, select-search, option (`data-value`), datepicker, plain_text_input, …
//   task-card, plan, plan-task (`data-status`, `data-task-id`), feedback-up, feedback-down, copy-code, next-page
//   modal (`data-callback-id`), modal-submit, modal-close, dialog-close, input-error, confirm, confirm-yes, confirm-deny
//   system-<slug>, system-view, system-tab-<title>, record (`data-record`)   what is in a connected system
//   toast, connection, install
import { act, connect, fetchPeople, fetchSystems } from './api.js';
import { AgentPane } from './agent_pane.js';
import { setSession } from './agent_session.js';
import { profileDialog } from './channel_dialogs.js';
import { ChannelView } from './channel_view.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { ModalLayer } from './modal_layer.js';
import { PennyDm } from './penny_dm.js';
import { closePopover } from './popover.js';
import { beginMarks, unread } from './read_marks.js';
import { apply, go, onRoute, route } from './route.js';
import { channelTitle, directory, pennyDm } from './select.js';
import { Sidebar } from './sidebar.js';
import { forgetPerson, receive, setConnection, state, subscribe } from './store.js';
import { openSwitcher } from './switcher.js';
import { placeOf, systemAt, systemOf, SystemView } from './system_view.js';
import { ThreadPane } from './thread_pane.js';
import { toast } from './toast.js';
import { Topbar } from './topbar.js';

const pane = new AgentPane();
const thread = new ThreadPane();
const sidebar = new Sidebar();
const channelView = new ChannelView();
const pennyView = new PennyDm();
const systemView = new SystemView();
const modals = new ModalLayer();
const topbar = new Topbar({
  togglePane: () => togglePane(),
  toggleSidebar: () => document.body.classList.toggle('sidebar-open'),
});

const main = h('main', { class: 'main' });
const banner = h('div', { class: 'banner', role: 'status', 'data-qa': 'connection', hidden: true });
const install = h(
  'div',
  { class: 'banner install', hidden: true },
  h('span', null, 'Penny is not installed in this workspace.'),
  h(
    'button',
    { type: 'button', class: 'button primary', 'data-qa': 'install', onclick: () => act('install') },
    'Install Penny',
  ),
);

function togglePane() {
  if (route.thread) go({ thread: null });
  pane.setOpen(!pane.open);
}

function draw(changes = new Set(['all'])) {
  drawBanners();
  if (changes.has('views') || changes.has('all')) modals.draw();
  if (!state.me) return;
  const system = systemAt(route.channel);
  if (system) {
    drawSystem(system);
    return;
  }
  systemView.leave();
  const channel = state.channels.get(route.channel);
  if (!channel) {
    const first = firstPlace();
    if (first) go({ channel: first });
    return;
  }
  const inDm = channel.id === pennyDm()?.id;
  const shown = inDm ? pennyView : channelView;
  if (main.firstChild !== shown.node) main.replaceChildren(shown.node);
  if (!inDm) pennyView.leave();
  shown.draw(channel);
  drawSide(channel, inDm);
  topbar.draw(pane.open);
  sidebar.draw();
  document.title = pageTitle(channel);
}

function drawSystem(system) {
  if (main.firstChild !== systemView.node) main.replaceChildren(systemView.node);
  pennyView.leave();
  systemView.draw(system);
  thread.node.hidden = true;
  pane.node.hidden = !pane.open;
  document.body.classList.toggle('side-open', pane.open);
  if (pane.open) pane.draw();
  topbar.draw(pane.open);
  sidebar.draw();
  document.title = `${system.name} · ${state.team.name} playground`;
}

function pageTitle(channel) {
  const waiting = [...state.channels.values()].filter(
    (one) => one.id !== channel.id && unread(one).mentions > 0,
  ).length;
  return `${waiting ? `(${waiting}) ` : ''}${channelTitle(channel)} · ${state.team.name} playground`;
}

function drawSide(channel, inDm) {
  thread.node.hidden = !route.thread || inDm;
  pane.node.hidden = !pane.open || !thread.node.hidden || inDm;
  document.body.classList.toggle('side-open', !thread.node.hidden || !pane.node.hidden);
  if (!thread.node.hidden) thread.draw(channel, route.thread);
  if (!pane.node.hidden) pane.draw();
}

function drawBanners() {
  banner.hidden = state.connection !== 'lost';
  banner.replaceChildren(icon('warn', 16), 'The connection to the playground is lost. Reconnecting…');
  install.hidden = !state.app || state.app.installed;
  document.body.classList.toggle('loading', !state.me);
}

// A newcomer begins with Penny; without her, in the first channel.
function firstPlace() {
  const rooms = [...state.channels.values()].filter((channel) => channel.is_member !== false);
  return pennyDm()?.id ?? rooms[0]?.id ?? null;
}

function follow(personId) {
  setConnection('connecting');
  forgetPerson();
  connect(personId, {
    onopen: () => setConnection('open'),
    onlost: () => setConnection('lost'),
    onevent: (name, data) => {
      if (name === 'notice') toast(data.text, data.level);
      else receive(name, data);
      if (name === 'snapshot') beginMarks();
    },
  });
}

function routed(before) {
  document.body.classList.remove('sidebar-open');
  if (route.person !== before.person && route.person) follow(route.person);
  if (route.channel !== before.channel) {
    if (state.channels.has(route.channel)) pane.look(route.channel);
    closePopover();
  }
  draw(new Set(['route']));
  if (route.thread && route.thread !== before.thread) thread.composer.focus();
  else if (route.channel !== before.channel && matchMedia('(min-width: 700px)').matches)
    main.querySelector('.composer-text')?.focus({ preventScroll: true });
}

// A link to a message of this workspace, as Slack writes it, leads there instead of out of the page.
function followPermalink(event) {
  const url = event.target.closest?.('a[href]')?.href;
  const [, host, id, seconds, rest] = url?.match(/^https:\/\/([\w-]+)\.slack\.com\/archives\/(\w+)\/p(\d{10})(\d{6})/) ?? [];
  if (!id || host !== state.team.domain) return;
  event.preventDefault();
  if (!state.channels.has(id)) return toast('You cannot see that channel.');
  const ts = `${seconds}.${rest}`;
  if (id !== pennyDm()?.id) return go({ channel: id, thread: ts });
  setSession(ts);
  go({ channel: id, tab: 'messages' });
}

// A link to a record of a connected system leads to its stand-in.
function followRecordLink(event) {
  const url = event.target.closest?.('a[href]')?.href;
  const system = url && systemOf(url);
  if (!system) return;
  event.preventDefault();
  go({ channel: placeOf(system), tab: url.split('/').pop() });
}

function keys(event) {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    if (!document.querySelector('.dialog-layer')) openSwitcher();
  } else if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('.dialog-layer')) {
    if (closePopover()) return;
    if (document.body.classList.contains('sidebar-open')) document.body.classList.remove('sidebar-open');
    else if (route.thread) go({ thread: null });
    else if (pane.open) pane.setOpen(false);
  }
}

async function start() {
  directory.openUser = profileDialog;
  directory.openChannel = (id) =>
    state.channels.has(id) ? go({ channel: id }) : toast('You cannot see that channel.');
  document
    .getElementById('app')
    .replaceChildren(
      topbar.node,
      h('div', { class: 'banners' }, banner, install),
      sidebar.node,
      main,
      thread.node,
      pane.node,
    );
  document.querySelector('.main').addEventListener('click', () => document.body.classList.remove('sidebar-open'));
  document.addEventListener('click', followPermalink);
  document.addEventListener('click', followRecordLink);
  document.addEventListener('keydown', keys);
  document.addEventListener('visibilitychange', () => draw(new Set(['route'])));
  subscribe(draw);
  onRoute(routed);
  state.systems = await fetchSystems();
  const { people, suggested } = await fetchPeople();
  apply();
  const known = people.some((person) => person.id === route.person);
  if (!known && people.length) go({ person: suggested ?? people[0].id, channel: null, tab: null, thread: null });
  else if (!known) toast('The playground does not answer. Is “penny dev” still running?', 'error');
}

start();
