// The emoji picker, for reactions and for the composer.
import { h, replace } from './dom.js';
import { EMOJI_GROUPS, findEmoji } from './emoji.js';
import { openPopover } from './popover.js';

const FREQUENT = ['+1', 'white_check_mark', 'eyes', 'tada', 'raised_hands', 'heart', 'rocket', 'joy', 'thinking_face'];

/** Opens the picker beside `anchor`; `onpick(name, char)` is called with the choice. */
export function openEmojiPicker(anchor, onpick) {
  const search = h('input', {
    class: 'text-input list-search',
    type: 'text',
    placeholder: 'Search emoji',
    'aria-label': 'Search emoji',
    'data-qa': 'emoji-search',
  });
  const grid = h('div', { class: 'emoji-grid' });
  const pick = (name, char) => {
    close();
    onpick(name, char);
  };
  const cell = ([name, char]) =>
    h(
      'button',
      {
        type: 'button',
        class: 'emoji-cell',
        title: `:${name}:`,
        'aria-label': name.replaceAll('_', ' '),
        'data-qa': `emoji-${name}`,
        onclick: () => pick(name, char),
      },
      char,
    );
  const group = (title, pairs) => [
    h('div', { class: 'menu-heading' }, title),
    h('div', { class: 'emoji-row' }, pairs.map(cell)),
  ];
  function show() {
    const query = search.value.trim();
    if (query) {
      const hits = findEmoji(query, 60);
      replace(grid, hits.length ? group('Results', hits) : h('div', { class: 'list-empty' }, 'No emoji of that name.'));
    } else {
      const all = new Map(EMOJI_GROUPS.flatMap(([, pairs]) => pairs));
      replace(
        grid,
        group(
          'Frequently used',
          FREQUENT.map((name) => [name, all.get(name)]),
        ),
        EMOJI_GROUPS.map(([title, pairs]) => group(title, pairs)),
      );
    }
  }
  search.addEventListener('input', show);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') grid.querySelector('.emoji-cell')?.click();
  });
  show();
  const close = openPopover(anchor, [search, grid], { className: 'emoji-popover', align: 'end', side: 'above' });
}
