// The results of `./conet bench wire` as plots and as blocks of docs/BENCHMARKS.md.
import { barChart } from './bars.mjs';
import { count, duration } from './format.mjs';

/** @returns {{plots: Map<string, string>, blocks: object}} by file name, and by name of the block */
export function wireReport(raw) {
  const rows = raw.map(wireRow);
  return {
    plots: new Map([
      ['wire-forwarding.svg', barChart({
        title: 'What the engine costs per cell, without the kernel',
        groups: groupsOf(raw, rows, ['parse', 'look-up', 'forward']),
      })],
      ['wire-sealing.svg', barChart({
        title: 'What the ends of a path pay per cell',
        groups: groupsOf(raw, rows, ['seal', 'open', 'sign', 'recover']),
      })],
    ]),
    blocks: { 'wire-machine': machineOf(raw), 'wire-table': table(rows) },
  };
}

// What is counted stands in the key: ns_per_cell, ns_per_lookup, ...
const itemOf = (row) => Object.keys(row).find((key) => key.startsWith('ns_per_')).slice('ns_per_'.length);

function wireRow(row) {
  const item = itemOf(row);
  return {
    question: row.benchmark,
    label: row.vector_bits === 0 ? `${row.case} (no vectors)` : row.case,
    item,
    nanoseconds: row[`ns_per_${item}`],
    error: row.error_ns,
    ratio: row.ratio,
    bytes: row[`bytes_allocated_per_${item}`],
    kind: row.vector_bits === 0 ? 'scalar' : row.baseline ? 'baseline' : 'plain',
  };
}

function groupsOf(raw, rows, questions) {
  return questions.map((question) => {
    const bars = rows.filter((row) => row.question === question);
    const routes = raw.find((row) => row.benchmark === question)?.routes;
    const size = routes ? `, ${count(routes)} routes` : '';
    return { title: `${question}${size}`, note: `time per ${bars[0].item}`, bars };
  });
}

function table(rows) {
  const lines = [
    '| question | case | mean | ± | ratio | a second | allocated |',
    '|---|---|---:|---:|---:|---:|---:|',
  ];
  let last = '';
  for (const row of rows) {
    const ratio = row.ratio === undefined ? '' : row.ratio.toFixed(2);
    const question = row.question === last ? '' : row.question;
    const cells = [
      question, row.label, duration(row.nanoseconds), duration(row.error), ratio,
      count(1e9 / row.nanoseconds), `${+row.bytes.toFixed(2)} B`,
    ];
    lines.push(`| ${cells.join(' | ')} |`);
    last = row.question;
  }
  return lines.join('\n');
}

function machineOf(rows) {
  const [{ machine, load_average: load, quick }] = rows;
  const rounds = [...new Set(rows.map((row) => row.rounds))].sort((a, b) => a - b);
  return [
    `Machine: ${machine}; load average ${load} when the run began;`,
    `${rounds[0]} to ${rounds.at(-1)} rounds a case${quick ? ' (`--quick`)' : ''}.`,
    '± is half of the 99.9 % confidence interval of the mean.',
    'A question\'s ratio is to its base line, the bold case of the plots.',
  ].join('\n');
}
