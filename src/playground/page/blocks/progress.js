// How Penny shows her work: plans, task cards, and the feedback row under an answer.
import { classes, h, link } from '../dom.js';
import { icon } from '../icons.js';
import { element } from './element.js';
import { richTextNodes } from './rich_text.js';
import { fire } from './spot.js';
import { plainText } from './text_object.js';

const STATUS = {
  pending: ['Waiting', null],
  in_progress: ['Working', null],
  complete: ['Done', 'check'],
  error: ['Failed', 'close'],
};

export function taskCard(block, ctx) {
  return task(block, ctx, 'task_card');
}

export function plan(block, ctx) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((one) => one.status === 'complete').length;
  const running = tasks.some((one) => one.status === 'in_progress' || one.status === 'pending');
  const head = h(
    'summary',
    { class: 'plan-head' },
    icon('chevron', 16),
    h(
      'span',
      { class: running ? 'plan-title shimmer' : 'plan-title' },
      plainText(block.title?.text || block.title || 'Plan'),
    ),
    h('span', { class: 'plan-count' }, `${done} of ${tasks.length}`),
  );
  const node = h(
    'details',
    { class: 'plan', 'data-qa': 'plan' },
    head,
    h(
      'div',
      { class: 'plan-tasks' },
      tasks.map((one) => task(one, ctx, 'plan_task')),
    ),
  );
  remember(node, `plan ${block.block_id}`, ctx, running || tasks.some((one) => one.status === 'error'));
  return h('div', null, node);
}

function task(block, ctx, kind) {
  const status = STATUS[block.status] ? block.status : 'pending';
  const [word, mark] = STATUS[status];
  const badge = h('span', { class: `task-badge ${status}`, role: 'img', 'aria-label': word }, mark && icon(mark, 12));
  const title = h('span', { class: 'task-title' }, plainText(block.title));
  const body = [
    part(block.details, 'task-details', ctx),
    part(block.output, 'task-output', ctx),
    sources(block.sources),
  ].filter(Boolean);
  const attributes = {
    class: classes('task', kind, status),
    'data-qa': kind === 'task_card' ? 'task-card' : 'plan-task',
    'data-task-id': block.task_id,
    'data-status': status,
  };
  if (!body.length) return h('div', attributes, h('div', { class: 'task-head' }, badge, title));
  const node = h(
    'details',
    attributes,
    h('summary', { class: 'task-head' }, badge, title, icon('chevron', 16)),
    h('div', { class: 'task-body' }, body),
  );
  remember(node, `task ${block.task_id}`, ctx, status === 'error');
  return node;
}

// What a person opened or closed stays so when the card is drawn anew.
function remember(node, key, ctx, open) {
  node.open = ctx.opened.get(key) ?? open;
  node.addEventListener('click', (event) => {
    if (event.target.closest('summary')?.parentElement === node) ctx.opened.set(key, !node.open);
  });
}

function part(content, name, ctx) {
  if (!content) return null;
  return h('div', { class: name }, typeof content === 'string' ? plainText(content) : richTextNodes(content, ctx));
}

function sources(list) {
  if (!list?.length) return null;
  return h(
    'ul',
    { class: 'task-sources', 'aria-label': 'Sources' },
    list.map((source) => h('li', null, link(source.url, source.text || source.url))),
  );
}

export function contextActions(block, ctx) {
  return h(
    'div',
    { role: 'group', 'aria-label': 'Feedback' },
    (block.elements ?? []).map((item) =>
      item.type === 'feedback_buttons'
        ? feedback(item, block, ctx)
        : element({ element: item, blockId: block.block_id }, ctx),
    ),
  );
}

function feedback(item, block, ctx) {
  const spot = { element: item, blockId: block.block_id };
  const key = `${block.block_id} ${item.action_id}`;
  const make = (side, name, iconName) => {
    const choice = item[`${side}_button`] ?? {};
    const label = choice.accessibility_label ?? choice.text?.text ?? name;
    return h(
      'button',
      {
        type: 'button',
        class: 'feedback',
        title: choice.text?.text ?? label,
        'aria-label': label,
        'data-side': side,
        'data-qa': `feedback-${name}`,
        onclick: (event) => press(event.currentTarget, side, choice),
      },
      icon(iconName, 16),
    );
  };
  const buttons = [make('positive', 'up', 'up'), make('negative', 'down', 'down')];
  const show = () =>
    buttons.forEach((node) => node.setAttribute('aria-pressed', String(ctx.pressed.get(key) === node.dataset.side)));
  async function press(node, side, choice) {
    const before = ctx.pressed.get(key);
    ctx.pressed.set(key, side);
    show();
    const sent = await fire(spot, ctx, { value: choice.value ?? side }, node);
    if (!sent) ctx.pressed.set(key, before);
    show();
  }
  show();
  return h('span', { class: 'feedback-pair' }, buttons);
}
