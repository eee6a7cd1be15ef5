// What a person has filled in on one surface (a message, a modal, App Home), in the shape of
// Slack's `state.values`. It outlives redraws, so an update never loses what was typed.

export class FormState {
  #values = new Map();

  /** The element's value, kept from before or begun with `initial`. */
  begin(spot, initial) {
    const key = keyOf(spot.blockId, spot.element.action_id);
    const known = this.#values.get(key);
    if (known?.type === spot.element.type) return known;
    const value = { type: spot.element.type, ...initial };
    this.#values.set(key, value);
    return value;
  }

  set(spot, fields) {
    this.#values.set(keyOf(spot.blockId, spot.element.action_id), { type: spot.element.type, ...fields });
  }

  /** Forgets elements of blocks that are gone. */
  keepBlocks(blockIds) {
    for (const key of this.#values.keys()) {
      if (!blockIds.has(JSON.parse(key)[0])) this.#values.delete(key);
    }
  }

  /** Takes over what the server remembers for elements not yet touched here. */
  seed(state) {
    for (const [blockId, actions] of Object.entries(state?.values ?? {})) {
      for (const [actionId, value] of Object.entries(actions)) {
        const key = keyOf(blockId, actionId);
        if (!this.#values.has(key)) this.#values.set(key, value);
      }
    }
  }

  snapshot() {
    const values = {};
    for (const [key, value] of this.#values) {
      const [blockId, actionId] = JSON.parse(key);
      (values[blockId] ??= {})[actionId] = value;
    }
    return { values };
  }
}

function keyOf(blockId, actionId) {
  return JSON.stringify([blockId, actionId]);
}
