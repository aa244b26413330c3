// Turns the committed results into the plots and tables of docs/BENCHMARKS.md.
//
//   node bench/plot.mjs            writes docs/plots/*.svg and the marked blocks of docs/BENCHMARKS.md
//   node bench/plot.mjs --check    writes nothing; exit code 1 if they are not what the results say
//
// A block begins with `<!-- NAME:begin -->` and ends with `<!-- NAME:end -->`. No dependencies.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { barChart } from './plot/bars.mjs';
import { count, duration } from './plot/format.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'docs', 'BENCHMARKS.md');
const plots = join(root, 'docs', 'plots');
const isCheck = process.argv.includes('--check');

function readResults(name) {
  const path = join(root, 'bench', 'results', `${name}.jsonl`);
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
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

function groupsOf(rows, questions) {
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

const raw = readResults('wire');
const rows = raw.map(wireRow);
const files = new Map([
  [join(plots, 'wire-forwarding.svg'), barChart({
    title: 'What the engine costs per cell, without the kernel',
    groups: groupsOf(rows, ['parse', 'look-up', 'forward']),
  })],
  [join(plots, 'wire-sealing.svg'), barChart({
    title: 'What the ends of a path pay per cell',
    groups: groupsOf(rows, ['seal', 'open', 'sign', 'recover']),
  })],
]);

const blocks = { 'wire-machine': machineOf(raw), 'wire-table': table(rows) };
let text = readFileSync(page, 'utf8');
for (const [name, block] of Object.entries(blocks)) {
  const pattern = new RegExp(`(<!-- ${name}:begin -->\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
  if (!pattern.test(text)) throw new Error(`docs/BENCHMARKS.md has no block ${name}`);
  text = text.replace(pattern, (_, begin, end) => `${begin}${block}\n${end}`);
}
files.set(page, text);

let stale = 0;
mkdirSync(plots, { recursive: true });
for (const [path, content] of files) {
  if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
  stale++;
  if (isCheck) console.error(`${path.slice(root.length + 1)} is not what bench/results says`);
  else writeFileSync(path, content);
}
if (isCheck && stale > 0) process.exitCode = 1;
else if (!isCheck) console.error(`${stale} of ${files.size} files changed`);
