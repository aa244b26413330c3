// SPEC sections 7.1 to 7.5. Every parser returns the value, or undefined for a malformed body.

import { addressSize, isNodeOwn, isUnderNodeNotOwn } from './addresses.mjs';
import { concat, Reader, u16, u32, u64, u8 } from './bytes.mjs';
import { bodySizeMax } from './envelope.mjs';

export const replyBlockSize = 60;
export const pieceSize = 964;
const fragmentHead = 8;
const hasReplyBlock = 1;
const wantsReceipt = 2;

export const writeReplyBlock = (block) => concat(block.alias, block.key, u64(block.expiresMs));

function readReplyBlock(reader, aliasFits) {
  const block = { alias: reader.take(addressSize), key: reader.take(32), expiresMs: reader.u64() };
  return aliasFits(block.alias) ? block : undefined;
}

export const parseReplyBlock = (bytes) =>
  bytes.length === replyBlockSize ? readReplyBlock(new Reader(bytes), isUnderNodeNotOwn) : undefined;

export function writeMessage({ replyBlock, receipt = false, content }) {
  const options = (replyBlock ? hasReplyBlock : 0) | (receipt ? wantsReceipt : 0);
  return concat(u8(options), replyBlock ? writeReplyBlock(replyBlock) : [], content);
}

export function parseMessage(body) {
  if (body.length < 1) return undefined;
  const reader = new Reader(body);
  const options = reader.u8();
  if (options > (hasReplyBlock | wantsReceipt) || options === wantsReceipt) return undefined;
  const message = { receipt: (options & wantsReceipt) !== 0 };
  if (options & hasReplyBlock) {
    if (reader.left < replyBlockSize) return undefined;
    message.replyBlock = readReplyBlock(reader, isUnderNodeNotOwn);
    if (!message.replyBlock) return undefined;
  }
  message.content = reader.rest();
  return message;
}

/** Cuts a message body into FRAGMENT bodies, or undefined when it fits one cell or needs more than 65 535. */
export function cut(messageBody, groupId) {
  const count = Math.ceil(messageBody.length / pieceSize);
  if (messageBody.length <= bodySizeMax || count > 0xffff) return undefined;
  return Array.from({ length: count }, (_, index) =>
    writeFragment({
      groupId,
      index,
      count,
      piece: messageBody.subarray(index * pieceSize, (index + 1) * pieceSize),
    }),
  );
}

export const writeFragment = (f) => concat(u32(f.groupId), u16(f.index), u16(f.count), f.piece);

export function parseFragment(body) {
  if (body.length <= fragmentHead || body.length > fragmentHead + pieceSize) return undefined;
  const reader = new Reader(body);
  const fragment = { groupId: reader.u32(), index: reader.u16(), count: reader.u16(), piece: reader.rest() };
  if (fragment.count < 2 || fragment.index >= fragment.count) return undefined;
  const last = fragment.index === fragment.count - 1;
  return last || fragment.piece.length === pieceSize ? fragment : undefined;
}

/** `received`: a function from index to whether that fragment is there. */
export function writeFragmentAck(groupId, count, received) {
  let base = 0;
  while (base < count && received(base)) base++;
  const bits = Buffer.alloc(ackMapSizeMax);
  let size = 0;
  for (let i = 0; base + i < count && i < 8 * ackMapSizeMax; i++) {
    if (!received(base + i)) continue;
    bits[i >> 3] |= 1 << (i & 7);
    size = (i >> 3) + 1;
  }
  return concat(u32(groupId), u16(count), u16(base), bits.subarray(0, size));
}

const ackMapSizeMax = 940;

export function parseFragmentAck(body) {
  if (body.length < fragmentHead || body.length > fragmentHead + ackMapSizeMax) return undefined;
  const reader = new Reader(body);
  const ack = { groupId: reader.u32(), count: reader.u16(), base: reader.u16(), bits: reader.rest() };
  if (ack.count < 2 || ack.base > ack.count) return undefined;
  if (ack.bits.length === 0) return ack;
  const lastByte = ack.bits[ack.bits.length - 1];
  const highest = 8 * (ack.bits.length - 1) + 31 - Math.clz32(lastByte);
  if (lastByte === 0 || (ack.bits[0] & 1) !== 0 || ack.base + highest >= ack.count) return undefined;
  return ack;
}

export const ackHas = (ack, index) => {
  if (index < ack.base) return true;
  const i = index - ack.base;
  return i >> 3 < ack.bits.length && ((ack.bits[i >> 3] >> (i & 7)) & 1) === 1;
};

export const writeReceipt = (r) => concat(r.msgId, u64(r.receivedMs), r.bodyHash);

export function parseReceipt(body) {
  if (body.length !== 56) return undefined;
  const reader = new Reader(body);
  return { msgId: reader.take(16), receivedMs: reader.u64(), bodyHash: reader.take(32) };
}

export const writeProbe = writeReplyBlock;

export const parseProbe = (body) =>
  body.length === replyBlockSize ? readReplyBlock(new Reader(body), isNodeOwn) : undefined;

export const writeProbeAnswer = (a) => concat(a.requestId, u64(a.receivedMs));

export function parseProbeAnswer(body) {
  if (body.length !== 24) return undefined;
  const reader = new Reader(body);
  return { requestId: reader.take(16), receivedMs: reader.u64() };
}
