// The `input` block: a labelled control with its hint and its error.
import { h, uid } from '../dom.js';
import { element } from './element.js';
import { plainText } from './text_object.js';

export function inputBlock(block, ctx) {
  const inputId = uid('input');
  const spot = {
    element: block.element,
    blockId: block.block_id,
    inInput: true,
    dispatch: block.dispatch_action === true,
    label: block.label?.text,
    inputId,
  };
  return h(
    'div',
    null,
    h(
      'label',
      { class: 'input-label', for: inputId },
      plainText(block.label?.text),
      block.optional && h('span', { class: 'optional' }, '(optional)'),
    ),
    element(spot, ctx),
    h('div', { class: 'input-error', role: 'alert', 'data-qa': 'input-error' }),
    block.hint && h('div', { class: 'input-hint' }, plainText(block.hint.text)),
  );
}

/** Shows the server's or the page's sentences beside the inputs they are about. */
export function showErrors(root, errors) {
  for (const node of root.querySelectorAll('.block-input')) {
    const sentence = errors[node.dataset.blockId];
    node.classList.toggle('has-error', Boolean(sentence));
    node.querySelector('.input-error').textContent = sentence ?? '';
    const control = node.querySelector('input, textarea, [role=combobox]');
    if (sentence) control?.setAttribute('aria-invalid', 'true');
    else control?.removeAttribute('aria-invalid');
  }
  root.querySelector('.has-error :is(input, textarea, [role=combobox])')?.focus();
}

/** What Slack itself checks before it asks the app: `{block_id: sentence}`. */
export function missingInputs(blocks, state) {
  const errors = {};
  for (const block of blocks) {
    if (block.type !== 'input') continue;
    const value = state.values[block.block_id]?.[block.element.action_id] ?? {};
    const sentence = problemOf(block, value);
    if (sentence) errors[block.block_id] = sentence;
  }
  return errors;
}

function problemOf(block, value) {
  const { element: asked } = block;
  const given = Object.entries(value)
    .filter(([field]) => field !== 'type')
    .map(([, content]) => content);
  const empty = given.every(
    (content) => content === null || content === undefined || content === '' || content.length === 0,
  );
  if (empty) return block.optional ? null : 'Please complete this required field.';
  const text = typeof value.value === 'string' ? value.value : null;
  if (text !== null && asked.min_length && text.length < asked.min_length)
    return `Must be at least ${asked.min_length} characters.`;
  if (asked.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(text)) return 'Please enter an email address.';
  if (asked.type === 'url_text_input' && !/^https?:\/\/\S+/.test(text))
    return 'Please enter a web address that begins with https:// or http://.';
  if (asked.type === 'number_input') return numberProblem(asked, text);
  return null;
}

function numberProblem(asked, text) {
  const number = Number(text);
  if (text === '' || Number.isNaN(number)) return 'Please enter a number.';
  if (!asked.is_decimal_allowed && !Number.isInteger(number)) return 'Please enter a whole number.';
  if (asked.min_value !== undefined && number < Number(asked.min_value)) return `Must be ${asked.min_value} or more.`;
  if (asked.max_value !== undefined && number > Number(asked.max_value)) return `Must be ${asked.max_value} or less.`;
  return null;
}
