// An interactive element in its place: which block it sits in, and how a press reaches Penny.
import { textObject } from './text_object.js';
import { askConfirm } from '../dialog.js';

/**
 * Sends a block action for the element, after the confirmation that it asks for. Inside an `input`
 * block nothing is sent unless the block dispatches. Answers false when the person declined.
 */
export async function fire(spot, ctx, fields) {
  const { element, blockId } = spot;
  if (spot.inInput && !spot.dispatch) return true;
  if (element.confirm && !(await confirmed(element.confirm, ctx))) return false;
  await ctx.press({ type: element.type, action_id: element.action_id, block_id: blockId, ...fields });
  return true;
}

function confirmed(confirm, ctx) {
  return askConfirm({
    title: confirm.title?.text ?? 'Are you sure?',
    text: textObject(confirm.text, ctx.directory),
    confirm: confirm.confirm?.text ?? 'Yes',
    deny: confirm.deny?.text ?? 'Cancel',
    danger: confirm.style === 'danger',
  });
}

/** The element's accessible name: its own label, else the label of its input block. */
export function labelOf(spot, fallback) {
  return spot.element.accessibility_label ?? spot.label ?? spot.element.placeholder?.text ?? fallback;
}
