// EIP-712, as far as SPEC sections 5.1 and 11 need it.

import { ascii, concat, fromHex, word } from './bytes.mjs';
import { keccak256 } from './keccak.mjs';

const typeHash = (type) => keccak256(ascii(type));

const domainType = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const envelopeType =
  'Envelope(address from,address to,uint8 kind,uint64 issuedMs,uint32 ttlSec,bytes16 msgId,' +
  'bytes32 bodyHash,bytes32 keyCommit)';
const routeType =
  'Route(address wallet,bytes32 prekey,uint32 home0,uint32 home1,uint32 home2,uint8 suite,' +
  'uint32 epoch,uint64 expiry,uint16 flags)';
const setRouteType = 'SetRoute(address wallet,bytes32 prekey,uint256 packed,uint256 nonce,uint256 deadline)';
const clearRouteType = 'ClearRoute(address wallet,uint256 nonce,uint256 deadline)';

const address = (value) => concat(Buffer.alloc(12), value);
const bytesLeft = (value) => concat(value, Buffer.alloc(32 - value.length));

const struct = (type, ...words) => keccak256(concat(typeHash(type), ...words));

export const domainSeparator = (network) =>
  struct(
    domainType,
    keccak256(ascii('Conet')),
    keccak256(ascii('1')),
    word(network.chainId),
    address(network.registry),
  );

export const digestOf = (separator, structHash) => keccak256(concat(fromHex('1901'), separator, structHash));

/** Envelope fields with `to`, `bodyHash` and `keyCommit` beside them. */
export const envelopeStructHash = (e) =>
  struct(
    envelopeType,
    address(e.from),
    address(e.to),
    word(e.kind),
    word(e.issuedMs),
    word(e.ttlSec),
    bytesLeft(e.msgId),
    e.bodyHash,
    e.keyCommit,
  );

export const routeStructHash = (wallet, prekey, route) =>
  struct(
    routeType,
    address(wallet),
    prekey,
    word(route.homes[0] ?? 0),
    word(route.homes[1] ?? 0),
    word(route.homes[2] ?? 0),
    word(route.suite),
    word(route.epoch),
    word(route.expiry),
    word(route.flags),
  );

export const setRouteStructHash = (wallet, prekey, packed, nonce, deadline) =>
  struct(setRouteType, address(wallet), prekey, word(packed), word(nonce), word(deadline));

export const clearRouteStructHash = (wallet, nonce, deadline) =>
  struct(clearRouteType, address(wallet), word(nonce), word(deadline));
