// The results of `./conet bench forward` as plots and as blocks of docs/BENCHMARKS.md.
import { count, duration } from './format.mjs';
import { latencyChart } from './latencies.mjs';
import { lineChart } from './lines.mjs';
import { rateChart } from './rates.mjs';

const HARNESS = 'direct';
const LINES = ['conet-gro', 'conet-xdp', 'c-gro', 'c-mmsg', 'kernel', 'kernel-gro'];
const RATIO_TO = ['c-gro', 'c-mmsg', 'kernel', 'kernel-gro', 'coturn', 'nginx'];
const OURS = 'conet-gro';
const LATENCIES = [
  ['', 'at half of the own lossless rate'],
  ['_at_80_percent', 'at 80 % of the own lossless rate'],
  ['_at_half_of_c_mmsg', 'at half of the lossless rate of c-mmsg'],
  ['_at_1000_per_s', 'at 1 000 cells a second'],
];

/** @returns {{plots: Map<string, string>, blocks: object}} by file name, and by name of the block */
export function forwardReport(rows) {
  const [{ model }] = rows;
  const shown = rows.filter((row) => row.model === model);
  const one = at(shown, 1, 1);
  const plots = new Map();
  const where = `model ${model}, cells of 1160 bytes, ${count(rows[0].routes)} routes, one core forwards`;
  if (one.length > 0) {
    plots.set('forward-rates.svg', ratesPlot(one, where));
    plots.set('forward-cpu.svg', cpuPlot(one, where));
    const latencies = latencyPlot(one);
    if (latencies) plots.set('forward-latency.svg', latencies);
  }
  const hops = linesOf(shown.filter((row) => row.sources === 1), 'hops');
  if (hops.length > 0) {
    plots.set('forward-hops.svg', lineChart({
      title: 'More next hops cut the trains into pieces',
      note: `cells a second with at most 1 % lost, 1 source; ${where}`,
      axis: 'next hops',
      lines: hops,
    }));
  }
  const sources = linesOf(shown.filter((row) => row.hops === 1), 'sources');
  if (sources.length > 0) {
    plots.set('forward-sources.svg', lineChart({
      title: 'More sources leave the kernel less to merge',
      note: `cells a second with at most 1 % lost, 1 next hop; ${where}`,
      axis: 'sources',
      lines: sources,
    }));
  }
  return {
    plots,
    blocks: {
      'forward-machine': machineOf(rows),
      'forward-plots': [...plots.keys()].map((name) => `![${ALT[name]}](plots/${name})`).join('\n\n'),
      'forward-ratios': ratioTable(rows),
      'forward-table': tables(rows),
    },
  };
}

const ALT = {
  'forward-rates.svg': 'Lossless rate by variant, peers beside ours',
  'forward-cpu.svg': 'Cells per second of processor time by variant',
  'forward-latency.svg': 'Latency percentiles under load by variant',
  'forward-hops.svg': 'Lossless rate by number of next hops',
  'forward-sources.svg': 'Lossless rate by number of sources',
};

const at = (rows, sources, hops) => rows.filter((row) => row.sources === sources && row.hops === hops);
const measured = (rows, key) => rows.filter((row) => row.variant !== HARNESS && row[key] > 0);

function ratesPlot(rows, where) {
  const headroom = rows.find((row) => row.variant === OURS)?.headroom_cells_per_s;
  return rateChart({
    title: 'Cells a second through one core',
    note: `highest rate with at most 1 % lost, 1 source, 1 next hop; ${where}`,
    bars: measured(rows, 'lossless_cells_per_s').map((row) => ({
      variant: row.variant,
      rate: row.lossless_cells_per_s,
      spread: row.spread,
      mark: row.generator_bound ? 'or more: generator-bound' : '',
    })),
    limit: headroom && { rate: headroom, words: 'what generator and sink could do' },
  });
}

function cpuPlot(rows, where) {
  return rateChart({
    title: 'Cells per second of processor time',
    note: `under overload, the kernel's receive thread included; ${where}`,
    bars: measured(rows, 'cells_per_cpu_s').map((row) => ({
      variant: row.variant,
      rate: row.cells_per_cpu_s,
    })),
  });
}

function latencyPlot(rows) {
  const groups = LATENCIES.map(([suffix, title]) => ({
    title,
    bars: measured(rows, `p50${suffix}_us`).map((row) => ({
      variant: row.variant,
      times: [row[`p50${suffix}_us`], row[`p99${suffix}_us`], row[`p999${suffix}_us`]],
    })),
  })).filter(({ bars }) => bars.length > 0);
  return groups.length === 0 ? null : latencyChart({ title: 'How long a cell takes, under load', groups });
}

function linesOf(rows, key) {
  return LINES
    .map((variant) => ({
      variant,
      points: measured(rows, 'lossless_cells_per_s')
        .filter((row) => row.variant === variant)
        .map((row) => [row[key], row.lossless_cells_per_s])
        .sort(([a], [b]) => a - b),
    }))
    .filter(({ points }) => points.length > 1);
}

function machineOf(rows) {
  const [{ machine, load_average: load, model, routes }] = rows;
  return [
    `Machine: ${machine}; load average ${load} when the run began.`,
    `Model \`${model}\`, ${count(routes)} routes, cells of 1160 bytes.`,
    'Figures are medians of the rounds that stand above each table; the spread is the middle half of the',
    'rounds, as a share of the median.',
  ].join('\n');
}

function points(rows) {
  const keys = rows.map((row) => JSON.stringify([row.model, row.sources, row.hops]));
  return [...new Set(keys)].map((key) => JSON.parse(key)).map(([model, sources, hops]) => ({
    name: `${sources} source${sources === 1 ? '' : 's'}, ${hops} next hop${hops === 1 ? '' : 's'}`
      + (model === rows[0].model ? '' : `, model ${model}`),
    rows: rows.filter((row) => row.model === model && row.sources === sources && row.hops === hops),
  }));
}

/** How many times the lossless rate of another ours is; and of one next hop. */
function ratioTable(rows) {
  const columns = RATIO_TO.filter((name) => rows.some((row) => row.variant === name));
  const best = points(rows)[0]?.rows.find((row) => row.variant === OURS);
  const lines = [
    `| \`${OURS}\` at | ${columns.map((name) => `× ${name}`).join(' | ')} | × first line |`,
    `|---|${'---:|'.repeat(columns.length + 1)}`,
  ];
  for (const { name, rows: here } of points(rows)) {
    const ours = here.find((row) => row.variant === OURS);
    if (!ours) continue;
    const ratios = columns.map((other) => ratio(ours, here.find((row) => row.variant === other)));
    lines.push(`| ${name} | ${ratios.join(' | ')} | ${ratio(ours, best)} |`);
  }
  const first = points(rows)[0]?.rows ?? [];
  const [ours, kernel] = [OURS, 'kernel-gro'].map((name) => first.find((row) => row.variant === name));
  if (ours?.cells_per_cpu_s && kernel?.cells_per_cpu_s) {
    const share = (ours.cells_per_cpu_s / kernel.cells_per_cpu_s).toFixed(2);
    lines.push('', `Per second of processor time, at the first line: ${share} × kernel-gro.`);
  }
  return lines.join('\n');
}

function ratio(ours, other) {
  if (!other?.lossless_cells_per_s) return '';
  const times = ours.lossless_cells_per_s / other.lossless_cells_per_s;
  return `${times >= 10 ? times.toFixed(0) : times.toFixed(2)}${other.generator_bound ? ' *' : ''}`;
}

function tables(rows) {
  const blocks = points(rows).map(({ name, rows: here }) => table(name, here));
  const notes = rows.filter((row, index) =>
    row.note && rows.findIndex((other) => other.variant === row.variant) === index);
  return [
    ...blocks,
    '\\* generator and sink could do no more: the forwarder\'s own limit is higher.',
    notes.map((row) => `- \`${row.variant}\`: ${row.note}.`).join('\n'),
  ].filter(Boolean).join('\n\n');
}

function table(name, rows) {
  const lines = [
    `**${name}**, ${rows[0].rounds} round${rows[0].rounds === 1 ? '' : 's'}`,
    '',
    '| variant | ≤ 1 % lost | spread | ≤ 0.1 % lost | overload | per CPU second | p50 / p99 at half'
      + ' | p99 at 80 % | p50 at 1 k/s | allocated |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
  ];
  for (const row of rows) {
    const cells = [
      `${row.variant}${row.generator_bound ? ' \\*' : ''}`,
      rate(row.lossless_cells_per_s), `${Math.round(row.spread * 100)} %`, rate(row.lossless_01_cells_per_s),
      rate(row.overload_cells_per_s), rate(row.cells_per_cpu_s), `${time(row.p50_us)} / ${time(row.p99_us)}`,
      time(row.p99_at_80_percent_us), time(row.p50_at_1000_per_s_us),
      row.variant.startsWith('conet-') ? `${row.bytes_allocated} B` : '',
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

const rate = (number) => (number > 0 ? count(number) : '-');
const time = (microseconds) => (microseconds > 0 ? duration(microseconds * 1e3) : '-');
