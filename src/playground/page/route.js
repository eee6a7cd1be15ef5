// Where the page is, kept in the address so that a reload or a shared link comes back to it:
// `#/U1/C1`, `#/U1/C1/thread/1790000000.000100`, `#/U1/D1/home`.

/** What is shown: the acting person, a channel, a tab of Penny's DM, an open thread. */
export const route = { person: null, channel: null, tab: null, thread: null };

const listeners = new Set();

export function onRoute(listener) {
  listeners.add(listener);
}

/** Goes somewhere; what is not named stays, except that a new channel closes thread and tab. */
export function go(next) {
  const moved = 'channel' in next && next.channel !== route.channel;
  const target = { ...route, ...(moved ? { tab: null, thread: null } : {}), ...next };
  const hash = write(target);
  if (hash === location.hash) return;
  if (moved || next.person) location.hash = hash;
  else {
    history.replaceState(null, '', hash);
    apply();
  }
}

/** Reads the address; called at the start and whenever it changes. */
export function apply() {
  const [person, channel, kind, value] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  const before = { ...route };
  Object.assign(route, {
    person: person || null,
    channel: channel || null,
    tab: kind && kind !== 'thread' ? kind : null,
    thread: kind === 'thread' ? value : null,
  });
  for (const listener of listeners) listener(before);
}

function write({ person, channel, tab, thread }) {
  const parts = [person, channel, ...(thread ? ['thread', thread] : tab ? [tab] : [])];
  return `#/${parts.filter(Boolean).map(encodeURIComponent).join('/')}`;
}

window.addEventListener('hashchange', apply);
