// Where messages are written: drafts a place, completion, files, commands, and the Stop button.
import { act } from './api.js';
import { Attachments } from './attachments.js';
import { autosize } from './blocks/inputs.js';
import { Completion } from './completion.js';
import { fromText } from './composer_text.js';
import { h } from './dom.js';
import { openEmojiPicker } from './emoji_picker.js';
import { icon } from './icons.js';
import { state } from './store.js';
import { toast } from './toast.js';

const drafts = new Map();

export class Composer {
  #target = null;
  #sending = false;

  /** `options`: `{qa, onsent(ts), oneditlast(), footer: node, broadcast(): bool}`. */
  constructor(options) {
    this.options = options;
    this.area = h('textarea', {
      class: 'composer-text',
      rows: 1,
      role: 'combobox',
      'aria-expanded': 'false',
      'data-qa': options.qa,
    });
    this.fit = autosize(this.area, 280);
    this.completion = new Completion(this.area);
    this.attachments = new Attachments(() => this.#show());
    this.picker = h('input', { type: 'file', multiple: true, hidden: true, 'data-qa': `${options.qa}-file` });
    this.send = this.#button('send', 'Send', `${options.qa}-send`, () => this.submit());
    this.send.classList.add('send');
    this.stop = h(
      'button',
      {
        type: 'button',
        class: 'stop-button',
        'aria-label': 'Stop Penny',
        title: 'Stop',
        'data-qa': 'stop',
        hidden: true,
        onclick: () => this.#stop(),
      },
      icon('stop', 16),
      h('span', null, 'Stop'),
    );
    this.node = h(
      'div',
      { class: 'composer', 'data-qa': `${options.qa}-box` },
      this.completion.node,
      this.attachments.node,
      this.area,
      this.#bar(),
      this.picker,
    );
    this.#wire();
  }

  /** Points the composer at a place. `target`: `{channel, thread, context, placeholder, processing, disabled}`. */
  aim(target) {
    const key = keyOf(target);
    if (this.#target && keyOf(this.#target) !== key) this.#keepDraft();
    const moved = !this.#target || keyOf(this.#target) !== key;
    this.#target = target;
    this.area.placeholder = target.placeholder;
    this.area.setAttribute('aria-label', target.placeholder);
    this.stop.hidden = !target.processing;
    if (!target.processing) this.stop.disabled = false;
    if (moved) this.#restore(drafts.get(key));
    this.#show();
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }

  /** Puts text in, as a suggested prompt to be finished does. */
  fill(text) {
    this.area.value = text;
    this.area.dispatchEvent(new Event('input', { bubbles: true }));
    this.focus();
  }

  /** Sends what was typed; puts it back when the server refuses. */
  async submit() {
    const typed = this.area.value.trim();
    if (this.#sending || this.attachments.pending) return;
    if (!typed && !this.attachments.files.length) return;
    if (typed.startsWith('/') && !this.#commandFits(typed)) return;
    const target = this.#target;
    const files = this.attachments.take();
    this.#restore(null);
    drafts.delete(keyOf(target));
    this.#sending = true;
    const answer = await (typed.startsWith('/')
      ? act('command', { channel: target.channel.id, text: fromText(typed) })
      : this.#post(target, typed, files));
    this.#sending = false;
    if (!answer) this.#bringBack(target, typed, files);
    else this.options.onsent?.(answer.ts ?? null);
  }

  #post(target, typed, files) {
    return act('send', {
      channel: target.channel.id,
      text: fromText(typed),
      thread_ts: target.thread ?? undefined,
      files: files.length ? files.map((file) => file.id) : undefined,
      broadcast: this.options.broadcast?.() || undefined,
      context: target.context ?? undefined,
    });
  }

  #commandFits(typed) {
    const [word] = typed.split(/\s/);
    if (!/^\/[a-z][\w-]*$/.test(word)) return true;
    const known = (state.app?.commands ?? []).find((one) => one.command === word);
    if (!known) toast(`${word} is not a command here. Begin with / to see which there are.`, 'warning');
    else if (this.#target.thread && !this.options.commandsInThread)
      toast(`${word} does not work in threads. Use it in the channel.`, 'warning');
    else return true;
    return false;
  }

  #bringBack(target, typed, files) {
    if (keyOf(this.#target) === keyOf(target) && !this.area.value) this.#restore({ text: typed, files });
    else drafts.set(keyOf(target), { text: typed, files });
  }

  async #stop() {
    this.stop.disabled = true;
    const { channel, thread } = this.#target;
    if (!(await act('stop', { channel: channel.id, thread_ts: thread }))) this.stop.disabled = false;
  }

  #wire() {
    this.area.addEventListener('keydown', (event) => this.#key(event));
    this.area.addEventListener('input', () => this.#show());
    this.area.addEventListener('paste', (event) => {
      const files = [...event.clipboardData.files];
      if (!files.length) return;
      event.preventDefault();
      this.attachments.add(files);
    });
    this.picker.addEventListener('change', () => {
      this.attachments.add(this.picker.files);
      this.picker.value = '';
    });
  }

  #key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'ArrowUp' && !this.area.value && this.options.oneditlast?.()) event.preventDefault();
  }

  #bar() {
    return h(
      'div',
      { class: 'composer-bar' },
      this.#button('plus', 'Attach a file', `${this.options.qa}-attach`, () => this.picker.click()),
      this.#button('smile', 'Emoji', null, (event) =>
        openEmojiPicker(event.currentTarget, (_, char) => this.#insert(char)),
      ),
      this.#button('at', 'Mention someone', null, () => this.#insert('@')),
      this.#button('slash', 'Commands', null, () => (this.area.value ? this.focus() : this.#insert('/'))),
      h('span', { class: 'bar-line' }),
      this.#button('bold', 'Bold', 'format-bold', () => this.#wrap('*')),
      this.#button('italic', 'Italic', 'format-italic', () => this.#wrap('_')),
      this.#button('strike', 'Strikethrough', 'format-strike', () => this.#wrap('~')),
      this.#button('code', 'Code', 'format-code', () => this.#wrap('`')),
      h('span', { class: 'bar-space' }),
      this.options.footer,
      this.stop,
      this.send,
    );
  }

  #button(name, label, qa, onclick) {
    return h(
      'button',
      { type: 'button', class: 'icon-button', title: label, 'aria-label': label, 'data-qa': qa, onclick },
      icon(name),
    );
  }

  #insert(text) {
    const { area } = this;
    const gap = /[@/]/.test(text) && /\S$/.test(area.value.slice(0, area.selectionStart)) ? ' ' : '';
    area.setRangeText(gap + text, area.selectionStart, area.selectionEnd, 'end');
    area.focus();
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #wrap(mark) {
    const { area } = this;
    const [from, to] = [area.selectionStart, area.selectionEnd];
    area.setRangeText(mark + area.value.slice(from, to) + mark, from, to, 'select');
    area.setSelectionRange(from + 1, to + 1);
    area.focus();
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #show() {
    const ready = Boolean(this.area.value.trim() || this.attachments.files.length) && !this.attachments.pending;
    this.send.classList.toggle('ready', ready);
    this.send.setAttribute('aria-disabled', String(!ready));
  }

  #keepDraft() {
    const key = keyOf(this.#target);
    const files = this.attachments.files;
    if (this.area.value.trim() || files.length) drafts.set(key, { text: this.area.value, files });
    else drafts.delete(key);
  }

  #restore(draft) {
    this.area.value = draft?.text ?? '';
    this.attachments.put(draft?.files ?? []);
    this.completion.close();
    this.fit();
  }
}

function keyOf(target) {
  return `${state.me} ${target.channel.id} ${target.thread ?? ''}`;
}

/** Has this stand in a channel's composer, to be sent, when one comes there. */
export function writeDraft(channelId, text) {
  drafts.set(`${state.me} ${channelId} `, { text, files: [] });
}

/** Whether something is written but not sent in a channel. */
export function hasDraft(channelId) {
  return drafts.has(`${state.me} ${channelId} `);
}

/** Lets files be dropped anywhere on `node`. */
export function acceptDrops(node, composer) {
  node.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    node.classList.add('dropping');
  });
  node.addEventListener('dragleave', (event) => {
    if (!node.contains(event.relatedTarget)) node.classList.remove('dropping');
  });
  node.addEventListener('drop', (event) => {
    event.preventDefault();
    node.classList.remove('dropping');
    composer.attachments.add(event.dataTransfer.files);
  });
}
