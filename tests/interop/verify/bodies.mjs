import { ackHas, cut, parseReplyBlock, writeFragmentAck } from '../lib/bodies.mjs';
import { concat, fromHex, toHex } from '../lib/bytes.mjs';
import { equal } from './expect.mjs';
import { codecs } from './kinds.mjs';

const plain = new Set(['kindName', 'name', 'body']);
const decimals = new Set(['receivedMs', 'expiresMs', 'tableRecords', 'blockNumber']);

/** A field of the file as the codecs have it: bytes, lists of bytes, numbers. */
function valueOf(name, value) {
  if (name === 'replyBlock') return value === null ? undefined : parseReplyBlock(fromHex(value));
  if (decimals.has(name)) return BigInt(value);
  if (Array.isArray(value)) return value.map((item) => fromHex(item));
  return typeof value === 'string' ? fromHex(value) : value;
}

const fieldsOf = (v) =>
  Object.fromEntries(
    Object.entries(v)
      .filter(([name]) => !plain.has(name))
      .map(([name, value]) => [name, valueOf(name, value)]),
  );

/** Comparable text of a parsed value. */
const show = (value) =>
  JSON.stringify(value, (_, item) => {
    if (typeof item === 'bigint') return item.toString();
    return item?.type === 'Buffer' ? Buffer.from(item.data).toString('hex') : item;
  });

const sorted = (value) =>
  show(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));

function roundTrip(v) {
  const [, parse, write] = codecs[v.kindName];
  const fields = fieldsOf(v);
  equal('written', toHex(write(fields)), v.body);
  equal('parsed', sorted(parse(fromHex(v.body))), sorted(fields));
}

function acknowledgement(v) {
  const arrived = new Set(v.arrived);
  equal('written', toHex(writeFragmentAck(v.groupId, v.count, (index) => arrived.has(index))), v.body);
  const ack = codecs.FRAGMENT_ACK[1](fromHex(v.body));
  const end = ack.base + 8 * 940;
  for (let i = 0; i < v.count; i++)
    equal(`index ${i}`, ackHas(ack, i), arrived.has(i) && (i < ack.base || i < end));
}

export function verifyBodies(file, check) {
  for (const v of file.bodies) {
    check(`${v.kindName} ${v.name}`, () =>
      v.kindName === 'FRAGMENT_ACK' ? acknowledgement(v) : roundTrip(v),
    );
  }
  check('a message cut into fragments', () => {
    const parts = cut(fromHex(file.cut.messageBody), file.cut.groupId);
    equal('fragments', show(parts.map(toHex)), show(file.cut.fragments));
    const pieces = file.cut.fragments.map((part) => codecs.FRAGMENT[1](fromHex(part)).piece);
    equal('joined', toHex(concat(...pieces)), file.cut.messageBody);
  });
  for (const v of file.malformed) {
    check(`malformed ${v.kindName}: ${v.name}`, () => codecs[v.kindName][1](fromHex(v.body)) === undefined);
  }
}
