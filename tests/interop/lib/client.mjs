// A wallet on the network (SPEC sections 6 to 8), over one UDP socket: attach, aliases, messages,
// receipts, fragments.

import { createSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { randomBytes, randomInt } from 'node:crypto';
import { aliasAddress, homeAddress, nodeOwnAddress, walletAddress } from './addresses.mjs';
import * as bodies from './bodies.mjs';
import { concat, same, toHex, u32 } from './bytes.mjs';
import * as control from './control.mjs';
import { bodySizeMax, kinds, timeProblem } from './envelope.mjs';
import { Groups } from './groups.mjs';
import { x25519Public } from './hpke.mjs';
import { keccak256 } from './keccak.mjs';
import { cellSize, openAndVerify, sealCell } from './seal.mjs';

const controlTtlSec = 30;
const controlRetryMs = 1000;
const controlTries = 8;
const receiptDelayMsMax = 2000;
const receiptAgainMs = 2000;
const repeatFirstMs = 3000;
const windowCells = 32;
const fragmentTickMs = 100;
const ackDelayMs = 20;
const closeDelayMs = 50;
const seenMax = 10_000;

const parsers = {
  [kinds.challenge]: control.parseChallenge,
  [kinds.attached]: control.parseAttached,
  [kinds.kept]: control.parseKept,
  [kinds.aliasResult]: control.parseAliasResult,
  [kinds.refused]: control.parseRefused,
};

const wait = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

/**
 * `node` = { id, host, port, sealKey }: the home to attach to. Emits "message" { envelope, message,
 * destination, msgId, fragments }, "receipt-sent" and "drop" with the reason.
 */
export class Client extends EventEmitter {
  #network;
  #secret;
  #prekeySecret;
  #node;
  #socket = createSocket('udp4');
  #closed = false;
  #wallet;
  #return;
  #attached;
  #aliases = [];
  #answers = new Map();
  #receipts = new Map();
  #transfers = new Map();
  #seen = new Map();
  #groups = new Groups();

  constructor({ network, secret, prekeySecret, node }) {
    super();
    this.#network = network;
    this.#secret = secret;
    this.#prekeySecret = prekeySecret ?? randomBytes(32);
    this.#node = node;
    this.#wallet = walletAddress(secret);
    this.#socket.on('message', (cell) => this.#receive(cell));
  }

  get wallet() {
    return this.#wallet;
  }

  /** Closes the socket once what was sent has left it. */
  close() {
    setTimeout(() => {
      this.#closed = true;
      this.#socket.close();
    }, closeDelayMs);
  }

  // ---- attachment (section 8)

  async attach(leaseSec = 300) {
    const secret = randomBytes(32);
    this.#return = { address: concat(u32(this.#node.id), randomBytes(16)), secret };
    const body = control.writeAttach({
      returnAddress: this.#return.address,
      returnKey: x25519Public(secret),
      leaseSec,
    });
    this.#attached = await this.#request(kinds.attach, body, kinds.attached, true);
    return this.#attached;
  }

  /** Registers an alias for `lifetimeSec` and returns a reply block that names it. */
  async registerAlias(lifetimeSec = 600) {
    const [secret, keySecret] = [randomBytes(32), randomBytes(32)];
    const address = aliasAddress(this.#node.id, secret);
    this.#aliases.push({ address, keySecret });
    const body = control.writeAliasRegister({ token: this.#attached.token, lifetimeSec, secrets: [secret] });
    const result = await this.#request(kinds.aliasRegister, body, kinds.aliasResult);
    if (result.accepted !== 1) throw new Error('the node did not accept the alias');
    return { alias: address, key: x25519Public(keySecret), expiresMs: Date.now() + 1000 * lifetimeSec };
  }

  keepAlive() {
    return this.#request(kinds.keepAlive, control.writeKeepAlive(this.#attached), kinds.kept);
  }

  revokeAlias(alias) {
    const body = control.writeAliasRevoke({ token: this.#attached.token, aliases: [alias] });
    return this.#request(kinds.aliasRevoke, body, kinds.aliasResult);
  }

  detach() {
    return this.#request(kinds.detach, control.writeDetach(this.#attached), kinds.kept);
  }

  /** Repeats a control request, each time under a new msgId, until its answer or a refusal comes. */
  async #request(kind, body, answerKind, signed = false) {
    for (let i = 0; i < controlTries; i++) {
      const msgId = randomBytes(16);
      const answer = new Promise((resolve) => this.#answers.set(toHex(msgId), { answerKind, resolve }));
      this.#sendControl(kind, body, msgId, signed);
      const value = await Promise.race([answer, wait(controlRetryMs)]);
      this.#answers.delete(toHex(msgId));
      if (value?.reason) throw new Error(`refused: reason ${value.reason}`);
      if (value) return value;
    }
    throw new Error('the node does not answer');
  }

  #sendControl(kind, body, msgId, signed) {
    const to = nodeOwnAddress(this.#node.id);
    const fields = this.#fields(kind, body, controlTtlSec, msgId);
    this.#transmit(this.#node, {
      destination: to,
      prekey: this.#node.sealKey,
      fields,
      to,
      secret: signed ? this.#secret : undefined,
    });
  }

  #fields(kind, body, ttlSec, msgId = randomBytes(16), issuedMs = BigInt(Date.now())) {
    return { kind, flags: randomInt(0x10000), issuedMs, ttlSec, msgId, from: this.#wallet, body };
  }

  #transmit(hop, request) {
    const sealed = sealCell({ network: this.#network, ...request });
    if (!sealed) throw new Error('a key of low order');
    if (!this.#closed) this.#socket.send(sealed.cell, hop.port, hop.host);
  }

  // ---- sending (sections 7.2, 7.3, 7.5)

  /**
   * Sends to `target` = { destination, to, prekey } through `entry` = { host, port }. With `replyBlock` and
   * `receipt` it resolves with the receipt, or undefined when none came before `timeoutMs`. receiptFrom: the
   * wallet addressed, whose signature the receipt must have.
   */
  async send(
    entry,
    target,
    content,
    { replyBlock, receipt = false, receiptFrom, signed = true, timeoutMs = 20_000 } = {},
  ) {
    const body = bodies.writeMessage({ replyBlock, receipt, content });
    const job = {
      entry,
      target,
      signed,
      body,
      msgId: randomBytes(16),
      issuedMs: BigInt(Date.now()),
      ttlSec: 600,
      until: Date.now() + timeoutMs,
    };
    const answered = receipt
      ? this.#awaitReceipt(job, { replyBlock, receiptFrom, timeoutMs })
      : Promise.resolve();
    if (body.length > bodySizeMax) await this.#sendFragments(job, replyBlock !== undefined);
    else this.#sendSingle(job, receipt);
    const value = await answered;
    job.done = true;
    return { msgId: job.msgId, receipt: value };
  }

  #awaitReceipt(job, { replyBlock, receiptFrom, timeoutMs }) {
    const key = toHex(job.msgId);
    const expected = { hash: keccak256(job.body), alias: replyBlock.alias, from: receiptFrom };
    const came = new Promise((resolve) => this.#receipts.set(key, { ...expected, resolve }));
    return Promise.race([came, wait(timeoutMs)]).finally(() => this.#receipts.delete(key));
  }

  #sendSingle(job, repeat, pauseMs = repeatFirstMs) {
    if (job.done) return;
    this.#sendPart(job, kinds.message, job.body, job.msgId);
    if (repeat && Date.now() + pauseMs < job.until) {
      setTimeout(() => this.#sendSingle(job, repeat, 2 * pauseMs), pauseMs).unref();
    }
  }

  #sendPart(job, kind, body, msgId) {
    this.#transmit(job.entry, {
      ...job.target,
      fields: this.#fields(kind, body, job.ttlSec, msgId, job.issuedMs),
      secret: job.signed ? this.#secret : undefined,
    });
  }

  /**
   * Sends pieces, at most 32 unacknowledged ones a tick from the lowest; without acknowledgement each once.
   */
  async #sendFragments(job, acknowledged) {
    const groupId = randomBytes(4).readUInt32BE();
    const parts = bodies.cut(job.body, groupId);
    const ids = parts.map((_, i) => (i === 0 ? job.msgId : randomBytes(16)));
    const there = new Uint8Array(parts.length);
    const mark = (ack) =>
      there.forEach((_, i) => {
        if (bodies.ackHas(ack, i)) there[i] = 1;
      });
    this.#transfers.set(groupId, (ack) => {
      if (ack.count === parts.length) mark(ack);
    });
    while (there.includes(0) && Date.now() < job.until) {
      for (let i = there.indexOf(0), sent = 0; i < parts.length && sent < windowCells; i++) {
        if (there[i]) continue;
        this.#sendPart(job, kinds.fragment, parts[i], ids[i]);
        if (!acknowledged) there[i] = 1;
        sent++;
      }
      await wait(fragmentTickMs);
    }
    this.#transfers.delete(groupId);
  }

  // ---- receiving (section 6)

  #receive(cell) {
    const problem = cell.length === cellSize ? this.#process(cell) : 'size';
    if (problem) this.emit('drop', problem);
  }

  #process(cell) {
    const key = this.#keyFor(cell.subarray(0, 20));
    if (!key) return 'destination';
    const opened = openAndVerify({
      network: this.#network,
      cell,
      secret: key.secret,
      addressees: key.addressees,
    });
    if (opened.problem) return opened.problem;
    const e = opened.envelope;
    return timeProblem(e, Date.now()) ?? this.#deliver(e, key);
  }

  #keyFor(destination) {
    if (this.#return && same(destination, this.#return.address)) {
      return { role: 'return', secret: this.#return.secret, addressees: [destination] };
    }
    const home = homeAddress(this.#node.id, this.#wallet);
    if (same(destination, this.#wallet) || same(destination, home)) {
      return { role: 'wallet', destination, secret: this.#prekeySecret, addressees: [this.#wallet] };
    }
    const alias = this.#aliases.find((entry) => same(entry.address, destination));
    return (
      alias && {
        role: 'alias',
        destination,
        secret: alias.keySecret,
        addressees: [destination, this.#wallet],
      }
    );
  }

  #deliver(e, key) {
    if (key.role === 'return') return this.#takeControl(e);
    if (e.kind === kinds.message) return this.#takeMessage(e, key, e.body, e.msgId, 1);
    if (e.kind === kinds.fragment) return this.#takeFragment(e, key);
    if (key.role === 'alias' && e.kind === kinds.receipt) return this.#takeReceipt(e, key);
    if (key.role === 'alias' && e.kind === kinds.fragmentAck) return this.#takeAck(e);
    return 'kind';
  }

  #takeControl(e) {
    const value = parsers[e.kind]?.(e.body);
    if (!value) return 'body';
    const pending = this.#answers.get(toHex(value.requestId));
    if (!pending) return 'unasked';
    if (e.kind === kinds.challenge) {
      this.#sendControl(kinds.confirm, control.writeConfirm(value), randomBytes(16), false);
      return undefined;
    }
    if (e.kind !== kinds.refused && e.kind !== pending.answerKind) return 'unasked';
    pending.resolve(value);
    return undefined;
  }

  #takeMessage(e, key, body, msgId, fragments) {
    const message = bodies.parseMessage(body);
    if (!message) return 'body';
    const id = toHex(concat(e.from, msgId));
    const again = this.#seen.get(id);
    if (!again)
      this.emit('message', { envelope: e, message, destination: key.destination, msgId, fragments });
    if (message.receipt && Date.now() < Number(message.replyBlock.expiresMs)) {
      if (again && Date.now() - again < receiptAgainMs) return 'replay';
      this.#remember(id, Date.now());
      const receipt = { msgId, receivedMs: BigInt(Date.now()), bodyHash: keccak256(body) };
      setTimeout(() => this.#sendReceipt(message.replyBlock, receipt, key), randomInt(receiptDelayMsMax + 1));
    } else {
      this.#remember(id, again ?? Date.now());
    }
    return again ? 'replay' : undefined;
  }

  #remember(id, timeMs) {
    this.#seen.set(id, timeMs);
    if (this.#seen.size > seenMax) this.#seen.delete(this.#seen.keys().next().value);
  }

  #sendReceipt(block, receipt, key) {
    this.#answer(block, kinds.receipt, bodies.writeReceipt(receipt), key.role === 'wallet');
    this.emit('receipt-sent', receipt);
  }

  /** To a reply block, through the home this client is attached to. */
  #answer(block, kind, body, signed) {
    this.#transmit(this.#node, {
      destination: block.alias,
      prekey: block.key,
      to: block.alias,
      fields: this.#fields(kind, body, 600),
      secret: signed ? this.#secret : undefined,
    });
  }

  #takeFragment(e, key) {
    const fragment = bodies.parseFragment(e.body);
    if (!fragment) return 'body';
    const group = this.#groups.take(e, fragment);
    if (!group) return 'group';
    this.#scheduleAck(group);
    if (!group.whole || group.delivered) return undefined;
    group.delivered = true;
    return this.#takeMessage(e, key, group.whole, group.msgId, group.count);
  }

  #scheduleAck(group) {
    const block = group.replyBlock();
    if (!block || group.ackTimer || Date.now() >= Number(block.expiresMs)) return;
    group.ackTimer = setTimeout(
      () => {
        group.ackTimer = undefined;
        this.#answer(block, kinds.fragmentAck, group.ack(), false);
      },
      ackDelayMs + randomInt(51),
    );
  }

  #takeReceipt(e, key) {
    const receipt = bodies.parseReceipt(e.body);
    if (!receipt) return 'body';
    const pending = this.#receipts.get(toHex(receipt.msgId));
    if (!pending || !same(pending.hash, receipt.bodyHash) || !same(pending.alias, key.destination))
      return 'unasked';
    if (pending.from && !(e.auth === 1 && same(pending.from, e.from))) return 'signer';
    pending.resolve({ ...receipt, signer: e.auth === 1 ? e.from : undefined });
    return undefined;
  }

  #takeAck(e) {
    const ack = bodies.parseFragmentAck(e.body);
    if (!ack) return 'body';
    const transfer = this.#transfers.get(ack.groupId);
    transfer?.(ack);
    return transfer ? undefined : 'unasked';
  }
}
