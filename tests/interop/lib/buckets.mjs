// SPEC section 8.1: what a client and a node say about prefix buckets.

import { concat, Reader, u16, u32, u64, u8 } from './bytes.mjs';

const pieceSizeMax = 954;
const bitsMax = 32;

/** Bits beyond the prefix are zero, or it is none. */
function readPrefix(reader) {
  const bits = reader.u8();
  const prefix = reader.take(4);
  if (bits > bitsMax) return undefined;
  const beyond = bits === 0 ? 0xffffffff : bits === bitsMax ? 0 : 0xffffffff >>> bits;
  return (prefix.readUInt32BE() & beyond) === 0 ? { bits, prefix } : undefined;
}

export const writeBucketAsk = (a) => concat(a.token, u8(a.bits), a.prefix);

export function parseBucketAsk(body) {
  if (body.length !== 21) return undefined;
  const reader = new Reader(body);
  const token = reader.take(16);
  const prefix = readPrefix(reader);
  return prefix && { token, ...prefix };
}

export const writeBucketState = (s) =>
  concat(
    s.requestId,
    u8(s.state),
    u32(s.retryMs),
    u64(s.tableRecords),
    u8(s.bits),
    s.prefix,
    u32(s.records),
    u32(s.bytes),
    s.contentHash,
    u64(s.blockNumber),
  );

export function parseBucketState(body) {
  if (body.length !== 82) return undefined;
  const reader = new Reader(body);
  const head = {
    requestId: reader.take(16),
    state: reader.u8(),
    retryMs: reader.u32(),
    tableRecords: reader.u64(),
  };
  const prefix = readPrefix(reader);
  if (head.state < 1 || head.state > 5 || !prefix) return undefined;
  return {
    ...head,
    ...prefix,
    records: reader.u32(),
    bytes: reader.u32(),
    contentHash: reader.take(32),
    blockNumber: reader.u64(),
  };
}

export const writeBucketFetch = (f) => concat(f.token, f.contentId, u16(f.first), u32(f.wanted));

export function parseBucketFetch(body) {
  if (body.length !== 38) return undefined;
  const reader = new Reader(body);
  const fetch = {
    token: reader.take(16),
    contentId: reader.take(16),
    first: reader.u16(),
    wanted: reader.u32(),
  };
  return fetch.wanted === 0 ? undefined : fetch;
}

export const writeBucketPiece = (p) => concat(p.requestId, u16(p.index), p.piece);

export function parseBucketPiece(body) {
  if (body.length < 19 || body.length > 18 + pieceSizeMax) return undefined;
  const reader = new Reader(body);
  return { requestId: reader.take(16), index: reader.u16(), piece: reader.take(reader.left) };
}
