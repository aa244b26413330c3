// SPEC section 4: the first-contact seal, suite 1, and the cell around it.

import { randomBytes } from 'node:crypto';
import { addressSize } from './addresses.mjs';
import { ascii, concat, u64, u8 } from './bytes.mjs';
import { parseEnvelope, signatureProblem, signEnvelope, signingValues, writeEnvelope } from './envelope.mjs';
import { decrypt, encrypt, exportSecret, openContext, sealContext, x25519Public } from './hpke.mjs';

export const cellSize = 1160;
export const suite = 1;
const encSize = 32;

/** The 73 bytes that bind a seal to protocol, network, suite and key. */
export const sealInfo = (network, prekey) =>
  concat(ascii('conet/seal/1'), u64(network.chainId), network.registry, u8(suite), prekey);

const keyCommitOf = (context) => exportSecret(context, 'conet/commit/1', 32);

/**
 * Seals an envelope's fields for `destination`. With a wallet `secret` and its address in `fields.from` it
 * is signed for `to`. Returns every value on the way, `cell` last, or undefined for a `prekey` of low order.
 */
export function sealCell({ network, destination, prekey, fields, secret, to, ephemeral = randomBytes(32) }) {
  const info = sealInfo(network, prekey);
  const context = sealContext(ephemeral, prekey, info);
  if (!context) return undefined;
  const keyCommit = keyCommitOf(context);
  const values = { info, ...context, keyCommit };
  const e = { ...fields };
  if (secret) {
    Object.assign(values, signingValues(e, to, network, keyCommit));
    e.signature = signEnvelope(e, to, network, keyCommit, secret);
    values.signature = e.signature;
  }
  const aad = concat(destination, context.enc);
  const envelope = writeEnvelope(e);
  const sealed = encrypt(context, aad, envelope);
  return { ...values, aad, envelope, sealed, cell: concat(aad, sealed) };
}

const notOpened = (detail) => ({ problem: 'notOpened', detail });

/** { envelope, keyCommit, plain }, or { problem }: "notOpened" with a detail, or the envelope's. */
export function openCell({ network, cell, secret }) {
  if (cell.length !== cellSize) return notOpened('size');
  const aad = cell.subarray(0, addressSize + encSize);
  const info = sealInfo(network, x25519Public(secret));
  const context = openContext(secret, cell.subarray(addressSize, aad.length), info);
  if (!context) return notOpened('lowOrder');
  const plain = decrypt(context, aad, cell.subarray(aad.length));
  if (!plain) return notOpened('tag');
  return { ...parseEnvelope(plain), plain, keyCommit: keyCommitOf(context) };
}

/** What was opened, or "badSignature" with its detail when it is signed, but for none of the addressees. */
export function signatureOf({ network, opened, addressees }) {
  if (opened.envelope.auth === 0) return opened;
  const detail = signatureProblem(opened.envelope, addressees, network, opened.keyCommit);
  return detail ? { problem: 'badSignature', detail } : opened;
}

/** Opens, and checks the signature. */
export function openAndVerify({ network, cell, secret, addressees }) {
  const opened = openCell({ network, cell, secret });
  return opened.problem ? opened : signatureOf({ network, opened, addressees });
}
