// The `data_visualization` block: pie, bar, line and area charts drawn as SVG.
import { h, svg } from '../dom.js';
import { plainText } from './text_object.js';

const COLORS = 8;
const WIDTH = 460;
const HEIGHT = 230;
const PAD = { top: 12, right: 12, bottom: 34, left: 52 };

export function chart(block) {
  const { chart: spec = {} } = block;
  const title = block.title?.text ?? block.title ?? '';
  const drawn = spec.type === 'pie' ? pie(spec) : axes(spec);
  return h(
    'figure',
    { class: 'chart', 'data-chart': spec.type },
    h('figcaption', null, plainText(title)),
    svg(
      'svg',
      {
        viewBox: `0 0 ${drawn.width} ${drawn.height}`,
        role: 'img',
        'aria-label': `${title}: ${drawn.summary}`,
        class: `chart-${spec.type}`,
      },
      drawn.shapes,
    ),
    h('ul', { class: 'legend' }, drawn.legend),
  );
}

const format = (value) =>
  new Intl.NumberFormat('en-US', {
    maximumFractionDigits: 2,
    notation: Math.abs(value) >= 10_000 ? 'compact' : 'standard',
  }).format(value);

function legendItem(label, at, value) {
  return h(
    'li',
    null,
    h('span', { class: `swatch color-${at % COLORS}` }),
    h('span', null, label),
    value && h('span', { class: 'legend-value' }, value),
  );
}

function pie(spec) {
  const segments = (spec.segments ?? []).map((segment) => ({
    label: segment.label ?? segment.name ?? '',
    value: Math.max(0, Number(segment.value) || 0),
  }));
  const total = segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  const radius = 90;
  let angle = -Math.PI / 2;
  const shapes = segments.map((segment, at) => {
    const sweep = (segment.value / total) * Math.PI * 2;
    const path = wedge(100, 100, radius, angle, Math.min(sweep, Math.PI * 2 - 0.0001));
    angle += sweep;
    return svg(
      'path',
      { d: path, class: `slice color-${at % COLORS}` },
      tip(`${segment.label}: ${format(segment.value)}`),
    );
  });
  shapes.push(
    svg('circle', { cx: 100, cy: 100, r: 52, class: 'hole' }),
    svg('text', { x: 100, y: 106, class: 'total' }, format(total)),
  );
  const share = (value) => `${format(value)} · ${Math.round((value / total) * 100)}%`;
  return {
    width: 200,
    height: 200,
    shapes,
    legend: segments.map((segment, at) => legendItem(segment.label, at, share(segment.value))),
    summary: segments.map((segment) => `${segment.label} ${format(segment.value)}`).join(', '),
  };
}

function wedge(cx, cy, radius, from, sweep) {
  const point = (angle) =>
    `${(cx + radius * Math.cos(angle)).toFixed(2)} ${(cy + radius * Math.sin(angle)).toFixed(2)}`;
  return `M${cx} ${cy}L${point(from)}A${radius} ${radius} 0 ${sweep > Math.PI ? 1 : 0} 1 ${point(from + sweep)}Z`;
}

function tip(text) {
  return svg('title', null, text);
}

// Series come as `{name, data: [{label, value}]}` with the categories in `axis_config`.
function readSeries(spec) {
  const series = (spec.series ?? []).map((one) => ({
    name: one.name ?? one.label ?? '',
    points: (one.data ?? one.values ?? []).map((point) =>
      typeof point === 'object' ? { label: point.label, value: Number(point.value) } : { value: Number(point) },
    ),
  }));
  const named = spec.axis_config?.categories ?? spec.categories;
  const labels =
    named?.map((category) => category.label ?? category) ??
    series[0]?.points.map((point, at) => point.label ?? String(at + 1)) ??
    [];
  return { series, labels };
}

function axes(spec) {
  const { series, labels } = readSeries(spec);
  const values = series.flatMap((one) => one.points.map((point) => point.value)).filter(Number.isFinite);
  const scale = niceScale(Math.min(0, ...values), Math.max(0, ...values, 0.0001));
  const left = PAD.left + (spec.axis_config?.y_label ? 12 : 0);
  const bottom = HEIGHT - PAD.bottom - (spec.axis_config?.x_label ? 14 : 0);
  const y = (value) => bottom - ((value - scale.low) / (scale.high - scale.low)) * (bottom - PAD.top);
  const step = (WIDTH - left - PAD.right) / Math.max(1, labels.length);
  const x = (at) => left + step * (at + 0.5);
  const frame = { series, labels, x, y, step, bottom, left };
  const draw = spec.type === 'bar' ? bars : lines;
  return {
    width: WIDTH,
    height: HEIGHT,
    shapes: [grid(scale, frame), axisNames(spec, frame), draw(frame, spec.type === 'area')],
    legend: series.map((one, at) => legendItem(one.name, at)),
    summary: series
      .map(
        (one) =>
          `${one.name}: ${one.points.map((point, at) => `${labels[at] ?? ''} ${format(point.value)}`).join(', ')}`,
      )
      .join('; '),
  };
}

function niceScale(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const from = Math.floor(low / step) * step;
  const to = Math.ceil(high / step) * step;
  const ticks = [];
  for (let value = from; value <= to + step / 2; value += step) ticks.push(value);
  return { low: from, high: to, ticks };
}

function grid(scale, { labels, x, y, step, bottom, left }) {
  const rules = scale.ticks.map((value) => [
    svg('line', { x1: left, x2: WIDTH - PAD.right, y1: y(value), y2: y(value), class: value === 0 ? 'axis' : 'grid' }),
    svg('text', { x: left - 8, y: y(value) + 4, class: 'tick end' }, format(value)),
  ]);
  const every = Math.ceil(52 / step);
  const room = Math.floor((step * every) / 6.8);
  const names = labels.map(
    (label, at) =>
      at % every === 0 && svg('text', { x: x(at), y: bottom + 18, class: 'tick middle' }, shorten(String(label), room)),
  );
  return [rules, names];
}

const shorten = (text, room) => (text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text);

function axisNames(spec, { bottom }) {
  const { x_label: across, y_label: up } = spec.axis_config ?? {};
  const middle = (PAD.top + bottom) / 2;
  return [
    across && svg('text', { x: WIDTH / 2, y: HEIGHT - 6, class: 'axis-name middle' }, across.text ?? across),
    up &&
      svg(
        'text',
        { x: 12, y: middle, class: 'axis-name middle', transform: `rotate(-90 12 ${middle})` },
        up.text ?? up,
      ),
  ];
}

function bars({ series, labels, x, y, step }) {
  const width = Math.min(36, (step * 0.72) / Math.max(1, series.length));
  return series.map((one, at) =>
    one.points.map((point, index) => {
      const left = x(index) - (width * series.length) / 2 + width * at;
      const top = Math.min(y(0), y(point.value));
      return svg(
        'rect',
        {
          x: left + 1,
          y: top,
          width: Math.max(1, width - 2),
          height: Math.max(1, Math.abs(y(0) - y(point.value))),
          rx: 2,
          class: `bar color-${at % COLORS}`,
        },
        tip(`${one.name} · ${labels[index] ?? ''}: ${format(point.value)}`),
      );
    }),
  );
}

function lines({ series, labels, x, y }, filled) {
  return series.map((one, at) => {
    const points = one.points.map((point, index) => `${x(index).toFixed(1)} ${y(point.value).toFixed(1)}`);
    if (!points.length) return null;
    const area =
      filled &&
      svg('path', {
        d: `M${x(0)} ${y(0)}L${points.join('L')}L${x(points.length - 1)} ${y(0)}Z`,
        class: `area color-${at % COLORS}`,
      });
    const dots = one.points.map((point, index) =>
      svg(
        'circle',
        { cx: x(index), cy: y(point.value), r: 3.2, class: `dot color-${at % COLORS}` },
        tip(`${one.name} · ${labels[index] ?? ''}: ${format(point.value)}`),
      ),
    );
    return [area, svg('path', { d: `M${points.join('L')}`, class: `line color-${at % COLORS}` }), dots];
  });
}
