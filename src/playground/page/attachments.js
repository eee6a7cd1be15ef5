// Files waiting in a composer to be sent: chosen, pasted or dropped.
import { upload } from './api.js';
import { h, replace } from './dom.js';
import { size } from './files.js';
import { icon } from './icons.js';
import { toast } from './toast.js';

const LARGEST = 50_000_000;

export class Attachments {
  #items = [];

  constructor(onchange) {
    this.onchange = onchange;
    this.node = h('div', { class: 'attachments', 'data-qa': 'attachments', hidden: true });
  }

  get pending() {
    return this.#items.some((item) => !item.file);
  }

  get files() {
    return this.#items.map((item) => item.file).filter(Boolean);
  }

  /** Uploads files and shows each as a chip. */
  add(list) {
    for (const blob of list) {
      if (blob.size > LARGEST) toast(`${blob.name} is larger than 50 MB. Please share a smaller file.`, 'warning');
      else this.#upload(blob);
    }
  }

  /** Takes the files out, to send them; `put` brings them back when sending failed. */
  take() {
    const files = this.files;
    this.#items = [];
    this.#draw();
    return files;
  }

  put(files) {
    this.#items = files.map((file) => ({ name: file.name, size: file.size, file }));
    this.#draw();
  }

  async #upload(blob) {
    const item = { name: blob.name || 'pasted.png', size: blob.size, file: null };
    this.#items.push(item);
    this.#draw();
    item.file = await upload(blob);
    if (!item.file) this.#items = this.#items.filter((other) => other !== item);
    this.#draw();
  }

  #draw() {
    this.node.hidden = this.#items.length === 0;
    replace(
      this.node,
      this.#items.map((item) =>
        h(
          'div',
          { class: item.file ? 'attachment' : 'attachment loading', 'data-qa': 'attachment' },
          icon('file', 18),
          h(
            'span',
            { class: 'file-text' },
            h('span', { class: 'file-name' }, item.name),
            h('span', { class: 'file-meta' }, item.file ? size(item.size) : 'Uploading…'),
          ),
          h(
            'button',
            {
              type: 'button',
              class: 'icon-button',
              'aria-label': `Remove ${item.name}`,
              onclick: () => this.#drop(item),
            },
            icon('close', 14),
          ),
        ),
      ),
    );
    this.onchange();
  }

  #drop(item) {
    this.#items = this.#items.filter((other) => other !== item);
    this.#draw();
  }
}
