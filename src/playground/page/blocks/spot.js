// An interactive element in its place: which block it sits in, and how a press reaches Penny.
import { textObject } from './text_object.js';
import { askConfirm } from '../dialog.js';

/**
 * Sends a block action for the element, after the confirmation that it asks for. Inside an `input`
 * block nothing is sent unless the block dispatches. `control` looks busy until the answer is here.
 * Answers false when the person declined.
 */
export async function fire(spot, ctx, fields, control = null) {
  const { element, blockId } = spot;
  if (spot.inInput && !spot.dispatch) return true;
  if (element.confirm && !(await confirmed(element.confirm, ctx))) return false;
  const press = () => ctx.press({ type: element.type, action_id: element.action_id, block_id: blockId, ...fields });
  await (control ? busy(control, press) : press());
  return true;
}

/** Marks a control as working until its request is answered. */
export async function busy(control, work) {
  control.setAttribute('aria-busy', 'true');
  try {
    return await work();
  } finally {
    control.removeAttribute('aria-busy');
  }
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
