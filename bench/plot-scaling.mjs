// Draws the first table of docs/SCALING.md, which tests/Conet.Simulation keeps to what the model says.
//
//   node bench/plot-scaling.mjs            writes docs/plots/scaling-trains.svg
//   node bench/plot-scaling.mjs --check    writes nothing; exit code 1 if it is not what the table says
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lineChart } from './plot/lines.mjs';

const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs');
const plot = join(docs, 'plots', 'scaling-trains.svg');

const page = readFileSync(join(docs, 'SCALING.md'), 'utf8');
const table = page.slice(page.indexOf('| nodes | cells a message')).split('\n\n')[0];
const rows = table.split('\n').slice(2).map((row) =>
  row.split('|').slice(1, -1).map((cell) => Number(cell.replaceAll(' ', ''))));

const picture = lineChart({
  title: 'Cells a second of one core, by nodes of the network (model)',
  note: 'the core of an entry; cells come in full trains or singly, and go evenly to all other nodes',
  axis: 'nodes of the network',
  lines: [
    { variant: 'in full trains', colour: '#1f6fb8', points: rows.map((row) => [row[0], row[4]]) },
    { variant: 'singly', colour: '#d98f2b', points: rows.map(([nodes, , rate]) => [nodes, rate]) },
  ],
});

const isFresh = existsSync(plot) && readFileSync(plot, 'utf8') === picture;
if (!process.argv.includes('--check')) {
  writeFileSync(plot, picture);
} else if (!isFresh) {
  console.error('docs/plots/scaling-trains.svg is not what docs/SCALING.md says');
  process.exitCode = 1;
}
