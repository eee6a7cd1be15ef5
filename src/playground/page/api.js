// The wire to the playground's server: one stream of changes in, single actions out.
// `PROTOCOL.md` beside this folder says what they mean.
import { toast } from './toast.js';

let person = null;
let source = null;

const EVENTS = [
  'snapshot',
  'message',
  'message_removed',
  'channel',
  'channel_removed',
  'thread',
  'prompts',
  'home',
  'views',
  'person',
  'app',
  'notice',
];

/** For whom the page acts. */
export function actingPerson() {
  return person;
}

/** The people one may act as, `{people, suggested}`. */
export async function fetchPeople() {
  const answer = await request('/play/people');
  return answer.ok ? answer : { people: [], suggested: null };
}

/** The connected systems whose stand-ins the page can show. */
export async function fetchSystems() {
  const answer = await request('/play/systems');
  return answer.ok ? answer.systems : [];
}

/** Hears what is in a system's stand-in, now and after each change; answers how to stop. */
export function watchSystem(slug, ontables) {
  const stream = new EventSource(`/play/systems/${encodeURIComponent(slug)}`);
  stream.addEventListener('tables', (event) => ontables(JSON.parse(event.data).tables));
  return () => stream.close();
}

/** Opens the stream of one person, closing that of the person before. */
export function connect(personId, { onevent, onopen, onlost }) {
  source?.close();
  person = personId;
  const stream = new EventSource(`/play/stream?person=${encodeURIComponent(personId)}`);
  source = stream;
  stream.onopen = onopen;
  stream.onerror = () => {
    if (source !== stream) return;
    onlost();
    // A browser gives up after an HTTP error; a server that starts again deserves another try.
    if (stream.readyState === EventSource.CLOSED)
      setTimeout(() => source === stream && connect(personId, { onevent, onopen, onlost }), 2000);
  };
  for (const name of EVENTS) {
    stream.addEventListener(name, (event) => {
      if (source === stream) onevent(name, JSON.parse(event.data));
    });
  }
}

/** Does one thing as the acting person. Answers the server's answer, or null after telling what went wrong. */
export async function act(action, fields = {}) {
  const answer = await request('/play/act', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ person, action, ...fields }),
  });
  if (answer.ok) return answer;
  toast(answer.error, 'error');
  return null;
}

/** Uploads a file; answers the File, or null after telling what went wrong. */
export async function upload(file) {
  const query = new URLSearchParams({ person, name: file.name || 'pasted.png' });
  const answer = await request(`/play/files?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': file.type || 'application/octet-stream' },
    body: file,
  });
  if (answer.ok) return answer.file;
  toast(answer.error, 'error');
  return null;
}

/** Where a file's bytes are. */
export function fileUrl(id) {
  return `/play/files/${encodeURIComponent(id)}?person=${encodeURIComponent(person)}`;
}

/** Messages older than those in hand; null after telling what went wrong. */
export async function fetchOlder(channel, before) {
  const answer = await request(`/play/history?${new URLSearchParams({ person, channel, before })}`);
  if (answer.ok) return answer;
  toast(answer.error, 'error');
  return null;
}

async function request(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    return { ok: false, error: 'The playground does not answer. Is “penny dev” still running?' };
  }
  try {
    const answer = await response.json();
    return answer.ok || answer.error ? answer : { ok: false, error: 'That did not work. Please try again.' };
  } catch {
    return { ok: false, error: `The playground answered with an error (${response.status}). Please try again.` };
  }
}
