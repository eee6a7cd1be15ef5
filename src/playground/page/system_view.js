// The middle of the page for a connected system: what is in its stand-in, live, so that one can
// watch an approved change arrive.
import { watchSystem } from './api.js';
import { classes, h, link, replace } from './dom.js';
import { icon } from './icons.js';
import { route } from './route.js';
import { state } from './store.js';
import { moment } from './time.js';

const PLACE = 'system-';
/** For how long a change stands out, in milliseconds. */
const FRESH = 6000;

/** The place in the address at which a system is shown. */
export function placeOf(system) {
  return PLACE + system.slug;
}

/** The system that a place in the address shows, if it is one. */
export function systemAt(place) {
  return state.systems.find((system) => placeOf(system) === place) ?? null;
}

/** The system that an address of the real one belongs to. */
export function systemOf(url) {
  return state.systems.find((system) => url.startsWith(`${system.home}/`)) ?? null;
}

/** Whether the link that was followed leads to this row. */
const isMeant = (row) => Boolean(route.tab) && (row.link?.split('/').pop() ?? row.id) === route.tab;

export class SystemView {
  #close = null;
  #tables = [];
  #changed = new Map();
  #fresh = new Map();
  #table = null;

  constructor() {
    this.header = h('header', { class: 'view-header', 'data-qa': 'system-header' });
    this.tabs = h('div', { class: 'tabs', role: 'tablist' });
    this.body = h('div', { class: 'system-body' });
    this.node = h(
      'section',
      { class: 'view system-view', 'aria-label': 'Connected system', 'data-qa': 'system-view' },
      this.header,
      this.tabs,
      this.body,
    );
  }

  draw(system) {
    if (this.system?.slug === system.slug) {
      this.#draw();
      return;
    }
    this.leave();
    this.system = system;
    replace(
      this.header,
      h('h1', null, icon('shared', 18), `${system.name} (stand-in)`),
      h('span', { class: 'topic' }, 'What Penny reads and, once somebody has approved it, changes.'),
    );
    this.#close = watchSystem(system.slug, (tables) => this.#receive(tables));
  }

  leave() {
    if (!this.system) return;
    this.#close?.();
    this.#close = null;
    this.system = null;
    this.#tables = [];
    this.#changed.clear();
    this.#fresh.clear();
    this.#table = null;
    replace(this.tabs);
    replace(this.body);
  }

  #receive(tables) {
    const first = this.#tables.length === 0;
    for (const table of tables)
      for (const row of table.rows) {
        const key = `${table.title}/${row.id}`;
        if (!first && this.#changed.get(key) !== row.changed) this.#stress(key);
        this.#changed.set(key, row.changed);
      }
    this.#tables = tables;
    this.#draw();
  }

  #stress(key) {
    const until = Date.now() + FRESH;
    this.#fresh.set(key, until);
    setTimeout(() => {
      if (this.#fresh.get(key) === until) this.#fresh.delete(key);
      this.#draw();
    }, FRESH);
  }

  #draw() {
    const shown = this.#shown();
    if (!shown) return;
    replace(
      this.tabs,
      this.#tables.map((table) =>
        h(
          'button',
          {
            type: 'button',
            role: 'tab',
            class: classes('tab', table === shown && 'here'),
            'aria-selected': String(table === shown),
            'data-qa': `system-tab-${table.title}`,
            onclick: () => {
              this.#table = table.title;
              this.#draw();
            },
          },
          `${table.title} `,
          h('span', { class: 'tab-count' }, String(table.rows.length)),
        ),
      ),
    );
    const at = this.body.scrollTop;
    replace(this.body, this.#grid(shown));
    this.body.scrollTop = at;
  }

  #shown() {
    const named = this.#tables.find((table) => table.rows.some(isMeant));
    const chosen = this.#tables.find((table) => table.title === this.#table);
    return chosen ?? named ?? this.#tables[0];
  }

  #grid(table) {
    const heads = [...table.columns, 'Last change'];
    return h(
      'table',
      { class: 'records', 'data-qa': 'records' },
      h('thead', null, h('tr', null, heads.map((head) => h('th', { scope: 'col' }, head)))),
      h(
        'tbody',
        null,
        table.rows.length
          ? table.rows.map((row) => this.#row(table, row))
          : h('tr', null, h('td', { class: 'record-none', colspan: String(heads.length) }, 'Nothing here yet.')),
      ),
    );
  }

  #row(table, row) {
    const isFresh = this.#fresh.has(`${table.title}/${row.id}`);
    const [name, ...others] = row.cells;
    return h(
      'tr',
      {
        class: classes(isFresh && 'fresh', isMeant(row) && 'meant'),
        'data-qa': 'record',
        'data-record': row.id,
      },
      h('td', { class: 'record-name' }, row.link ? link(row.link, name) : name),
      others.map((cell) => h('td', null, cell)),
      h('td', { class: 'record-time' }, moment(Date.parse(row.changed) / 1000)),
    );
  }
}
