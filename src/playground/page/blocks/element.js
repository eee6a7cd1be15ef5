// From interactive elements to nodes: one renderer an element type, listed here.
import { h } from '../dom.js';
import { button, iconButton, overflow } from './buttons.js';
import { checkboxes, radioButtons } from './choices.js';
import { fileInput } from './file_input.js';
import { numberInput, plainTextInput, richTextInput, typedInput } from './inputs.js';
import { imageElement } from './media.js';
import { datePicker, dateTimePicker, timePicker } from './pickers.js';
import { select } from './select.js';

const RENDERERS = {
  button,
  channels_select: select,
  checkboxes,
  conversations_select: select,
  datepicker: datePicker,
  datetimepicker: dateTimePicker,
  email_text_input: typedInput,
  external_select: select,
  file_input: fileInput,
  icon_button: iconButton,
  image: imageElement,
  multi_channels_select: select,
  multi_conversations_select: select,
  multi_external_select: select,
  multi_static_select: select,
  multi_users_select: select,
  number_input: numberInput,
  overflow,
  plain_text_input: plainTextInput,
  radio_buttons: radioButtons,
  rich_text_input: richTextInput,
  static_select: select,
  timepicker: timePicker,
  url_text_input: typedInput,
  users_select: select,
  workflow_button: button,
};

/** Draws the element at `spot`: `{element, blockId, inInput?, dispatch?, label?, inputId?}`. */
export function element(spot, ctx) {
  const renderer = RENDERERS[spot.element?.type];
  if (!renderer)
    return h(
      'span',
      { class: 'block-unknown' },
      `This control cannot be shown here (${spot.element?.type ?? 'no type'})`,
    );
  const node = renderer(spot, ctx);
  if (spot.element.action_id) node.dataset.actionId = spot.element.action_id;
  return node;
}
