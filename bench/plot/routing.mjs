// The results of `./conet bench routing` as plots and as blocks of docs/BENCHMARKS.md.
import { count, duration } from './format.mjs';
import { lineChart } from './lines.mjs';

const STRUCTURES = [
  { key: 'trie batched', words: 'trie, batched', colour: '#1f6fb8' },
  { key: 'c-ref batched', words: 'c-ref, batched', colour: '#a4adb3' },
  { key: 'trie single', words: 'trie, single', colour: '#7cb3e0' },
  { key: 'flat batched', words: 'flat, batched', colour: '#12a594' },
  { key: 'dictionary single', words: 'Dictionary', colour: '#d98f2b' },
  { key: 'frozen single', words: 'FrozenDictionary', colour: '#b07aa8' },
];

const WORK = [
  { mode: 'update', words: 'changes', colour: '#1f6fb8' },
  { mode: 'load', words: 'trie at once', colour: '#5b6770' },
  { mode: 'snapshot', words: 'own snapshot', colour: '#12a594' },
  { mode: 'chain', words: 'events', colour: '#d98f2b' },
  { mode: 'proof', words: 'stranger\'s', colour: '#b07aa8' },
];

const LOADS = {
  hits: 'every address has a route',
  prefix: '1 % of the addresses lie under a prefix of 32 bits alone',
  crowd: 'a million addresses share their first 40 bits',
};

/** @returns {{plots: Map<string, string>, blocks: object}} by file name, and by name of the block */
export function routingReport(rows) {
  const lookUps = rows.filter((row) => row.load);
  const work = rows.filter((row) => !row.load);
  return {
    plots: new Map([
      ['routing-lookups.svg', lineChart({
        title: 'Look-ups a second on one core, as the table grows',
        note: 'random addresses that have a route; both scales logarithmic',
        axis: 'routes',
        format: count,
        lines: linesOf(lookUps.filter((row) => row.load === 'hits')),
      })],
      ['routing-growth.svg', lineChart({
        title: 'What else a table costs as it grows',
        note: '100 000 changes while another thread looks up; a start from nothing',
        axis: 'routes',
        format: (seconds) => duration(seconds * 1e9),
        lines: workLinesOf(work),
      })],
    ]),
    blocks: {
      'routing-machine': machineOf(rows),
      'routing-ratios': ratios(lookUps),
      'routing-table': tables(lookUps),
      'routing-growth': growth(work),
    },
  };
}

const keyOf = (row) => `${row.structure} ${row.mode}`;

function linesOf(rows) {
  return STRUCTURES.map(({ key, words, colour }) => ({
    variant: words,
    colour,
    points: rows.filter((row) => keyOf(row) === key).map((row) => [row.routes, row.lookups_per_s]),
    isBroad: key.startsWith('c-ref'),
  })).filter(({ points }) => points.length > 0);
}

function workLinesOf(rows) {
  return WORK.map(({ mode, words, colour }) => ({
    variant: words,
    colour,
    points: rows.filter((row) => row.mode === mode).map((row) => [row.routes, row.seconds]),
  })).filter(({ points }) => points.length > 0);
}

const sizesOf = (rows) => [...new Set(rows.map((row) => row.routes))].sort((a, b) => a - b);

function ratios(rows) {
  const lines = [
    '| routes | load | batched, of c-ref | batched, of Dictionary | B a route, read | B a route, all |',
    '|---:|---|---:|---:|---:|---:|',
  ];
  for (const routes of sizesOf(rows)) {
    for (const load of Object.keys(LOADS)) {
      const here = rows.filter((row) => row.routes === routes && row.load === load);
      const of = (key) => here.find((row) => keyOf(row) === key);
      const trie = of('trie batched');
      if (!trie) continue;
      const ratio = (other, digits) => (
        other ? (trie.lookups_per_s / other.lookups_per_s).toFixed(digits) : '');
      lines.push(
        `| ${count(routes)} | ${load} | ${ratio(of('c-ref batched'), 2)}`
        + ` | ${ratio(of('dictionary single'), 1)} | ${trie.bytes_per_route.toFixed(1)}`
        + ` | ${trie.bytes_per_route_in_all.toFixed(1)} |`);
    }
  }
  return lines.join('\n');
}

function tables(rows) {
  const parts = [];
  for (const [load, words] of Object.entries(LOADS)) {
    const of = rows.filter((row) => row.load === load);
    const sizes = sizesOf(of);
    if (sizes.length === 0) continue;
    parts.push(
      `**${load}**: ${words}; look-ups a second, ± half of the distance of the quartiles`, '',
      `| structure | ${sizes.map((size) => count(size)).join(' | ')} |`,
      `|---|${sizes.map(() => '---:|').join('')}`);
    for (const key of [...new Set(of.map(keyOf))]) {
      const cells = sizes.map((size) => {
        const row = of.find((one) => one.routes === size && keyOf(one) === key);
        return row ? `${count(row.lookups_per_s)} ± ${Math.round(50 * row.spread)} %` : '';
      });
      parts.push(`| ${key.replace(' ', ', ')} | ${cells.join(' | ')} |`);
    }
    parts.push('');
  }
  return parts.join('\n').trimEnd();
}

function growth(rows) {
  const lines = [
    '| what | routes | time | longest | a second | look-ups a second meanwhile |',
    '|---|---:|---:|---:|---:|---:|',
  ];
  for (const { mode, words } of WORK) {
    for (const row of rows.filter((one) => one.mode === mode)) {
      const meanwhile = row.lookups_per_s_meanwhile ? count(row.lookups_per_s_meanwhile) : '';
      lines.push(
        `| ${words} | ${count(row.routes)} | ${duration(row.seconds * 1e9)}`
        + ` | ${duration(row.seconds_max * 1e9)} | ${count(row.items_per_s)} | ${meanwhile} |`);
    }
  }
  return lines.join('\n');
}

function machineOf(rows) {
  const [{ machine, load_average: load, rounds }] = rows;
  return `Machine: ${machine}; load average ${load} when the run began; medians of ${rounds} rounds.`;
}
