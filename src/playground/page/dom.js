// Builds DOM nodes. Everything the page shows goes through here as nodes and text, never as
// HTML source, so no message, however hostile, can become markup.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element: `h('button', {class: 'primary', onclick: save, 'data-qa': 'save'}, 'Save')`.
 * A property that is null, undefined or false is left out; `true` becomes an empty attribute.
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same as `h`, for SVG elements. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'value' && 'value' in node) node.value = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

/** Appends nodes, strings and nested lists of them; empty values are skipped. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.append(child);
  }
  return node;
}

/** Replaces everything inside `node`. */
export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** Joins class names, leaving out the falsy ones. */
export function classes(...names) {
  return names.filter(Boolean).join(' ');
}

/** A link that opens beside the page, or plain text when the address is not a web or mail address. */
export function link(url, ...children) {
  const label = children.flat().length ? children : [url];
  if (!safeUrl(url)) return h('span', null, label);
  const own = new URL(url, location.href).origin === location.origin;
  return h('a', { href: url, target: '_blank', rel: own ? 'noopener' : 'noopener noreferrer' }, label);
}

/** Whether a link may be followed: web, mail and telephone addresses, and paths of this server. */
export function safeUrl(url) {
  try {
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(new URL(url, location.href).protocol);
  } catch {
    return false;
  }
}

/** Calls `fn` once, after calls have stopped for `wait` milliseconds. */
export function debounce(fn, wait) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), wait);
  };
}

let lastId = 0;
/** A fresh element id, for labels that point at their inputs. */
export function uid(prefix = 'id') {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
