// The page's icons as SVG nodes: one stroke style, no font and no request.
import { svg } from './dom.js';

const STROKES = {
  hash: ['M7.5 3 6 17', 'M14 3l-1.5 14', 'M3.5 7.5h13.5', 'M3 12.5h13.5'],
  lock: ['M5.5 9h9v7.5h-9z', 'M7.5 9V6.5a2.5 2.5 0 0 1 5 0V9'],
  shared: ['M8 10h4', 'M7 6.5H6a3.5 3.5 0 0 0 0 7h1', 'M13 6.5h1a3.5 3.5 0 0 1 0 7h-1'],
  search: ['M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12z', 'M13.5 13.5 17 17'],
  send: ['M3 10 17 3.5 12.5 17l-3-5.5z', 'M9.5 11.5 17 3.5'],
  stop: ['M6 6h8v8H6z'],
  plus: ['M10 4v12', 'M4 10h12'],
  close: ['M5 5l10 10', 'M15 5 5 15'],
  more: ['M10 4.5v.01', 'M10 10v.01', 'M10 15.5v.01'],
  smile: ['M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z', 'M7 11.5c1.3 2.4 4.7 2.4 6 0', 'M7.7 8v.01', 'M12.3 8v.01'],
  at: ['M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6z', 'M13 7v4a2 2 0 0 0 4 0v-1a7 7 0 1 0-3 5.7'],
  slash: ['M4 3.5h12v13H4z', 'M12 6.5l-4 7'],
  clip: ['M15.5 9.5l-5.5 5.5a3.5 3.5 0 0 1-5-5l6-6a2.4 2.4 0 0 1 3.4 3.4l-6 6a1.2 1.2 0 0 1-1.7-1.7L12 6.5'],
  reply: ['M4 5h12v8.5H9.5L6 16.5v-3H4z'],
  forward: ['M11 5l5.5 4.5L11 14v-3C7 11 5 12.5 3.5 15 4 10.5 6.5 8 11 8z'],
  edit: ['M4 16l.7-3.2L13 4.5l2.5 2.5-8.3 8.3z'],
  trash: ['M4.5 6h11', 'M8 6V4h4v2', 'M6 6l.7 10.5h6.6L14 6'],
  up: [
    'M6 9.5v7H3.5v-7z',
    'M6 9.5 9.5 3c1.5 0 2 1 1.7 2.3L10.7 8h4.6a1.5 1.5 0 0 1 1.5 1.8l-1.1 5.4a1.6 1.6 0 0 1-1.6 1.3H6',
  ],
  down: [
    'M6 10.5v-7H3.5v7z',
    'M6 10.5 9.5 17c1.5 0 2-1 1.7-2.3L10.7 12h4.6a1.5 1.5 0 0 0 1.5-1.8l-1.1-5.4a1.6 1.6 0 0 0-1.6-1.3H6',
  ],
  copy: ['M7.5 7.5h9v9h-9z', 'M12.5 7.5v-4h-9v9h4'],
  check: ['M4 10.5l4 4 8-9'],
  chevron: ['M5.5 8l4.5 4.5L14.5 8'],
  right: ['M8 5.5l4.5 4.5L8 14.5'],
  left: ['M12 5.5 7.5 10l4.5 4.5'],
  home: ['M3.5 9.5 10 4l6.5 5.5', 'M5.5 8.5V16h9V8.5'],
  chat: ['M4 4.5h12v9H9.5L6.5 16.5v-3H4z'],
  info: ['M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z', 'M10 9.5V13', 'M10 7v.01'],
  warn: ['M10 3.5 17.5 16h-15z', 'M10 8.5v3.5', 'M10 14v.01'],
  error: ['M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z', 'M10 6.5V11', 'M10 13.5v.01'],
  file: ['M5.5 3.5h6l3.5 3.5v9.5h-9.5z', 'M11 3.5V7.5h4'],
  download: ['M10 3.5v9', 'M6.5 9.5 10 13l3.5-3.5', 'M4 16.5h12'],
  calendar: ['M3.5 5h13v11.5h-13z', 'M3.5 8.5h13', 'M7 3.5V6', 'M13 3.5V6'],
  clock: ['M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z', 'M10 6.5V10l2.5 1.5'],
  history: ['M3.5 10A6.5 6.5 0 1 0 6 4.9L3.5 7', 'M3.5 3.5V7H7', 'M10 6.5V10l2.5 1.5'],
  spark: ['M10 3l1.7 5.3L17 10l-5.3 1.7L10 17l-1.7-5.3L3 10l5.3-1.7z'],
  menu: ['M3.5 5.5h13', 'M3.5 10h13', 'M3.5 14.5h13'],
  eye: ['M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5z', 'M10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z'],
  bold: ['M6 4h5a3 3 0 0 1 0 6H6z', 'M6 10h6a3 3 0 0 1 0 6H6z'],
  italic: ['M12 4 8 16', 'M9.5 4h5', 'M5.5 16h5'],
  strike: ['M4 10h12', 'M13.5 6.5C13 5 11.5 4 10 4 8 4 6.5 5 6.5 6.8', 'M6.5 13.5C7 15 8.5 16 10 16c2 0 3.5-1 3.5-2.8'],
  code: ['M7 6l-4 4 4 4', 'M13 6l4 4-4 4'],
  play: ['M6.5 4.5v11l9-5.5z'],
  people: [
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
    'M2.5 16.5c0-3 2-5 5-5s5 2 5 5',
    'M13 4a2.7 2.7 0 0 1 0 5.2',
    'M14.5 11.8c1.8.7 3 2.4 3 4.7',
  ],
};

/** An icon by name, hidden from screen readers because its button carries the label. */
export function icon(name, size = 18) {
  return svg(
    'svg',
    { class: `icon icon-${name}`, viewBox: '0 0 20 20', width: size, height: size, 'aria-hidden': 'true' },
    (STROKES[name] ?? STROKES.spark).map((d) => svg('path', { d })),
  );
}

/** Penny's face: a copper coin with a smile. */
export function pennyFace(size = 36) {
  return svg(
    'svg',
    { class: 'penny-face', viewBox: '0 0 36 36', width: size, height: size, 'aria-hidden': 'true' },
    svg('rect', { width: 36, height: 36, class: 'penny-back' }),
    svg('circle', { cx: 18, cy: 18, r: 12.5, class: 'penny-rim' }),
    svg('circle', { cx: 18, cy: 18, r: 10, class: 'penny-coin' }),
    svg('circle', { cx: 14.4, cy: 16, r: 1.5, class: 'penny-ink' }),
    svg('circle', { cx: 21.6, cy: 16, r: 1.5, class: 'penny-ink' }),
    svg('path', { d: 'M13.5 20.4c1.8 2.9 7.2 2.9 9 0', class: 'penny-smile' }),
  );
}
