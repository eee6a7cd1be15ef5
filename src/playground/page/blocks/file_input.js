// Files that a modal asks for.
import { h } from '../dom.js';
import { icon } from '../icons.js';
import { toast } from '../toast.js';
import { labelOf } from './spot.js';

export function fileInput(spot, ctx) {
  const { element } = spot;
  const limit = element.max_files ?? 10;
  const accept = (element.filetypes ?? []).map((type) => `.${type}`).join(',');
  const input = h('input', {
    type: 'file',
    multiple: limit > 1,
    accept: accept || null,
    id: spot.inputId,
    'aria-label': labelOf(spot, 'Files'),
    'data-qa': 'file_input',
  });
  const list = h('ul', { class: 'file-input-list' });
  const node = h('div', { class: 'file-input' }, input, list);
  const files = () => ctx.state.begin(spot, { files: [] }).files;
  const show = () =>
    list.replaceChildren(
      ...files().map((file) =>
        h(
          'li',
          null,
          icon('file', 16),
          file.name,
          h(
            'button',
            {
              type: 'button',
              class: 'icon-button',
              'aria-label': `Remove ${file.name}`,
              onclick: () => set(files().filter((other) => other.id !== file.id)),
            },
            icon('close', 14),
          ),
        ),
      ),
    );
  const set = (next) => {
    ctx.state.set(spot, { files: next });
    show();
  };
  input.addEventListener('change', async () => {
    const room = limit - files().length;
    if (input.files.length > room) toast(`At most ${limit} files fit here; the others were left out.`, 'warning');
    for (const file of [...input.files].slice(0, room)) {
      const uploaded = await ctx.upload(file);
      if (uploaded) set([...files(), uploaded]);
    }
    input.value = '';
  });
  show();
  return node;
}
