// How vectors are compared, and how their seeded bytes are drawn (tests/vectors/README.md).

import { createHash } from 'node:crypto';
import { ascii, concat, toHex, u32 } from '../lib/bytes.mjs';

export const hexOrNull = (bytes) => (bytes === undefined ? null : toHex(bytes));

export function equal(name, actual, expected) {
  if (actual !== expected) throw new Error(`${name} is ${short(actual)}, not ${short(expected)}`);
}

const short = (value) => {
  const text = String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

/** Every expected field, by its name in the file, against bytes (compared as hex) or plain values. */
export function equalFields(vector, actual) {
  for (const [name, value] of Object.entries(actual)) {
    const shown = value instanceof Uint8Array || value === undefined ? hexOrNull(value) : value;
    equal(name, shown, vector[name]);
  }
}

export function draw(seed, label, size) {
  const blocks = [];
  for (let i = 0; i < Math.ceil(size / 32); i++) {
    const input = concat(ascii('conet/vector/1'), u32(seed), ascii(label), u32(i));
    blocks.push(createHash('sha256').update(input).digest());
  }
  return concat(...blocks).subarray(0, size);
}
