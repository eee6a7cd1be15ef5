// Select menus, single and multiple, over options of the block, of Penny, or of the workspace.
import { avatar } from '../avatar.js';
import { h, replace } from '../dom.js';
import { icon } from '../icons.js';
import { openPopover, placePopover } from '../popover.js';
import { fire, labelOf } from './spot.js';
import { plainText } from './text_object.js';

// How each kind stores its choice, and where its options come from.
const KINDS = {
  static_select: ['selected_option', 'initial_option', staticOptions],
  multi_static_select: ['selected_options', 'initial_options', staticOptions],
  external_select: ['selected_option', 'initial_option', externalOptions],
  multi_external_select: ['selected_options', 'initial_options', externalOptions],
  users_select: ['selected_user', 'initial_user', people],
  multi_users_select: ['selected_users', 'initial_users', people],
  channels_select: ['selected_channel', 'initial_channel', channels],
  multi_channels_select: ['selected_channels', 'initial_channels', channels],
  conversations_select: ['selected_conversation', 'initial_conversation', conversations],
  multi_conversations_select: ['selected_conversations', 'initial_conversations', conversations],
};

export function select(spot, ctx) {
  const { element } = spot;
  const [field, initialField, source] = KINDS[element.type];
  const multiple = element.type.startsWith('multi_');
  const byId = !field.includes('option');
  const initial = element[initialField] ?? defaultConversation(element, ctx) ?? (multiple ? [] : null);
  const read = () => [ctx.state.begin(spot, { [field]: initial })[field]].flat().filter(Boolean);
  const optionOf = (chosen) => (byId ? optionById(chosen, ctx) : chosen);
  const face = h('button', {
    type: 'button',
    class: 'select-face',
    id: spot.inputId,
    role: 'combobox',
    'aria-haspopup': 'listbox',
    'aria-expanded': 'false',
    'aria-label': labelOf(spot, 'Select an item'),
    'data-qa': 'select',
  });
  const show = () =>
    replace(
      face,
      faceContent(read().map(optionOf), multiple, element, (gone) =>
        change(read().filter((chosen) => keyOf(chosen) !== gone)),
      ),
      icon('chevron', 16),
    );

  async function change(list) {
    const before = read();
    const pack = (chosen) => ({ [field]: multiple ? chosen : (chosen[0] ?? null) });
    ctx.state.set(spot, pack(list));
    show();
    if (await fire(spot, ctx, pack(list))) return;
    ctx.state.set(spot, pack(before));
    show();
  }

  face.addEventListener('click', () =>
    openList(face, {
      multiple,
      limit: element.max_selected_items ?? 100,
      chosen: () => new Set(read().map(keyOf)),
      load: (query) => source(spot, ctx, query),
      toggle: (option) => {
        const value = byId ? option.value : (option.plain ?? option);
        const has = read().some((chosen) => keyOf(chosen) === option.value);
        if (!multiple) return change([value]);
        return change(has ? read().filter((chosen) => keyOf(chosen) !== option.value) : [...read(), value]);
      },
    }),
  );
  show();
  return h('div', { class: `select ${multiple ? 'multiple' : ''}` }, face);
}

const keyOf = (chosen) => (typeof chosen === 'string' ? chosen : chosen.value);

function defaultConversation(element, ctx) {
  if (!element.default_to_current_conversation || !ctx.channel) return null;
  return element.type.startsWith('multi_') ? [ctx.channel] : ctx.channel;
}

function faceContent(options, multiple, element, remove) {
  if (!options.length) return h('span', { class: 'select-placeholder' }, element.placeholder?.text ?? 'Select an item');
  if (!multiple) return h('span', { class: 'select-value' }, options[0].node, plainText(options[0].text?.text));
  return h(
    'span',
    { class: 'select-chips' },
    options.map((option) => {
      const drop = (event) => {
        event.stopPropagation();
        remove(option.value);
      };
      return h(
        'span',
        { class: 'chip' },
        option.node,
        plainText(option.text?.text),
        h(
          'span',
          { class: 'chip-remove', role: 'button', 'aria-label': `Remove ${option.text?.text}`, onclick: drop },
          icon('close', 12),
        ),
      );
    }),
  );
}

function openList(face, { multiple, limit, chosen, load, toggle }) {
  const search = h('input', {
    class: 'text-input list-search',
    type: 'text',
    placeholder: 'Search',
    autocomplete: 'off',
    'aria-label': 'Search the options',
    'data-qa': 'select-search',
  });
  const list = h('div', { class: 'listbox', role: 'listbox', 'aria-multiselectable': multiple ? 'true' : null });
  let asked = 0;
  const pick = async (option) => {
    const full = multiple && !chosen().has(option.value) && chosen().size >= limit;
    if (full) return;
    if (!multiple) close();
    await toggle(option);
    if (multiple) draw();
  };
  async function draw() {
    asked += 1;
    const mine = asked;
    const groups = await load(search.value.trim());
    if (mine !== asked) return;
    const picked = chosen();
    const rows = groups.flatMap((group) => [
      group.label && h('div', { class: 'menu-heading' }, group.label),
      ...group.options.map((option) => optionRow(option, picked.has(option.value), pick)),
    ]);
    replace(
      list,
      rows.some(Boolean)
        ? rows
        : h('div', { class: 'list-empty' }, search.value ? 'Nothing matches.' : 'Nothing to choose from.'),
    );
    activate(list, list.querySelector('[aria-selected=true]') ?? list.querySelector('[role=option]'));
    placePopover();
  }
  search.addEventListener('input', draw);
  search.addEventListener('keydown', (event) => keys(event, list));
  face.setAttribute('aria-expanded', 'true');
  const close = openPopover(face, [search, list], {
    className: 'select-popover',
    onclose: () => face.setAttribute('aria-expanded', 'false'),
  });
  draw();
}

function optionRow(option, selected, pick) {
  return h(
    'div',
    {
      class: 'option',
      role: 'option',
      'aria-selected': selected ? 'true' : 'false',
      'data-value': option.value,
      'data-qa': 'option',
      onclick: () => pick(option),
    },
    option.node,
    h(
      'span',
      { class: 'option-text' },
      plainText(option.text?.text),
      option.description && h('span', { class: 'option-description' }, plainText(option.description.text)),
    ),
    selected && icon('check', 16),
  );
}

function activate(list, row) {
  for (const other of list.querySelectorAll('.active')) other.classList.remove('active');
  row?.classList.add('active');
  row?.scrollIntoView({ block: 'nearest' });
}

function keys(event, list) {
  const rows = [...list.querySelectorAll('[role=option]')];
  const at = rows.findIndex((row) => row.classList.contains('active'));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && rows.length) {
    event.preventDefault();
    activate(list, rows[(at + step + rows.length) % rows.length]);
  } else if (event.key === 'Enter') {
    event.preventDefault();
    rows[at]?.click();
  }
}

const matches = (text, query) => text.toLowerCase().includes(query.toLowerCase());

function staticOptions({ element }, _ctx, query) {
  const keep = (options) => (options ?? []).filter((option) => matches(option.text?.text ?? '', query));
  if (!element.option_groups) return [{ options: keep(element.options) }];
  return element.option_groups
    .map((group) => ({ label: group.label?.text, options: keep(group.options) }))
    .filter((group) => group.options.length);
}

async function externalOptions(spot, ctx, query) {
  if (query.length < (spot.element.min_query_length ?? 3)) return [{ options: [] }];
  const answer = await ctx.options(spot.blockId, spot.element.action_id, query);
  if (answer?.option_groups)
    return answer.option_groups.map((group) => ({ label: group.label?.text, options: group.options }));
  return [{ options: answer?.options ?? [] }];
}

function people(_spot, ctx, query) {
  return [
    {
      options: ctx.directory
        .people()
        .filter((person) => matches(`${person.real_name} ${person.name}`, query))
        .map((person) => personOption(person)),
    },
  ];
}

function channels(_spot, ctx, query) {
  return [
    {
      options: ctx.directory
        .channels()
        .filter((channel) => matches(channel.name, query))
        .map(channelOption),
    },
  ];
}

function conversations(spot, ctx, query) {
  const include = spot.element.filter?.include ?? ['public', 'private', 'im', 'mpim'];
  const options = ctx.directory
    .conversations()
    .filter((channel) => include.includes(channel.kind) && matches(ctx.directory.conversationName(channel), query))
    .map((channel) => ({ value: channel.id, text: { text: ctx.directory.conversationName(channel) } }));
  return [{ options }];
}

function personOption(person) {
  return {
    value: person.id,
    text: { text: person.display_name || person.real_name || person.name },
    node: avatar(person, 'tiny'),
  };
}

function channelOption(channel) {
  return { value: channel.id, text: { text: `#${channel.name}` } };
}

function optionById(id, ctx) {
  const person = ctx.directory.person(id);
  if (person) return personOption(person);
  const channel = ctx.directory.channel(id);
  return { value: id, text: { text: channel ? ctx.directory.conversationName(channel) : id } };
}
