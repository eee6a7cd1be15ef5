// Completion in the composer: people after `@`, channels after `#`, emoji after `:`, commands after `/`.
import { avatar } from './avatar.js';
import { h, replace, uid } from './dom.js';
import { findEmoji } from './emoji.js';
import { icon, pennyFace } from './icons.js';
import { directory, pennyId } from './select.js';
import { state } from './store.js';

const LIMIT = 8;

// What may be completed: the text before the caret that begins it, and the candidates for it.
const SOURCES = [
  [/^(\/[\w-]*)$/, commands],
  [/^\/[\w-]+ (\S*)$/, subcommands],
  [/(?:^|[\s(])@([\p{L}\p{N}_.-]*(?: [\p{L}\p{N}_.-]*)?)$/u, people],
  [/(?:^|[\s(])#([\p{L}\p{N}_-]*)$/u, channels],
  [/(?:^|[\s(]):([a-z0-9_+-]{2,})$/, emojis],
];

export class Completion {
  #rows = [];
  #at = 0;
  #start = 0;
  #closedFor = null;

  constructor(area) {
    this.area = area;
    const id = uid('completion');
    this.node = h('div', {
      class: 'completion',
      role: 'listbox',
      id,
      'aria-label': 'Suggestions',
      'data-qa': 'completion',
      hidden: true,
    });
    area.setAttribute('aria-controls', id);
    area.setAttribute('aria-autocomplete', 'list');
    area.addEventListener('input', () => this.refresh());
    area.addEventListener('click', () => this.refresh());
    area.addEventListener('blur', () => setTimeout(() => this.close(), 150));
  }

  /** Looks at what stands before the caret. */
  refresh() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    if (before === this.#closedFor) return;
    this.#closedFor = null;
    for (const [pattern, find] of SOURCES) {
      const match = pattern.exec(before);
      const rows = match ? find(match[1], before) : [];
      if (!rows.length) continue;
      const exact =
        rows.length === 1 &&
        rows[0].insert.trim() === before.slice(before.length - rows[0].insert.trim().length) &&
        rows[0].quiet;
      if (exact) break;
      this.#rows = rows;
      this.#start =
        before.length - match[1].length - (/[@#:]/.test(before[before.length - match[1].length - 1] ?? '') ? 1 : 0);
      this.#at = 0;
      this.#draw();
      return;
    }
    this.close();
  }

  /** Handles a key while open; answers whether it was for the list. */
  key(event) {
    if (this.node.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#at = (this.#at + step + this.#rows.length) % this.#rows.length;
      this.#draw();
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      const typed = this.area.value.slice(this.#start, this.area.selectionStart);
      if (event.key === 'Enter' && typed === this.#rows[this.#at].insert.trim()) {
        this.close();
        return false;
      }
      this.#accept(this.#rows[this.#at]);
    } else if (event.key === 'Escape') {
      this.#closedFor = this.area.value.slice(0, this.area.selectionStart);
      this.close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  close() {
    this.node.hidden = true;
    this.area.setAttribute('aria-expanded', 'false');
    this.area.removeAttribute('aria-activedescendant');
  }

  #accept(row) {
    const { area } = this;
    area.setRangeText(row.insert, this.#start, area.selectionStart, 'end');
    this.close();
    area.focus();
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #draw() {
    replace(
      this.node,
      this.#rows.map((row, at) =>
        h(
          'div',
          {
            class: at === this.#at ? 'completion-row active' : 'completion-row',
            role: 'option',
            id: `${this.node.id}-${at}`,
            'aria-selected': at === this.#at ? 'true' : 'false',
            'data-qa': 'completion-option',
            onmousedown: (event) => {
              event.preventDefault();
              this.#accept(row);
            },
          },
          row.face,
          h('span', { class: 'completion-label' }, row.label),
          row.hint && h('span', { class: 'completion-hint' }, row.hint),
        ),
      ),
    );
    this.node.hidden = false;
    this.area.setAttribute('aria-expanded', 'true');
    this.area.setAttribute('aria-activedescendant', `${this.node.id}-${this.#at}`);
    this.node.children[this.#at]?.scrollIntoView({ block: 'nearest' });
  }
}

function commands(query) {
  return (state.app?.installed ? (state.app.commands ?? []) : [])
    .filter((one) => one.command.startsWith(query))
    .map((one) => ({
      insert: `${one.command} `,
      label: one.command,
      hint: [one.usage_hint, one.description].filter(Boolean).join(' — '),
      face: h('span', { class: 'avatar small penny' }, pennyFace()),
    }));
}

// A hint like `help | ask <question> | schedules` also says which words may follow.
function subcommands(query, before) {
  const command = (state.app?.commands ?? []).find((one) => before.startsWith(`${one.command} `));
  if (!command?.usage_hint?.includes('|')) return [];
  return command.usage_hint
    .split('|')
    .map((part) => part.trim())
    .filter((part) => /^[a-z]/.test(part) && part.startsWith(query.toLowerCase()))
    .slice(0, 24)
    .map((part) => {
      const [word, ...rest] = part.split(' ');
      return {
        insert: rest.length ? `${word} ` : word,
        label: `${command.command} ${word}`,
        hint: rest.join(' '),
        face: icon('slash'),
        quiet: true,
      };
    });
}

function people(query) {
  const wanted = query.toLowerCase();
  const bot = directory.person(pennyId());
  const all = [bot, ...directory.people()].filter(Boolean);
  const hits = all.filter((one) =>
    [one.real_name, one.display_name, one.name].some((name) =>
      name
        ?.toLowerCase()
        .split(' ')
        .some((_, at, parts) => parts.slice(at).join(' ').startsWith(wanted)),
    ),
  );
  const rows = hits.slice(0, LIMIT).map((one) => ({
    insert: `@${one.display_name || one.real_name || one.name} `,
    label: one.real_name || one.name,
    hint: one.id === bot?.id ? 'Your AI colleague' : one.title,
    face: avatar(one, 'small'),
  }));
  for (const [name, hint] of [
    ['here', 'Everyone who is active here'],
    ['channel', 'Everyone in this channel'],
  ]) {
    if (wanted && name.startsWith(wanted))
      rows.push({ insert: `@${name} `, label: `@${name}`, hint, face: icon('people') });
  }
  return rows;
}

function channels(query) {
  return directory
    .channels()
    .filter((channel) => channel.name.includes(query.toLowerCase()))
    .slice(0, LIMIT)
    .map((channel) => ({
      insert: `#${channel.name} `,
      label: channel.name,
      hint: channel.topic,
      face: icon(channel.kind === 'private' ? 'lock' : 'hash'),
    }));
}

function emojis(query) {
  return findEmoji(query, LIMIT).map(([name, char]) => ({
    insert: `${char} `,
    label: `:${name}:`,
    face: h('span', { class: 'emoji' }, char),
  }));
}
