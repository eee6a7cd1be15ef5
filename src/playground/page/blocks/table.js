// Tables: the plain `table` block, and `data_table` with its caption and pages.
import { append, classes, h, replace } from '../dom.js';
import { icon } from '../icons.js';
import { element } from './element.js';
import { plainText } from './text_object.js';
import { richTextNodes } from './rich_text.js';

export function table(block, ctx) {
  const [head, ...body] = block.rows ?? [];
  return scroll(
    h(
      'table',
      { class: 'slack-table' },
      h('thead', null, head && row(head, 'th', block, ctx)),
      h(
        'tbody',
        null,
        body.map((cells) => row(cells, 'td', block, ctx)),
      ),
    ),
    'Table',
  );
}

export function dataTable(block, ctx) {
  const [head, ...body] = block.rows ?? [];
  const size = block.page_size ?? 10;
  const pages = Math.max(1, Math.ceil(body.length / size));
  const tbody = h('tbody');
  const label = h('span', { class: 'pager-label' });
  let page = 0;
  const turn = (step) => () => {
    page = Math.min(pages - 1, Math.max(0, page + step));
    show();
  };
  const previous = h(
    'button',
    { type: 'button', class: 'icon-button bordered', 'aria-label': 'Previous page', onclick: turn(-1) },
    icon('left', 16),
  );
  const next = h(
    'button',
    {
      type: 'button',
      class: 'icon-button bordered',
      'aria-label': 'Next page',
      'data-qa': 'next-page',
      onclick: turn(1),
    },
    icon('right', 16),
  );
  function show() {
    replace(
      tbody,
      body.slice(page * size, (page + 1) * size).map((cells) => row(cells, 'td', block, ctx)),
    );
    label.textContent = `${page * size + 1}–${Math.min(body.length, (page + 1) * size)} of ${body.length}`;
    previous.disabled = page === 0;
    next.disabled = page === pages - 1;
  }
  show();
  const caption = block.caption?.text ?? block.caption;
  return h(
    'div',
    null,
    caption && h('div', { class: 'data-caption' }, plainText(caption)),
    scroll(
      h('table', { class: 'slack-table' }, h('thead', null, head && row(head, 'th', block, ctx)), tbody),
      caption || 'Table',
    ),
    pages > 1 && h('div', { class: 'pager' }, label, previous, next),
  );
}

function scroll(content, label) {
  return h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label }, content);
}

function row(cells, tag, block, ctx) {
  return append(
    h('tr'),
    cells.map((cell, column) => {
      const settings = block.column_settings?.[column];
      const numeric = cell?.type === 'raw_number';
      const header = tag === 'td' && column === block.row_header_column_index;
      const align = settings?.align ?? (numeric ? 'right' : 'left');
      return h(
        header ? 'th' : tag,
        {
          class: classes(`align-${align}`, settings?.is_wrapped === false && 'nowrap', numeric && 'numeric'),
          scope: header ? 'row' : tag === 'th' ? 'col' : null,
        },
        cellContent(cell, block, ctx),
      );
    }),
  );
}

function cellContent(cell, block, ctx) {
  if (!cell) return '';
  if (cell.type === 'action_cell') return element({ element: cell.element, blockId: block.block_id }, ctx);
  if (cell.type === 'rich_text') return richTextNodes(cell, ctx);
  if (cell.type === 'raw_number') return cell.text ?? new Intl.NumberFormat('en-US').format(cell.value);
  return plainText(cell.text ?? '');
}
