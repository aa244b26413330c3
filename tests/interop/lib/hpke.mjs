// RFC 9180 base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. Single shot:
// sequence number 0.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from 'node:crypto';
import { ascii, concat, isZero, u16, u8 } from './bytes.mjs';

const kemId = 0x0020;
const kdfId = 0x0001;
const aeadId = 0x0003;
const tagSize = 16;
const kemSuite = concat(ascii('KEM'), u16(kemId));
const hpkeSuite = concat(ascii('HPKE'), u16(kemId), u16(kdfId), u16(aeadId));

const privateObject = (secret) =>
  createPrivateKey({
    key: concat(Buffer.from('302e020100300506032b656e04220420', 'hex'), secret),
    format: 'der',
    type: 'pkcs8',
  });

const publicObject = (key) =>
  createPublicKey({
    key: concat(Buffer.from('302a300506032b656e032100', 'hex'), key),
    format: 'der',
    type: 'spki',
  });

export const x25519Public = (secret) =>
  createPublicKey(privateObject(secret)).export({ format: 'der', type: 'spki' }).subarray(12);

/** The shared secret, or undefined when it is all zero: the other key is of low order. */
export function x25519(secret, key) {
  try {
    const shared = diffieHellman({ privateKey: privateObject(secret), publicKey: publicObject(key) });
    return isZero(shared) ? undefined : shared;
  } catch {
    return undefined;
  }
}

const hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest();

function expand(key, info, size) {
  let block = Buffer.alloc(0);
  let out = Buffer.alloc(0);
  for (let i = 1; out.length < size; i++) {
    block = hmac(key, concat(block, info, [i]));
    out = concat(out, block);
  }
  return out.subarray(0, size);
}

const labeledExtract = (suite, salt, label, ikm) =>
  hmac(salt, concat(ascii('HPKE-v1'), suite, ascii(label), ikm));

const labeledExpand = (suite, key, label, info, size) =>
  expand(key, concat(u16(size), ascii('HPKE-v1'), suite, ascii(label), info), size);

/** DeriveKeyPair (RFC 9180, 7.1.3): the secret key made of key material. */
export const deriveSecret = (ikm) => {
  const none = Buffer.alloc(0);
  return labeledExpand(kemSuite, labeledExtract(kemSuite, none, 'dkp_prk', ikm), 'sk', none, 32);
};

/** Every value between the Diffie-Hellman result and the message key. */
function schedule(dh, enc, recipientKey, info) {
  const none = Buffer.alloc(0);
  const kemContext = concat(enc, recipientKey);
  const eaePrk = labeledExtract(kemSuite, none, 'eae_prk', dh);
  const sharedSecret = labeledExpand(kemSuite, eaePrk, 'shared_secret', kemContext, 32);
  const pskIdHash = labeledExtract(hpkeSuite, none, 'psk_id_hash', none);
  const infoHash = labeledExtract(hpkeSuite, none, 'info_hash', info);
  const keyScheduleContext = concat(u8(0), pskIdHash, infoHash);
  const secret = labeledExtract(hpkeSuite, sharedSecret, 'secret', none);
  return {
    enc,
    dh,
    kemContext,
    sharedSecret,
    keyScheduleContext,
    secret,
    key: labeledExpand(hpkeSuite, secret, 'key', keyScheduleContext, 32),
    baseNonce: labeledExpand(hpkeSuite, secret, 'base_nonce', keyScheduleContext, 12),
    exporterSecret: labeledExpand(hpkeSuite, secret, 'exp', keyScheduleContext, 32),
  };
}

export function sealContext(ephemeralSecret, recipientKey, info) {
  const dh = x25519(ephemeralSecret, recipientKey);
  return dh && schedule(dh, x25519Public(ephemeralSecret), recipientKey, info);
}

export function openContext(recipientSecret, enc, info) {
  const dh = x25519(recipientSecret, enc);
  return dh && schedule(dh, enc, x25519Public(recipientSecret), info);
}

export const exportSecret = (context, label, size) =>
  labeledExpand(hpkeSuite, context.exporterSecret, 'sec', ascii(label), size);

export function encrypt(context, aad, plain) {
  const cipher = createCipheriv('chacha20-poly1305', context.key, context.baseNonce, {
    authTagLength: tagSize,
  });
  cipher.setAAD(aad, { plaintextLength: plain.length });
  return concat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

/** The plain text, or undefined. */
export function decrypt(context, aad, sealed) {
  const cipher = createDecipheriv('chacha20-poly1305', context.key, context.baseNonce, {
    authTagLength: tagSize,
  });
  const size = sealed.length - tagSize;
  cipher.setAAD(aad, { plaintextLength: size });
  cipher.setAuthTag(sealed.subarray(size));
  try {
    return concat(cipher.update(sealed.subarray(0, size)), cipher.final());
  } catch {
    return undefined;
  }
}
