// Text that is typed: lines, paragraphs, numbers, addresses, and simple rich text.
import { debounce, h } from '../dom.js';
import { fire, labelOf } from './spot.js';

export function plainTextInput(spot, ctx) {
  const { element } = spot;
  const value = ctx.state.begin(spot, { value: element.initial_value ?? null }).value ?? '';
  const attributes = {
    ...common(spot, value),
    minlength: element.min_length,
    maxlength: element.max_length,
  };
  const input = element.multiline
    ? h('textarea', { ...attributes, rows: 4 })
    : h('input', { ...attributes, type: 'text' });
  if (element.multiline) autosize(input);
  wire(input, spot, ctx, (text) => ({ value: text || null }));
  return element.max_length ? h('div', { class: 'counted' }, input, counter(input, element.max_length)) : input;
}

export function typedInput(spot, ctx) {
  const value = ctx.state.begin(spot, { value: spot.element.initial_value ?? null }).value ?? '';
  const type = spot.element.type === 'email_text_input' ? 'email' : 'url';
  const input = h('input', { ...common(spot, value), type });
  wire(input, spot, ctx, (text) => ({ value: text || null }));
  return input;
}

export function numberInput(spot, ctx) {
  const { element } = spot;
  const value = ctx.state.begin(spot, { value: element.initial_value ?? null }).value ?? '';
  const input = h('input', {
    ...common(spot, value),
    type: 'number',
    step: element.is_decimal_allowed ? 'any' : '1',
    min: element.min_value,
    max: element.max_value,
  });
  wire(input, spot, ctx, (text) => ({ value: text || null }));
  return input;
}

/** Rich text is typed as paragraphs here; Penny receives it in Slack's rich text shape. */
export function richTextInput(spot, ctx) {
  const initial = spot.element.initial_value ?? null;
  const known = ctx.state.begin(spot, { rich_text_value: initial }).rich_text_value;
  const input = h('textarea', { ...common(spot, textOf(known)), rows: 4 });
  autosize(input);
  wire(input, spot, ctx, (text) => ({ rich_text_value: text ? richTextOf(text) : null }));
  return input;
}

function richTextOf(text) {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] };
}

function textOf(node) {
  if (!node) return '';
  return node.text ?? (node.elements ?? []).map(textOf).join(node.type === 'rich_text' ? '\n' : '');
}

function common(spot, value) {
  return {
    class: 'text-input',
    id: spot.inputId,
    value,
    placeholder: spot.element.placeholder?.text,
    autofocus: spot.element.focus_on_load,
    'aria-label': labelOf(spot, 'Text'),
    'data-qa': spot.element.type,
  };
}

function wire(input, spot, ctx, fields) {
  const triggers = spot.element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const send = () => fire(spot, ctx, fields(input.value));
  const sendSoon = debounce(send, 300);
  input.addEventListener('input', () => {
    ctx.state.set(spot, fields(input.value));
    if (triggers.includes('on_character_entered')) sendSoon();
  });
  input.addEventListener('keydown', (event) => {
    const enter = event.key === 'Enter' && !event.isComposing && input.tagName !== 'TEXTAREA';
    if (!enter) return;
    event.preventDefault();
    if (spot.inInput && !spot.dispatch) ctx.submit?.();
    else if (triggers.includes('on_enter_pressed')) send();
  });
}

/** Lets a text area grow with its text. */
export function autosize(area, limit = 320) {
  const fit = () => {
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, limit)}px`;
  };
  area.addEventListener('input', fit);
  requestAnimationFrame(() => area.isConnected && fit());
  return fit;
}

function counter(input, limit) {
  const node = h('span', { class: 'counter', 'aria-hidden': 'true' });
  const show = () => {
    const left = limit - input.value.length;
    node.textContent = left <= Math.min(limit / 3, 200) ? String(left) : '';
  };
  input.addEventListener('input', show);
  show();
  return node;
}
