// Files under a message: pictures are shown, everything else is a card to open or download.
import { fileUrl } from './api.js';
import { h } from './dom.js';
import { icon } from './icons.js';
import { openDialog } from './dialog.js';

const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/svg+xml'];

export function fileList(files) {
  if (!files?.length) return null;
  return h(
    'div',
    { class: 'files' },
    files.map((file) => (PICTURES.includes(file.mimetype) ? picture(file) : card(file))),
  );
}

function picture(file) {
  const alt = file.alt_txt || file.title || file.name;
  const open = () =>
    openDialog({
      title: file.title || file.name,
      body: h('img', { class: 'full-picture', src: fileUrl(file.id), alt }),
      footer: download(file),
      wide: true,
      qa: 'picture',
    });
  return h(
    'figure',
    { class: 'file-picture', 'data-qa': 'file' },
    h('figcaption', null, file.title || file.name),
    h(
      'button',
      { type: 'button', 'aria-label': `Open ${file.name}`, onclick: open },
      h('img', { src: fileUrl(file.id), alt, loading: 'lazy' }),
    ),
  );
}

function card(file) {
  return h(
    'div',
    { class: 'file-card', 'data-qa': 'file' },
    h('span', { class: `file-kind ${kind(file)}` }, icon('file', 22)),
    h(
      'span',
      { class: 'file-text' },
      // What a browser shows by itself is opened beside the playground.
      file.mimetype === 'application/pdf'
        ? h('a', { class: 'file-name', href: fileUrl(file.id), target: '_blank', rel: 'noopener' }, file.title || file.name)
        : h('span', { class: 'file-name' }, file.title || file.name),
      h('span', { class: 'file-meta' }, `${extension(file)} · ${size(file.size)}`),
    ),
    download(file),
  );
}

function download(file) {
  return h(
    'a',
    {
      class: 'icon-button',
      href: fileUrl(file.id),
      download: file.name,
      'aria-label': `Download ${file.name}`,
      title: 'Download',
    },
    icon('download'),
  );
}

function extension(file) {
  const dot = file.name.lastIndexOf('.');
  return dot > 0 ? file.name.slice(dot + 1).toUpperCase() : 'File';
}

function kind(file) {
  return { PDF: 'red', CSV: 'green', XLSX: 'green', DOCX: 'blue', PPTX: 'orange' }[extension(file)] ?? 'grey';
}

/** `812 bytes`, `3.4 MB`. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}
