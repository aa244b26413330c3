// SPEC section 7.3: fragments joined again. Bounded by groups and by bytes; the oldest group goes first.

import { parseMessage, pieceSize, replyBlockSize, writeFragmentAck } from './bodies.mjs';
import { concat, toHex, u32 } from './bytes.mjs';
import { bodySizeMax } from './envelope.mjs';

const groupsMax = 64;
const bytesMax = 64 * 1024 * 1024;

class Group {
  #pieces = new Map();

  constructor(e, fragment) {
    this.groupId = fragment.groupId;
    this.count = fragment.count;
    this.auth = e.auth;
    this.issuedMs = e.issuedMs;
    this.ttlSec = e.ttlSec;
  }

  fits(e, fragment) {
    return (
      fragment.count === this.count &&
      e.auth === this.auth &&
      e.issuedMs === this.issuedMs &&
      e.ttlSec === this.ttlSec
    );
  }

  /** Bytes of memory that the piece takes. */
  put(e, fragment) {
    if (this.#pieces.has(fragment.index) || this.whole) return 0;
    if (fragment.index === 0) this.msgId = Buffer.from(e.msgId);
    this.#pieces.set(fragment.index, Buffer.from(fragment.piece));
    if (this.#pieces.size === this.count) this.#join();
    return fragment.piece.length;
  }

  #join() {
    const parts = Array.from({ length: this.count }, (_, i) => this.#pieces.get(i));
    const body = concat(...parts);
    this.whole = body.length > bodySizeMax ? body : undefined;
  }

  /** The reply block in piece 0, once that is there. */
  replyBlock() {
    const first = this.#pieces.get(0);
    if (!first || first.length < Math.min(pieceSize, 1 + replyBlockSize)) return undefined;
    return parseMessage(first)?.replyBlock;
  }

  ack() {
    return writeFragmentAck(this.groupId, this.count, (index) => this.#pieces.has(index));
  }
}

export class Groups {
  #groups = new Map();
  #bytes = 0;

  /**
   * The group after the fragment was put into it, or undefined when it does not fit the group's first one.
   */
  take(e, fragment) {
    const key = toHex(concat(e.from, u32(fragment.groupId)));
    let group = this.#groups.get(key);
    if (group && !group.fits(e, fragment)) return undefined;
    if (!group) {
      group = new Group(e, fragment);
      group.bytes = 0;
      this.#groups.set(key, group);
    }
    const taken = group.put(e, fragment);
    group.bytes += taken;
    this.#bytes += taken;
    this.#trim(key);
    return group;
  }

  #trim(keep) {
    for (const [key, group] of this.#groups) {
      if (this.#groups.size <= groupsMax && this.#bytes <= bytesMax) return;
      if (key === keep) continue;
      this.#groups.delete(key);
      this.#bytes -= group.bytes;
    }
  }
}
