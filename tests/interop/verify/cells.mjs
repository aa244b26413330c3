import { aliasAddress, homeAddress, nodeOwnAddress, walletAddress } from '../lib/addresses.mjs';
import { concat, fromHex, toHex, u32 } from '../lib/bytes.mjs';
import { authFits } from '../lib/envelope.mjs';
import { deriveSecret, x25519Public } from '../lib/hpke.mjs';
import { openAndVerify, sealCell } from '../lib/seal.mjs';
import { draw, equal, equalFields } from './expect.mjs';
import { codecs } from './kinds.mjs';

const targets = {
  wallet: (v) => fromHex(v.wallet),
  home: (v) => homeAddress(v.nodeId, fromHex(v.wallet)),
  alias: (v) => aliasAddress(v.nodeId, fromHex(v.aliasSecret)),
  node: (v) => nodeOwnAddress(v.nodeId),
  return: (v) => concat(u32(v.nodeId), draw(v.seed, 'return', 16)),
};

const drawn = {
  walletSecret: 'wallet',
  aliasSecret: 'alias',
  senderSecret: 'sender',
  recipientSecret: 'recipient',
  ephemeralIkm: 'ephemeral',
};

const networkOf = (v) => ({ chainId: BigInt(v.chainId), registry: fromHex(v.registry) });

function fieldsOf(v) {
  return {
    kind: v.kind,
    flags: v.flags,
    issuedMs: BigInt(v.issuedMs),
    ttlSec: v.ttlSec,
    msgId: fromHex(v.msgId),
    body: fromHex(v.body),
    from: v.from === null ? undefined : fromHex(v.from),
  };
}

function addressing(v) {
  for (const [name, label] of Object.entries(drawn)) {
    if (v[name] !== null) equal(name, toHex(draw(v.seed, label, 32)), v[name]);
  }
  equalFields(v, {
    wallet: walletAddress(fromHex(v.walletSecret)),
    destination: targets[v.destinationType](v),
    from: v.senderSecret === null ? undefined : walletAddress(fromHex(v.senderSecret)),
    kind: codecs[v.kindName][0],
  });
}

function exchange(v) {
  const sealed = sealCell({
    network: networkOf(v),
    destination: fromHex(v.destination),
    prekey: fromHex(v.recipientPublic),
    fields: fieldsOf(v),
    secret: v.senderSecret === null ? undefined : fromHex(v.senderSecret),
    to: v.to === null ? undefined : fromHex(v.to),
    ephemeral: fromHex(v.ephemeralSecret),
  });
  const { sealed: ciphertext, bodyHash, domainSeparator, structHash, digest, signature, ...values } = sealed;
  equalFields(v, {
    recipientPublic: x25519Public(fromHex(v.recipientSecret)),
    ephemeralSecret: deriveSecret(fromHex(v.ephemeralIkm)),
    ...values,
    ciphertext,
    bodyHash,
    domainSeparator,
    structHash,
    digest,
    signature,
  });
}

function opening(v) {
  const opened = openAndVerify({
    network: networkOf(v),
    cell: fromHex(v.cell),
    secret: fromHex(v.recipientSecret),
    addressees: v.to === null ? [] : [fromHex(v.to)],
  });
  equal('problem', opened.problem, undefined);
  equalFields(v, { envelope: opened.plain, keyCommit: opened.keyCommit, body: opened.envelope.body });
  equal('auth fits the kind', authFits(opened.envelope.kind, opened.envelope.auth), true);
  const parsed = codecs[v.kindName][1](opened.envelope.body);
  equal('the body parses', parsed !== undefined, v.body.length > 0);
}

export function verifyCells(file, check) {
  for (const v of file.cells) {
    check(`${v.seed} ${v.name}: seeds and addresses`, () => addressing(v));
    check(`${v.seed} ${v.name}: sealed`, () => exchange(v));
    check(`${v.seed} ${v.name}: opened`, () => opening(v));
  }
}
