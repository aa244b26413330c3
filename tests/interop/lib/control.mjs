// SPEC section 8: control bodies. Every parser returns the value, or undefined for a malformed body.

import { addressSize, isUnderNodeNotOwn } from './addresses.mjs';
import { concat, Reader, u16, u32, u8 } from './bytes.mjs';

/** A parser for a body of exactly `size` bytes. */
const exact = (size, read) => (body) => (body.length === size ? read(new Reader(body)) : undefined);

export const writeAttach = (a) => concat(a.returnAddress, a.returnKey, u32(a.leaseSec), u8(0));

export const parseAttach = exact(57, (reader) => {
  const attach = {
    returnAddress: reader.take(addressSize),
    returnKey: reader.take(32),
    leaseSec: reader.u32(),
  };
  const options = reader.u8();
  return options === 0 && isUnderNodeNotOwn(attach.returnAddress) ? attach : undefined;
});

const writeChallengeLike = (c) => concat(c.requestId, c.challenge);
const parseChallengeLike = exact(48, (reader) => ({
  requestId: reader.take(16),
  challenge: reader.take(32),
}));

export const writeChallenge = writeChallengeLike;
export const parseChallenge = parseChallengeLike;
export const writeConfirm = writeChallengeLike;
export const parseConfirm = parseChallengeLike;

export const writeAttached = (a) => concat(a.requestId, a.token, u32(a.leaseSec), u16(a.aliasesMax));

export const parseAttached = exact(38, (reader) => ({
  requestId: reader.take(16),
  token: reader.take(16),
  leaseSec: reader.u32(),
  aliasesMax: reader.u16(),
}));

const writeToken = (value) => Buffer.from(value.token);
const parseToken = exact(16, (reader) => ({ token: reader.take(16) }));

export const writeKeepAlive = writeToken;
export const parseKeepAlive = parseToken;
export const writeDetach = writeToken;
export const parseDetach = parseToken;

export const writeKept = (k) => concat(k.requestId, u32(k.leaseSec));
export const parseKept = exact(20, (reader) => ({ requestId: reader.take(16), leaseSec: reader.u32() }));

export const writeAliasResult = (r) => concat(r.requestId, u32(r.accepted));
export const parseAliasResult = exact(20, (reader) => ({
  requestId: reader.take(16),
  accepted: reader.u32(),
}));

export const writeRefused = (r) => concat(r.requestId, u16(r.reason));
export const parseRefused = exact(18, (reader) => ({ requestId: reader.take(16), reason: reader.u16() }));

const list = (reader, size) => {
  const entries = [];
  while (reader.left > 0) entries.push(reader.take(size));
  return entries;
};

export const writeAliasRegister = (r) =>
  concat(r.token, u32(r.lifetimeSec), u8(r.secrets.length), ...r.secrets);

export function parseAliasRegister(body) {
  if (body.length < 21) return undefined;
  const reader = new Reader(body);
  const register = { token: reader.take(16), lifetimeSec: reader.u32() };
  const count = reader.u8();
  if (count < 1 || count > 29 || reader.left !== 32 * count) return undefined;
  return { ...register, secrets: list(reader, 32) };
}

export const writeAliasRevoke = (r) => concat(r.token, u8(r.aliases.length), ...r.aliases);

export function parseAliasRevoke(body) {
  if (body.length < 17) return undefined;
  const reader = new Reader(body);
  const token = reader.take(16);
  const count = reader.u8();
  if (count < 1 || count > 47 || reader.left !== addressSize * count) return undefined;
  return { token, aliases: list(reader, addressSize) };
}
