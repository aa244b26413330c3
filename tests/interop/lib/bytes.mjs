// Bytes, as docs/SPEC.md section 1 writes them: integers are unsigned and big-endian.

export const concat = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

export const ascii = (text) => Buffer.from(text, 'latin1');

export const zeros = (size) => Buffer.alloc(size);

export const isZero = (bytes) => bytes.every((value) => value === 0);

export const same = (a, b) => Buffer.compare(a, b) === 0;

export const toHex = (bytes) => Buffer.from(bytes).toString('hex');

/** Strict: hex digits in pairs, with or without 0x, and of the given size where one is given. */
export function fromHex(text, size) {
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) throw new Error(`not hex: ${text}`);
  const bytes = Buffer.from(digits, 'hex');
  if (size !== undefined && bytes.length !== size) throw new Error(`wants ${size} bytes: ${text}`);
  return bytes;
}

/** The integer in `size` bytes. Throws when it does not fit: that is a mistake of the caller. */
export function uint(value, size) {
  const digits = BigInt(value).toString(16);
  if (digits.startsWith('-') || digits.length > size * 2)
    throw new Error(`${value} does not fit ${size} bytes`);
  return Buffer.from(digits.padStart(size * 2, '0'), 'hex');
}

export const u8 = (value) => uint(value, 1);
export const u16 = (value) => uint(value, 2);
export const u32 = (value) => uint(value, 4);
export const u64 = (value) => uint(value, 8);
export const word = (value) => uint(value, 32);

export const toInt = (bytes) => (bytes.length === 0 ? 0n : BigInt('0x' + toHex(bytes)));

/** Reads fields one after another; the caller has checked the size. */
export class Reader {
  #bytes;
  #offset = 0;

  constructor(bytes) {
    this.#bytes = Buffer.from(bytes);
  }

  get left() {
    return this.#bytes.length - this.#offset;
  }

  take(size) {
    if (size > this.left) throw new Error('read past the end');
    this.#offset += size;
    return this.#bytes.subarray(this.#offset - size, this.#offset);
  }

  rest() {
    return this.take(this.left);
  }

  u8() {
    return this.take(1)[0];
  }

  u16() {
    return this.take(2).readUInt16BE();
  }

  u32() {
    return this.take(4).readUInt32BE();
  }

  u64() {
    return this.take(8).readBigUInt64BE();
  }
}
