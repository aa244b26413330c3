// Adds up the areas of a test run: usage `node tests/report.mjs RESULTS [--each]`.
//
// RESULTS/areas.tsv holds one area a line: name, kind, seconds, exit code, result file, log. Kinds:
//   trx    a .NET test run; the result file is what the trx logger wrote. No file: the run died, one failure.
//   lines  a command whose output has a line `N passed, N failed[, N skipped]`. No line: one failure.
//   exit   only the exit code counts; it is a failure when not 0 and otherwise nothing.
// An exit code other than 0 without a counted failure is a failure too, so that a crash is never lost.
// With --each every single test is printed in a line of its own.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LOG_TAIL_LINES = 25;
const MESSAGE_LINES = 12;
const [results, ...options] = process.argv.slice(2);
const each = options.includes('--each');

const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescape(text) {
  return text
    .replace(/&#x([0-9A-Fa-f]+);/g, (_, digits) => String.fromCodePoint(parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => entities[name]);
}

function attribute(tag, name) {
  const match = tag.match(new RegExp(`\\s${name}="([^"]*)"`));
  return match ? unescape(match[1]) : '';
}

function element(text, name) {
  const match = text.match(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`));
  return match ? unescape(match[1]).trim() : '';
}

function readTrx(text) {
  const tests = [];
  const pattern = /<UnitTestResult\b([^>]*?)(\/>|>([\s\S]*?)<\/UnitTestResult>)/g;
  for (const [, tag, , inner = ''] of text.matchAll(pattern)) {
    const outcome = attribute(` ${tag}`, 'outcome');
    const state = outcome === 'Passed' ? 'passed' : outcome === 'NotExecuted' ? 'skipped' : 'failed';
    const message = element(inner, 'Message') || element(inner, 'StdOut');
    const name = attribute(` ${tag}`, 'testName');
    const counted = element(inner, 'StdOut').split('\n').filter((line) => line.startsWith('vectors: '));
    tests.push({ name, state, message, trace: element(inner, 'StackTrace'), counted });
  }
  const aborted = [...text.matchAll(/<RunInfo\b[^>]*outcome="Error"[^>]*>([\s\S]*?)<\/RunInfo>/g)]
    .map(([, inner]) => element(inner, 'Text'))
    .filter((line) => /abort|crash/i.test(line));
  return { tests, aborted };
}

function tail(log) {
  if (!existsSync(log)) return '(no log)';
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  return lines.map((line) => `    ${line}`).join('\n');
}

function countArea(area) {
  const counts = { passed: 0, failed: 0, skipped: 0, tests: [], trouble: '' };
  if (area.kind === 'trx') {
    if (!existsSync(area.result)) {
      counts.trouble = 'the test run died before it wrote its results';
    } else {
      const { tests, aborted } = readTrx(readFileSync(area.result, 'utf8'));
      counts.tests = tests;
      for (const test of tests) counts[test.state]++;
      if (aborted.length > 0) counts.trouble = aborted[0].split('\n')[0];
      else if (tests.length === 0) counts.trouble = 'no test was found';
    }
  } else if (area.kind === 'lines') {
    const lines = existsSync(area.log) ? readFileSync(area.log, 'utf8') : '';
    const found = [...lines.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/gm)].at(-1);
    if (!found) counts.trouble = 'it printed no count';
    else [counts.passed, counts.failed, counts.skipped] = found.slice(1).map((digits) => Number(digits ?? 0));
    for (const [, name, message] of lines.matchAll(/^skipped: (.+?): (.+)$/gm)) {
      counts.tests.push({ name, state: 'skipped', message });
    }
  }
  if (area.code !== 0 && counts.failed === 0 && !counts.trouble) counts.trouble = `exit code ${area.code}`;
  if (counts.trouble) counts.failed++;
  return counts;
}

const areas = readFileSync(join(results, 'areas.tsv'), 'utf8').split('\n').filter(Boolean).map((line) => {
  const [name, kind, seconds, code, result, log] = line.split('\t');
  const area = { name, kind, seconds: Number(seconds), code: Number(code), result, log };
  return { ...area, counts: countArea(area) };
});

for (const { name, kind, code, log, counts } of areas) {
  if (each) {
    if (kind === 'exit' && code === 0) console.log(`ok    ${name}`);
    for (const test of counts.tests) if (test.state === 'passed') console.log(`ok    ${test.name}`);
  }
  for (const test of counts.tests) {
    if (test.state !== 'failed') continue;
    console.log(`FAIL  ${test.name}`);
    const lines = `${test.message}\n${each ? '' : test.trace}`.trimEnd().split('\n').slice(0, MESSAGE_LINES);
    for (const line of lines) console.log(`        ${line}`);
  }
  if (counts.trouble || (kind === 'lines' && counts.failed > 0)) {
    console.log(`FAIL  ${name}${counts.trouble ? `: ${counts.trouble}` : ''}; the end of its log:`);
    console.log(tail(log));
  }
}

const skipped = areas.flatMap(({ name, counts }) =>
  counts.tests.filter((test) => test.state === 'skipped').map((test) => ({ area: name, ...test })));
if (skipped.length > 0) {
  console.log('\nskipped:');
  for (const { area, name, message } of skipped) {
    console.log(`  ${area}: ${name}: ${(message || 'no reason given').split('\n')[0]}`);
  }
}

// What a test says about outside data begins with `vectors: `.
const counted = areas.flatMap(({ counts }) => counts.tests.flatMap((test) => test.counted ?? []));
if (counted.length > 0) {
  console.log('\nvectors:');
  for (const line of [...new Set(counted)].sort()) console.log(`  ${line.slice('vectors: '.length)}`);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const row = (name, columns) =>
  console.log(`${name.padEnd(36)} ${columns.map((cell) => String(cell).padStart(7)).join(' ')}`);
console.log('');
row('area', ['seconds', 'passed', 'failed', 'skipped']);
for (const { name, kind, seconds, counts } of areas) {
  for (const key of Object.keys(total)) total[key] += counts[key];
  const counted = kind !== 'exit' || counts.failed > 0;
  row(name, [seconds, ...(counted ? [counts.passed, counts.failed, counts.skipped] : ['', '', ''])]);
}
const seconds = areas.reduce((sum, area) => sum + area.seconds, 0);
row('all', [seconds, total.passed, total.failed, total.skipped]);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
