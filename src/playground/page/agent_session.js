// Which session with Penny is open. The agent pane and her DM show the same one.
import { unreadSessions } from './read_marks.js';
import { pennyDm, sessions } from './select.js';
import { changed, state } from './store.js';

const chosen = new Map();

/** The open session's root, or null for a new chat. Who has not chosen sees what is new, then what is recent. */
export function openSession() {
  const dm = pennyDm();
  if (!chosen.has(state.me) && dm) {
    const newest = sessions(dm)[0];
    const first = unreadSessions(dm)[0] ?? (newest && isRecent(newest.latest) ? newest.ts : null);
    if (!first) return null;
    chosen.set(state.me, first);
  }
  return chosen.get(state.me) ?? null;
}

/** Opens a session, or a new chat with null. */
export function setSession(ts) {
  chosen.set(state.me, ts);
  const dm = pennyDm();
  if (dm) changed(dm.id);
}

// One comes back to a talk of the last hour; after that Penny begins afresh.
function isRecent(ts) {
  return Date.now() / 1000 - Number(ts) < 3600;
}
