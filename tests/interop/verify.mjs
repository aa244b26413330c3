#!/usr/bin/env node
// Checks tests/vectors with this implementation, deriving every value anew. Last line: `N passed, N failed`.

import { readFileSync } from 'node:fs';
import { verifyAddresses } from './verify/addresses.mjs';
import { verifyBodies } from './verify/bodies.mjs';
import { verifyCells } from './verify/cells.mjs';
import { verifyRefused } from './verify/refused.mjs';
import { verifyRoutes } from './verify/routes.mjs';

const files = {
  addresses: verifyAddresses,
  bodies: verifyBodies,
  cells: verifyCells,
  refused: verifyRefused,
  routes: verifyRoutes,
};

let passed = 0;
let failed = 0;

/** One vector: `prove` throws, or returns false, when it does not hold. */
function check(name, prove) {
  let problem;
  try {
    if (prove() === false) problem = 'does not hold';
  } catch (error) {
    problem = error.message;
  }
  if (problem === undefined) {
    passed++;
  } else {
    failed++;
    console.log(`FAIL  ${name}: ${problem}`);
  }
}

for (const [name, verify] of Object.entries(files)) {
  const before = passed;
  check(`${name}.json is there`, () => {
    const url = new URL(`../vectors/${name}.json`, import.meta.url);
    verify(JSON.parse(readFileSync(url, 'utf8')), (vector, prove) => check(`${name}: ${vector}`, prove));
  });
  console.log(`${name.padEnd(12)} ${passed - before} passed`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
