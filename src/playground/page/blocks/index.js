// From Block Kit to nodes: one renderer a block type, listed here.
import { h } from '../dom.js';
import * as cards from './cards.js';
import * as layout from './layout.js';
import * as media from './media.js';
import * as progress from './progress.js';
import { chart } from './chart.js';
import { dataTable, table } from './table.js';
import { inputBlock } from './input_block.js';
import { richText } from './rich_text.js';

const RENDERERS = {
  actions: layout.actions,
  alert: cards.alert,
  card: cards.card,
  carousel: (block, ctx) => cards.carousel(block, ctx),
  container: (block, ctx) => cards.container(block, ctx, renderBlock),
  context: layout.context,
  context_actions: progress.contextActions,
  data_table: dataTable,
  data_visualization: chart,
  divider: layout.divider,
  file: media.fileBlock,
  header: layout.header,
  image: media.imageBlock,
  input: inputBlock,
  markdown: layout.markdownBlock,
  plan: progress.plan,
  rich_text: richText,
  section: layout.section,
  table,
  task_card: progress.taskCard,
  video: media.video,
};

/**
 * Draws one block. `ctx` is the surface it stands on: `directory` (names), `state` (a FormState),
 * `press(action)`, `options(blockId, actionId, query)`, `upload(file)`, `pressed` (feedback given).
 */
export function renderBlock(block, ctx) {
  const renderer = RENDERERS[block.type] ?? unknown;
  try {
    const node = renderer(block, ctx);
    node.classList.add('block', `block-${block.type}`);
    node.dataset.qa ??= `block-${block.type}`;
    if (block.block_id) node.dataset.blockId = block.block_id;
    return node;
  } catch (error) {
    console.error('A block could not be drawn', block, error);
    return unknown(block);
  }
}

function unknown(block) {
  return h(
    'div',
    { class: 'block block-unknown', 'data-qa': 'block-unknown' },
    `This part cannot be shown here (${block.type ?? 'no type'})`,
  );
}

/**
 * Keeps a list of blocks drawn inside a node, redrawing only those that changed: an open menu, a
 * focus or a typed text in the others stays as it is.
 */
export class BlockList {
  #drawn = new Map();

  constructor(node) {
    this.node = node;
  }

  draw(blocks, ctx) {
    const next = new Map();
    const nodes = blocks.map((block, at) => {
      const key = `${block.block_id ?? at}`;
      const source = JSON.stringify(block);
      const known = this.#drawn.get(key);
      const entry = known?.source === source ? known : { source, node: renderBlock(block, ctx) };
      next.set(key, entry);
      return entry.node;
    });
    this.#drawn = next;
    place(this.node, nodes);
  }

  /** Forgets what was drawn, so that names that changed show at the next `draw`. */
  reset() {
    this.#drawn.clear();
  }
}

/** Makes `parent` hold exactly `nodes`, moving as few of them as possible. */
export function place(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.childNodes[at] !== node) parent.insertBefore(node, parent.childNodes[at] ?? null);
  });
}
