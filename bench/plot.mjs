// Turns the committed results into the plots and tables of docs/BENCHMARKS.md.
//
//   ./conet bench report               writes docs/plots/*.svg and the marked blocks of docs/BENCHMARKS.md
//   ./conet bench report --check       writes nothing; exit code 1 if they are not what the results say
//   ./conet bench report --root FOLDER the same in another folder, which has bench/results/ and docs/
//
// A block begins with `<!-- NAME:begin -->` and ends with `<!-- NAME:end -->`. No dependencies.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forwardReport } from './plot/forward.mjs';
import { routingReport } from './plot/routing.mjs';
import { wireReport } from './plot/wire.mjs';

const REPORTS = { wire: wireReport, forward: forwardReport, routing: routingReport };

const rootAt = process.argv.indexOf('--root');
const root = rootAt > 0 ? process.argv[rootAt + 1] : join(dirname(fileURLToPath(import.meta.url)), '..');
const page = join(root, 'docs', 'BENCHMARKS.md');
const plots = join(root, 'docs', 'plots');
const isCheck = process.argv.includes('--check');

/** The rows of one benchmark; none if it was not measured yet. */
function readResults(name) {
  const path = join(root, 'bench', 'results', `${name}.jsonl`);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

let text = readFileSync(page, 'utf8');
const files = new Map();
for (const [name, report] of Object.entries(REPORTS)) {
  const rows = readResults(name);
  if (rows.length === 0) continue;
  const { plots: pictures, blocks } = report(rows);
  for (const [file, picture] of pictures) files.set(join(plots, file), picture);
  for (const [block, content] of Object.entries(blocks)) {
    const pattern = new RegExp(`(<!-- ${block}:begin -->\n)[\\s\\S]*?(<!-- ${block}:end -->)`);
    if (!pattern.test(text)) throw new Error(`docs/BENCHMARKS.md has no block ${block}`);
    text = text.replace(pattern, (_, begin, end) => `${begin}${content}\n${end}`);
  }
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
