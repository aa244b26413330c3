// SPEC section 11: the packed word, route signatures and the rolling hash.

import { addressOfKey } from './addresses.mjs';
import { concat, same, toInt, u64, word } from './bytes.mjs';
import { keccak256 } from './keccak.mjs';
import { recover, sign } from './secp256k1.mjs';
import { digestOf, domainSeparator, routeStructHash } from './typed-data.mjs';

const fields = [
  ['home0', 0n, 32n],
  ['home1', 32n, 32n],
  ['home2', 64n, 32n],
  ['suite', 96n, 8n],
  ['epoch', 104n, 32n],
  ['expiry', 136n, 64n],
  ['flags', 200n, 16n],
  ['zero', 216n, 40n],
];

/** The 256-bit word of a route { homes, suite, epoch, expiry, flags }. */
export function packRoute(route) {
  const [home0 = 0, home1 = 0, home2 = 0] = route.homes;
  const values = { ...route, home0, home1, home2, zero: 0 };
  return fields.reduce((packed, [name, shift]) => packed | (BigInt(values[name]) << shift), 0n);
}

/** The route, or undefined for a word that the registry does not take (11.2). */
export function unpackRoute(packed) {
  const values = {};
  for (const [name, shift, size] of fields) values[name] = (packed >> shift) & ((1n << size) - 1n);
  const slots = [values.home0, values.home1, values.home2].map(Number);
  const homes = slots.filter((home) => home !== 0);
  const gap = homes.some((home, i) => home !== slots[i]);
  if (homes.length === 0 || gap || new Set(homes).size !== homes.length || values.zero !== 0n)
    return undefined;
  if (values.suite !== 1n || values.epoch === 0n || values.expiry === 0n) return undefined;
  return {
    homes,
    suite: Number(values.suite),
    epoch: Number(values.epoch),
    expiry: values.expiry,
    flags: Number(values.flags),
  };
}

export const routeDigest = (network, wallet, prekey, route) =>
  digestOf(domainSeparator(network), routeStructHash(wallet, prekey, route));

/** EIP-2098: r, and s with the parity of y in its highest bit. */
export function compact(signature) {
  const vs = Buffer.from(signature.subarray(32, 64));
  if (signature[64] === 28) vs[0] |= 0x80;
  return { r: Buffer.from(signature.subarray(0, 32)), vs };
}

export function expand({ r, vs }) {
  const s = Buffer.from(vs);
  s[0] &= 0x7f;
  return concat(r, s, [vs[0] & 0x80 ? 28 : 27]);
}

export const signRoute = (secret, network, wallet, prekey, route) =>
  compact(sign(secret, routeDigest(network, wallet, prekey, route)));

/** Whether the wallet itself signed this route. */
export function routeSigned(network, wallet, prekey, route, signature) {
  const recovered = recover(routeDigest(network, wallet, prekey, route), expand(signature));
  return !recovered.problem && same(addressOfKey(recovered.key), wallet);
}

/** Section 11.3: one step of a registry's rolling hash. */
export const nextEventsHash = (eventsHash, seq, topic, data) =>
  keccak256(concat(eventsHash, u64(seq), topic, keccak256(data)));

const roundUp = (size) => Math.ceil(size / 32) * 32;

/** ABI-encoded data of RouteChanged: only words. */
export const routeChangedData = (seq, prekey, packed, r, vs) =>
  concat(word(seq), prekey, word(packed), r, vs);

/** ABI-encoded data of NodeChanged: a static struct, so only words; bytesN lie to the left in theirs. */
export function nodeChangedData(seq, node) {
  const right = (bytes) => concat(Buffer.alloc(roundUp(bytes.length) - bytes.length), bytes);
  const left = (bytes) => concat(bytes, Buffer.alloc(roundUp(bytes.length) - bytes.length));
  return concat(
    word(seq),
    right(node.operator),
    right(node.signer),
    node.linkKey,
    node.sealKey,
    left(node.ip),
    word(node.clientPort),
    word(node.nodePort),
    node.descriptorHash,
    word(node.descriptorVersion),
    word(node.state),
    word(node.bond),
  );
}

export const walletTopic = (wallet) => concat(Buffer.alloc(12), wallet);
export const nodeTopic = (nodeId) => word(nodeId);
export const packedOf = (bytes) => toInt(bytes);
