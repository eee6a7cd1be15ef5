// Everything the page knows, kept current by the stream. Views subscribe and redraw; nobody else writes.

const listeners = new Set();
let scheduled = false;
let changes = new Set();

/** The state. `epoch` grows when names, faces or the whole snapshot change, so that all is redrawn. */
export const state = {
  connection: 'connecting',
  me: null,
  team: { name: '' },
  enterprise: null,
  app: null,
  people: new Map(),
  channels: new Map(),
  home: null,
  views: [],
  /** Connected systems whose stand-ins can be looked at, `[{slug, name, home}]`. */
  systems: [],
  epoch: 0,
};

/** Calls `listener(changes)` after state changed, once for all that changed together. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells subscribers that something changed: `all`, `connection`, `home`, `views`, or a channel's id. */
export function changed(what) {
  changes.add(what);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    const told = changes;
    changes = new Set();
    for (const listener of [...listeners]) listener(told);
  });
}

export function setConnection(connection) {
  if (state.connection === connection) return;
  state.connection = connection;
  changed('connection');
}

const REDUCERS = {
  snapshot(data) {
    Object.assign(state, {
      me: data.me,
      team: data.team,
      enterprise: data.enterprise,
      app: data.app,
      home: data.home,
      views: data.views ?? [],
    });
    state.people = new Map(data.people.map((person) => [person.id, person]));
    state.channels = new Map(data.channels.map((channel) => [channel.id, readChannel(channel)]));
    state.epoch += 1;
    changed('all');
  },
  message({ channel, message }) {
    const target = state.channels.get(channel);
    if (!target) return;
    insert(target.messages, message);
    changed(channel);
  },
  message_removed({ channel, ts }) {
    const target = state.channels.get(channel);
    if (!target) return;
    target.messages = target.messages.filter((message) => message.ts !== ts);
    changed(channel);
  },
  channel(data) {
    const known = state.channels.get(data.id);
    state.channels.set(
      data.id,
      known ? { ...known, ...data, messages: known.messages, threads: known.threads } : readChannel(data),
    );
    state.epoch += 1;
    changed('all');
  },
  channel_removed({ channel }) {
    state.channels.delete(channel);
    changed('all');
  },
  thread({ channel, thread }) {
    state.channels.get(channel)?.threads.set(thread.ts, thread);
    changed(channel);
  },
  prompts({ channel, prompts }) {
    const target = state.channels.get(channel);
    if (target) target.prompts = prompts;
    changed(channel);
  },
  home({ home }) {
    state.home = home;
    changed('home');
  },
  views({ stack }) {
    state.views = stack;
    changed('views');
  },
  person(person) {
    state.people.set(person.id, person);
    state.epoch += 1;
    changed('all');
  },
  app(app) {
    state.app = app;
    state.epoch += 1;
    changed('all');
  },
};

/** Forgets whom the page showed, until the next person's snapshot is here. */
export function forgetPerson() {
  state.me = null;
  state.views = [];
  changed('all');
}

/** Takes one event of the stream in. */
export function receive(name, data) {
  REDUCERS[name]?.(data);
}

/** Adds older messages to a channel. */
export function prepend(channelId, messages, hasMore) {
  const channel = state.channels.get(channelId);
  if (!channel) return;
  for (const message of messages) insert(channel.messages, message);
  channel.has_more = hasMore;
  changed(channelId);
}

function readChannel(channel) {
  const messages = [...(channel.messages ?? [])].sort(byTime);
  const threads = new Map((channel.threads ?? []).map((thread) => [thread.ts, thread]));
  return { ...channel, messages, threads };
}

function byTime(a, b) {
  return a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0;
}

// Messages arrive almost always in order, so the search begins at the end.
function insert(messages, message) {
  let at = messages.length;
  while (at > 0 && messages[at - 1].ts > message.ts) at -= 1;
  if (at > 0 && messages[at - 1].ts === message.ts) messages[at - 1] = message;
  else messages.splice(at, 0, message);
}
