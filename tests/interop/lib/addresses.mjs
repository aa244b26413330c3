// SPEC section 2: names of things.

import { createHash } from 'node:crypto';
import { ascii, concat, fromHex, isZero, toHex, u32, zeros } from './bytes.mjs';
import { keccak256 } from './keccak.mjs';
import { publicKey } from './secp256k1.mjs';

export const addressSize = 20;

const underNode = (nodeId, hash) => concat(u32(nodeId), hash.subarray(0, 16));

export const addressOfKey = (key) => keccak256(key).subarray(12);

export const walletAddress = (secret) => addressOfKey(publicKey(secret));

export const nodeOwnAddress = (nodeId) => concat(u32(nodeId), zeros(16));

export const homeAddress = (nodeId, wallet) =>
  underNode(nodeId, keccak256(concat(ascii('conet/home/1'), u32(nodeId), wallet)));

export const aliasAddress = (nodeId, secret) =>
  underNode(
    nodeId,
    createHash('sha256')
      .update(concat(ascii('conet/alias/1'), u32(nodeId), secret))
      .digest(),
  );

export const nodeIdOf = (address) => address.readUInt32BE(0);

export const isNodeOwn = (address) => nodeIdOf(address) !== 0 && isZero(address.subarray(4));

export const isUnderNodeNotOwn = (address) => nodeIdOf(address) !== 0 && !isZero(address.subarray(4));

/** EIP-55. */
export function formatAddress(address) {
  const digits = toHex(address);
  const hash = toHex(keccak256(ascii(digits)));
  return '0x' + [...digits].map((c, i) => (parseInt(hash[i], 16) >= 8 ? c.toUpperCase() : c)).join('');
}

/** The address, or undefined: 0x and 40 digits of one case, or a correct EIP-55 checksum. */
export function parseAddress(text) {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return undefined;
  const digits = text.slice(2);
  const address = fromHex(digits, addressSize);
  const oneCase = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  return oneCase || formatAddress(address) === text ? address : undefined;
}
