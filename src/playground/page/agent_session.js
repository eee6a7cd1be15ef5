// Which session with Penny is open. The agent pane and her DM show the same one.
import { pennyDm, sessions } from './select.js';
import { changed, state } from './store.js';

const chosen = new Map();

/** The open session's root, or null for a new chat. */
export function openSession() {
  if (chosen.has(state.me)) return chosen.get(state.me);
  const newest = sessions(pennyDm())[0];
  return newest && isRecent(newest.latest) ? newest.ts : null;
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
