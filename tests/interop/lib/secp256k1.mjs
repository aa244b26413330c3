// secp256k1 with BigInt: RFC 6979 signatures with low s, and recovery. Not in constant time: for tests only.

import { createHmac } from 'node:crypto';
import { concat, toInt, word } from './bytes.mjs';

const p = 2n ** 256n - 2n ** 32n - 977n;
export const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const generator = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  z: 1n,
};
const infinity = { x: 0n, y: 1n, z: 0n };

const mod = (value, modulus) => ((value % modulus) + modulus) % modulus;

function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = mod(base, modulus); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const invert = (value, modulus) => power(value, modulus - 2n, modulus);

// Jacobian coordinates: x = X / Z^2, y = Y / Z^3.
function double({ x, y, z }) {
  if (z === 0n || y === 0n) return infinity;
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const m = (3n * x * x) % p;
  const outX = mod(m * m - 2n * s, p);
  return { x: outX, y: mod(m * (s - outX) - 8n * yy * yy, p), z: (2n * y * z) % p };
}

function add(a, b) {
  if (a.z === 0n) return b;
  if (b.z === 0n) return a;
  const [azz, bzz] = [(a.z * a.z) % p, (b.z * b.z) % p];
  const [u1, u2] = [(a.x * bzz) % p, (b.x * azz) % p];
  const [s1, s2] = [(a.y * bzz * b.z) % p, (b.y * azz * a.z) % p];
  if (u1 === u2) return s1 === s2 ? double(a) : infinity;
  const [h, r] = [mod(u2 - u1, p), mod(s2 - s1, p)];
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x = mod(r * r - hhh - 2n * v, p);
  return { x, y: mod(r * (v - x) - s1 * hhh, p), z: (h * a.z * b.z) % p };
}

function multiply(point, scalar) {
  let result = infinity;
  for (let addend = point; scalar > 0n; scalar >>= 1n) {
    if (scalar & 1n) result = add(result, addend);
    addend = double(addend);
  }
  return result;
}

function affine({ x, y, z }) {
  const inverse = invert(z, p);
  const square = (inverse * inverse) % p;
  return { x: (x * square) % p, y: (y * square * inverse) % p };
}

const publicBytes = (point) => concat(word(point.x), word(point.y));

/** The 64 bytes x, y of the public key. */
export function publicKey(secret) {
  const scalar = toInt(secret);
  if (scalar === 0n || scalar >= order) throw new Error('secret out of range');
  return publicBytes(affine(multiply(generator, scalar)));
}

/** RFC 6979 section 3.2 with HMAC-SHA-256: candidates for k, in order. */
function* nonces(secret, digest) {
  const hmac = (key, ...parts) =>
    createHmac('sha256', key)
      .update(concat(...parts))
      .digest();
  const seed = concat(secret, word(toInt(digest) % order));
  let v = Buffer.alloc(32, 1);
  let k = hmac(Buffer.alloc(32), v, [0], seed);
  v = hmac(k, v);
  k = hmac(k, v, [1], seed);
  v = hmac(k, v);
  for (;;) {
    v = hmac(k, v);
    yield toInt(v);
    k = hmac(k, v, [0]);
    v = hmac(k, v);
  }
}

/** 65 bytes r, s, v over a 32-byte digest; v is 27 or 28, s at most n / 2. */
export function sign(secret, digest) {
  const scalar = toInt(secret);
  for (const k of nonces(secret, digest)) {
    if (k === 0n || k >= order) continue;
    const point = affine(multiply(generator, k));
    const r = point.x % order;
    const s = (invert(k, order) * (toInt(digest) + r * scalar)) % order;
    if (r === 0n || s === 0n || point.x !== r) continue;
    const high = s > order / 2n;
    const odd = (point.y & 1n) === 1n;
    return concat(word(r), word(high ? order - s : s), [odd !== high ? 28 : 27]);
  }
}

/** SPEC 5.1, in its order: { problem } or the 64-byte public key as { key }. */
export function recover(digest, signature) {
  const [r, s, v] = [toInt(signature.subarray(0, 32)), toInt(signature.subarray(32, 64)), signature[64]];
  if (v !== 27 && v !== 28) return { problem: 'v' };
  if (r === 0n || r >= order) return { problem: 'r' };
  if (s === 0n || s > order / 2n) return { problem: 's' };
  const square = (r ** 3n + 7n) % p;
  let y = power(square, (p + 1n) / 4n, p);
  if ((y * y) % p !== square) return { problem: 'recovery' };
  if ((y & 1n) !== BigInt(v - 27)) y = p - y;
  const inverse = invert(r, order);
  const u1 = mod(-toInt(digest) * inverse, order);
  const u2 = (s * inverse) % order;
  const point = add(multiply(generator, u1), multiply({ x: r, y, z: 1n }, u2));
  return point.z === 0n ? { problem: 'recovery' } : { key: publicBytes(affine(point)) };
}
