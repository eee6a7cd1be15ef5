// «Penny is thinking…»: what she says she is doing, turning through her loading messages.
import { h } from './dom.js';
import { emoji } from './text/inline.js';
import { avatar } from './avatar.js';
import { pennyId, person, personName } from './select.js';

const TURN = 2600;

export class StatusLine {
  #timer = null;
  #turn = 0;
  #source = '';

  constructor() {
    this.face = h('span', { class: 'status-face' });
    this.text = h('span', { class: 'status-text shimmer' });
    this.node = h(
      'div',
      { class: 'status-line', role: 'status', 'data-qa': 'status', hidden: true },
      this.face,
      this.text,
    );
  }

  /** Shows the thread's status, or hides itself when there is none. */
  update(thread) {
    const source = thread?.status ? JSON.stringify([thread.status, thread.loading_messages, thread.status_icon]) : '';
    if (source === this.#source) return;
    this.#source = source;
    clearInterval(this.#timer);
    this.node.hidden = !source;
    if (!source) return;
    this.face.replaceChildren(
      thread.status_icon ? emoji(thread.status_icon.replaceAll(':', '')) : avatar(person(pennyId()), 'tiny'),
    );
    const lines = [`${personName(pennyId()) ?? 'Penny'} ${thread.status}`, ...(thread.loading_messages ?? [])];
    this.#turn = 0;
    this.text.textContent = lines[0];
    if (lines.length > 1) this.#timer = setInterval(() => this.#next(lines), TURN);
  }

  #next(lines) {
    if (!this.node.isConnected) clearInterval(this.#timer);
    this.#turn = (this.#turn + 1) % lines.length;
    this.text.textContent = lines[this.#turn];
  }
}
