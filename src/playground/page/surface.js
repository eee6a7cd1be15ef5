// What blocks need from the place they stand in: a message, a modal, App Home. Kept by place, so
// that what a person typed, opened or pressed survives every redraw.
import { act, upload } from './api.js';
import { FormState } from './blocks/state.js';
import { directory } from './select.js';
import { toast } from './toast.js';

const kept = new Map();

function keep(key) {
  if (!kept.has(key)) kept.set(key, { state: new FormState(), pressed: new Map(), opened: new Map() });
  return kept.get(key);
}

function context(key, container, extra = {}) {
  const place = keep(key);
  return {
    ...place,
    directory,
    upload,
    press: (element) => act('press', { container, element, state: place.state.snapshot() }),
    options: (blockId, actionId, value) => act('options', { container, block_id: blockId, action_id: actionId, value }),
    ...extra,
  };
}

/** The context of a message's blocks. */
export function messageSurface(channel, message) {
  const key = `message ${channel.id} ${message.ts}`;
  const surface = context(key, { type: 'message', channel: channel.id, ts: message.ts }, { channel: channel.id });
  if (!message.streaming) return surface;
  const press = async () => {
    toast('This message is still being written. Try again in a moment.');
    return null;
  };
  return { ...surface, press };
}

/** The context of a modal or of App Home; `extra.submit` is what Enter in a line of text does. */
export function viewSurface(view, channelId, extra) {
  const key = `view ${view.id}`;
  const surface = context(key, { type: 'view', view_id: view.id }, { channel: channelId, ...extra });
  surface.state.seed(view.state);
  surface.state.keepBlocks(new Set(view.blocks.map((block) => block.block_id)));
  return surface;
}

/** Forgets a view that has closed. */
export function forgetView(viewId) {
  kept.delete(`view ${viewId}`);
}
