// A view of Penny's, modal or App Home, kept drawn while new versions of it arrive.
import { BlockList } from './blocks/index.js';
import { h } from './dom.js';
import { viewSurface } from './surface.js';

export class ViewForm {
  #epoch = -1;

  constructor(className, qa) {
    this.node = h('div', { class: `view-form ${className}`, 'data-qa': qa });
    this.blocks = new BlockList(this.node);
  }

  /** Draws the view's blocks; what was typed stays. */
  draw(view, epoch, channelId, extra) {
    if (this.#epoch !== epoch || this.viewId !== view.id) this.blocks.reset();
    this.#epoch = epoch;
    this.viewId = view.id;
    this.surface = viewSurface(view, channelId, extra);
    this.blocks.draw(view.blocks, this.surface);
  }
}
