// SPEC section 5: the envelope, and its signature.

import { addressOfKey, addressSize } from './addresses.mjs';
import { concat, isZero, Reader, same, toHex, u16, u32, u64, u8, zeros } from './bytes.mjs';
import { keccak256 } from './keccak.mjs';
import { recover, sign } from './secp256k1.mjs';
import { digestOf, domainSeparator, envelopeStructHash } from './typed-data.mjs';

export const envelopeSize = 1092;
export const bodySizeMax = 972;
const signatureSize = 65;
const ttlSecMax = 604_800;
const skewMs = 120_000n;

export const kinds = {
  message: 0x01,
  fragment: 0x02,
  fragmentAck: 0x03,
  receipt: 0x04,
  attach: 0x10,
  challenge: 0x11,
  confirm: 0x12,
  attached: 0x13,
  keepAlive: 0x14,
  kept: 0x15,
  aliasRegister: 0x16,
  aliasResult: 0x17,
  aliasRevoke: 0x18,
  detach: 0x19,
  refused: 0x1f,
  probe: 0x20,
  probeAnswer: 0x21,
  bucketAsk: 0x30,
  bucketState: 0x31,
  bucketFetch: 0x32,
  bucketPiece: 0x33,
};
const knownKinds = new Set(Object.values(kinds));
const mustSign = new Set([kinds.attach, kinds.probe]);
const maySign = new Set([kinds.message, kinds.fragment, kinds.fragmentAck, kinds.receipt]);

/** Fields: kind, flags, issuedMs, ttlSec, msgId, body; from and signature when it is signed. */
export function writeEnvelope(e) {
  const signed = e.signature !== undefined;
  return concat(
    u8(1),
    u8(e.kind),
    u16(e.flags),
    u64(e.issuedMs),
    u32(e.ttlSec),
    e.msgId,
    signed ? e.from : zeros(addressSize),
    u8(signed ? 1 : 0),
    signed ? e.signature : zeros(signatureSize),
    u16(e.body.length),
    e.body,
    zeros(bodySizeMax - e.body.length),
  );
}

/** { envelope } or { problem }. */
export function parseEnvelope(bytes) {
  if (bytes.length !== envelopeSize) return { problem: 'wrongSize' };
  const reader = new Reader(bytes);
  const [version, kind] = [reader.u8(), reader.u8()];
  const e = {
    kind,
    flags: reader.u16(),
    issuedMs: reader.u64(),
    ttlSec: reader.u32(),
    msgId: reader.take(16),
    from: reader.take(addressSize),
    auth: reader.u8(),
    signature: reader.take(signatureSize),
  };
  const bodyLength = reader.u16();
  const room = reader.rest();
  const problem = envelopeProblem(e, version, bodyLength, room);
  return problem ? { problem } : { envelope: { ...e, body: room.subarray(0, bodyLength) } };
}

function envelopeProblem(e, version, bodyLength, room) {
  if (version !== 1) return 'unknownVersion';
  if (!knownKinds.has(e.kind)) return 'unknownKind';
  if (!authFits(e.kind, e.auth)) return 'badAuth';
  if (e.ttlSec < 1 || e.ttlSec > ttlSecMax) return 'badLifetime';
  if (bodyLength > bodySizeMax) return 'badBodyLength';
  if (!isZero(room.subarray(bodyLength))) return 'badPadding';
  const clear = isZero(e.from) && isZero(e.signature);
  return (e.auth === 0 ? clear : !isZero(e.from)) ? undefined : 'badSender';
}

/** The column "auth" of section 7. */
export function authFits(kind, auth) {
  if (maySign.has(kind)) return auth <= 1;
  return auth === (mustSign.has(kind) ? 1 : 0);
}

/** The values of 5.1 between the fields and the digest. */
export function signingValues(e, to, network, keyCommit) {
  const bodyHash = keccak256(e.body);
  const separator = domainSeparator(network);
  const structHash = envelopeStructHash({ ...e, to, bodyHash, keyCommit });
  return { bodyHash, domainSeparator: separator, structHash, digest: digestOf(separator, structHash) };
}

export const signEnvelope = (e, to, network, keyCommit, secret) =>
  sign(secret, signingValues(e, to, network, keyCommit).digest);

/**
 * Undefined when the signature is the sender's over one of the addresses, else the check of 5.1 that failed.
 */
export function signatureProblem(e, addressees, network, keyCommit) {
  let problem = 'mismatch';
  for (const to of addressees) {
    const recovered = recover(signingValues(e, to, network, keyCommit).digest, e.signature);
    if (recovered.problem) problem = recovered.problem;
    else if (same(addressOfKey(recovered.key), e.from)) return undefined;
  }
  return problem;
}

/** Section 6.2: undefined, "early" or "expired". */
export function timeProblem(e, nowMs) {
  const now = BigInt(nowMs);
  if (e.issuedMs > now + skewMs) return 'early';
  return now >= e.issuedMs + 1000n * BigInt(e.ttlSec) + skewMs ? 'expired' : undefined;
}

export const describeEnvelope = (e) => ({
  kind: e.kind,
  issuedMs: Number(e.issuedMs),
  ttlSec: e.ttlSec,
  msgId: toHex(e.msgId),
  from: e.auth === 1 ? toHex(e.from) : null,
  body: toHex(e.body),
});
