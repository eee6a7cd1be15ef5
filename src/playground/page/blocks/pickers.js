// Dates and times, with the browser's own pickers.
import { h } from '../dom.js';
import { fire, labelOf } from './spot.js';

export function datePicker(spot, ctx) {
  return picker(
    spot,
    ctx,
    'date',
    'selected_date',
    spot.element.initial_date,
    (text) => text || null,
    (value) => value,
  );
}

export function timePicker(spot, ctx) {
  return picker(
    spot,
    ctx,
    'time',
    'selected_time',
    spot.element.initial_time,
    (text) => text || null,
    (value) => value,
  );
}

export function dateTimePicker(spot, ctx) {
  const toSeconds = (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null);
  return picker(
    spot,
    ctx,
    'datetime-local',
    'selected_date_time',
    spot.element.initial_date_time,
    toSeconds,
    localText,
  );
}

function picker(spot, ctx, type, field, initial, parse, show) {
  const value = ctx.state.begin(spot, { [field]: initial ?? null });
  const known = value[field];
  const input = h('input', {
    type,
    class: 'text-input picker',
    id: spot.inputId,
    value: known ? show(known) : null,
    'aria-label': labelOf(spot, 'Date'),
    'data-qa': spot.element.type,
  });
  input.addEventListener('change', async () => {
    const before = ctx.state.begin(spot, {});
    const fields = { [field]: parse(input.value) };
    ctx.state.set(spot, fields);
    if (!(await fire(spot, ctx, fields))) {
      ctx.state.set(spot, before);
      input.value = before[field] ? show(before[field]) : '';
    }
  });
  return input;
}

// `2026-01-31T09:30` in the reader's own time, as `datetime-local` wants it.
function localText(seconds) {
  const when = new Date(seconds * 1000);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
