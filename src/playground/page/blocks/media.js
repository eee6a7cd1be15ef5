// Pictures, videos and files inside blocks. Pictures come from this server only: the page makes
// no request elsewhere, so a picture of another host is shown as a link to it.
import { fileUrl } from '../api.js';
import { h, link } from '../dom.js';
import { icon } from '../icons.js';
import { plainText } from './text_object.js';

/** A picture by `image_url` or `slack_file`, or a link to it when it lies elsewhere. */
export function image(source, className = '') {
  const url = source.slack_file?.id
    ? fileUrl(source.slack_file.id)
    : (source.image_url ?? source.slack_file?.url ?? '');
  const alt = source.alt_text ?? '';
  if (!isLocal(url))
    return h(
      'span',
      { class: 'image-elsewhere', title: alt },
      icon('eye', 16),
      url ? link(url, alt || 'Picture') : alt,
    );
  const node = h('img', { src: url, alt, class: className, loading: 'lazy' });
  node.addEventListener('error', () =>
    node.replaceWith(
      h('span', { class: 'image-elsewhere' }, icon('eye', 16), alt || 'This picture could not be loaded.'),
    ),
  );
  return node;
}

function isLocal(url) {
  if (!url) return false;
  try {
    const parsed = new URL(url, location.href);
    return parsed.origin === location.origin || /^data:image\/(png|jpeg|gif|webp);/.test(url);
  } catch {
    return false;
  }
}

export function imageBlock(block) {
  return h(
    'figure',
    { class: 'image-block' },
    block.title && h('figcaption', null, plainText(block.title.text ?? block.title)),
    image(block, 'picture'),
  );
}

export function imageElement(spot) {
  return image(spot.element, 'picture');
}

export function video(block) {
  const title = plainText(block.title?.text);
  return h(
    'div',
    { class: 'video-card' },
    h('span', { class: 'video-play' }, icon('play', 20)),
    h(
      'div',
      null,
      h('div', { class: 'card-title' }, link(block.title_url ?? block.video_url, title)),
      (block.author_name || block.provider_name) &&
        h('div', { class: 'card-subtitle' }, [block.provider_name, block.author_name].filter(Boolean).join(' · ')),
      block.description && h('div', null, plainText(block.description.text)),
    ),
  );
}

export function fileBlock(block) {
  return h(
    'div',
    { class: 'file-card' },
    icon('file', 24),
    h('span', { class: 'file-name' }, block.external_id ?? 'A file from another system'),
  );
}
