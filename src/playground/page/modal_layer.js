// Penny's modals: the top of the stack is shown, the ones beneath wait with what was typed.
import { act } from './api.js';
import { missingInputs, showErrors } from './blocks/input_block.js';
import { busy } from './blocks/spot.js';
import { openDialog } from './dialog.js';
import { h, replace } from './dom.js';
import { plainText } from './blocks/text_object.js';
import { route } from './route.js';
import { state } from './store.js';
import { forgetView } from './surface.js';
import { ViewForm } from './view_form.js';

export class ModalLayer {
  #open = new Map();

  /** Makes what is shown match the stack. */
  draw() {
    const stack = state.views;
    const ids = new Set(stack.map((view) => view.id));
    for (const [id, modal] of this.#open) {
      if (ids.has(id)) continue;
      modal.dialog.close();
      forgetView(id);
      this.#open.delete(id);
    }
    stack.forEach((view, at) => {
      if (!this.#open.has(view.id)) this.#open.set(view.id, new Modal(view, at > 0));
      const modal = this.#open.get(view.id);
      modal.draw(view);
      modal.dialog.layer.hidden = at < stack.length - 1;
    });
  }
}

class Modal {
  constructor(view, stacked) {
    this.view = view;
    this.form = new ViewForm('modal-form', 'modal-body');
    this.footer = h('div', { class: 'footer-buttons' });
    this.dialog = openDialog({
      title: view.title?.text ?? '',
      body: this.form.node,
      footer: this.footer,
      className: 'modal',
      qa: 'modal',
      back: stacked ? () => this.#close(false) : null,
      ondismiss: () => this.#close(true),
    });
    this.dialog.node.dataset.callbackId = view.callback_id ?? '';
    this.focused = false;
  }

  draw(view) {
    const changed = this.source !== view;
    this.view = view;
    if (!changed && this.epoch === state.epoch) return;
    this.source = view;
    this.epoch = state.epoch;
    replace(this.dialog.node.querySelector('h2'), plainText(view.title?.text));
    this.form.draw(view, state.epoch, route.channel, { submit: () => this.#submit() });
    this.#drawFooter(view);
    if (!this.focused) this.#focus();
  }

  #focus() {
    this.focused = true;
    const first =
      this.form.node.querySelector('[autofocus]') ??
      this.form.node.querySelector('input:not([type=hidden]), textarea, [role=combobox]') ??
      this.footer.querySelector('.primary');
    first?.focus({ preventScroll: true });
  }

  #drawFooter(view) {
    const asks = view.submit || view.blocks.some((block) => block.type === 'input');
    this.button = asks
      ? h(
          'button',
          { type: 'button', class: 'button primary', 'data-qa': 'modal-submit', onclick: () => this.#submit() },
          plainText(view.submit?.text ?? 'Submit'),
        )
      : null;
    replace(
      this.footer,
      h(
        'button',
        { type: 'button', class: 'button', 'data-qa': 'modal-close', onclick: () => this.#close(false) },
        plainText(view.close?.text ?? (asks ? 'Cancel' : 'Close')),
      ),
      this.button,
    );
  }

  async #submit() {
    if (!this.button || this.button.getAttribute('aria-busy')) return;
    const values = this.form.surface.state.snapshot();
    const missing = missingInputs(this.view.blocks, values);
    showErrors(this.dialog.node, missing);
    if (Object.keys(missing).length) return;
    const answer = await busy(this.button, () => act('submit', { view_id: this.view.id, state: values }));
    if (answer?.errors) showErrors(this.dialog.node, answer.errors);
  }

  #close(clear) {
    act('close', { view_id: this.view.id, clear });
  }
}
