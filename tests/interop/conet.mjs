#!/usr/bin/env node
// seal, open, listen and send: a stranger's program, written from docs/SPEC.md alone.

import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { formatAddress, parseAddress, walletAddress } from './lib/addresses.mjs';
import { parseMessage, parseReplyBlock, writeMessage } from './lib/bodies.mjs';
import { fromHex, toHex } from './lib/bytes.mjs';
import { Client } from './lib/client.mjs';
import { describeEnvelope, kinds } from './lib/envelope.mjs';
import { x25519Public } from './lib/hpke.mjs';
import { openAndVerify, sealCell } from './lib/seal.mjs';

const usage = `usage: node conet.mjs VERB OPTIONS            all verbs: --chain-id N --registry 0x..

seal    --to 0x.. --prekey HEX [--text T | --body HEX] [--kind N] [--secret HEX] [--signed-to 0x..]
        [--reply-block HEX [--receipt]] [--issued-ms N] [--ttl N] [--msg-id HEX] [--flags N] [--ephemeral HEX]
        writes one cell to stdout
open    --secret HEX [--to 0x.. ...]          reads one cell from stdin, prints one JSON object
listen  --secret HEX --prekey-secret HEX --node HOST:PORT --node-id N --seal-key HEX
        [--aliases N] [--count N] [--seconds N]
        attaches as that wallet, prints one JSON object a line
send    --entry HOST:PORT --to 0x.. --prekey HEX --text T [--secret HEX] [--signed-to 0x..] [--anonymous]
        [--receipt [--receipt-from 0x..] --node HOST:PORT --node-id N --seal-key HEX] [--seconds N]

--secret is a wallet's secp256k1 secret, except for open, where it is the X25519 secret of the recipient.`;

const text = { type: 'string' };
const flag = { type: 'boolean' };
const options = {
  'chain-id': text,
  registry: text,
  to: { type: 'string', multiple: true },
  prekey: text,
  text,
  body: text,
  kind: text,
  secret: text,
  'signed-to': text,
  'reply-block': text,
  receipt: flag,
  'receipt-from': text,
  'issued-ms': text,
  ttl: text,
  'msg-id': text,
  flags: text,
  ephemeral: text,
  'prekey-secret': text,
  node: text,
  'node-id': text,
  'seal-key': text,
  aliases: text,
  count: text,
  seconds: text,
  entry: text,
  anonymous: flag,
  help: flag,
};

class UsageError extends Error {}

function need(values, name) {
  if (values[name] === undefined) throw new UsageError(`--${name} is missing`);
  return values[name];
}

function address(textValue) {
  const value = parseAddress(textValue);
  if (!value) throw new UsageError(`not an address: ${textValue}`);
  return value;
}

const bytes = (values, name, size) => fromHex(need(values, name), size);
const optionalBytes = (values, name, size) => values[name] && fromHex(values[name], size);
const print = (value) => process.stdout.write(JSON.stringify(value) + '\n');

const networkOf = (values) => ({
  chainId: BigInt(need(values, 'chain-id')),
  registry: address(need(values, 'registry')),
});

function endpoint(textValue) {
  const colon = textValue.lastIndexOf(':');
  return { host: textValue.slice(0, colon), port: Number(textValue.slice(colon + 1)) };
}

const nodeOf = (values) => ({
  ...endpoint(need(values, 'node')),
  id: Number(need(values, 'node-id')),
  sealKey: bytes(values, 'seal-key', 32),
});

async function readStdin() {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts);
}

function bodyOf(values) {
  if (values.body !== undefined) return fromHex(values.body);
  const block = optionalBytes(values, 'reply-block', 60);
  const replyBlock = block && parseReplyBlock(block);
  if (block && !replyBlock) throw new UsageError('malformed reply block');
  return writeMessage({
    replyBlock,
    receipt: values.receipt,
    content: Buffer.from(values.text ?? '', 'utf8'),
  });
}

function seal(values) {
  const destination = address(need(values, 'to')[0]);
  const secret = optionalBytes(values, 'secret', 32);
  const fields = {
    kind: Number(values.kind ?? kinds.message),
    flags: Number(values.flags ?? randomBytes(2).readUInt16BE()),
    issuedMs: BigInt(values['issued-ms'] ?? Date.now()),
    ttlSec: Number(values.ttl ?? 600),
    msgId: optionalBytes(values, 'msg-id', 16) ?? randomBytes(16),
    from: secret && walletAddress(secret),
    body: bodyOf(values),
  };
  const sealed = sealCell({
    network: networkOf(values),
    destination,
    prekey: bytes(values, 'prekey', 32),
    fields,
    secret,
    to: values['signed-to'] ? address(values['signed-to']) : destination,
    ephemeral: optionalBytes(values, 'ephemeral', 32),
  });
  if (!sealed) throw new UsageError('the prekey is of low order');
  process.stdout.write(sealed.cell);
}

async function open(values) {
  const cell = await readStdin();
  const addressees = (values.to ?? []).map(address);
  if (addressees.length === 0) addressees.push(cell.subarray(0, 20));
  const opened = openAndVerify({
    network: networkOf(values),
    cell,
    secret: bytes(values, 'secret', 32),
    addressees,
  });
  if (opened.problem) {
    print({ problem: opened.problem, detail: opened.detail ?? null });
    process.exitCode = 1;
    return;
  }
  const message = opened.envelope.kind === kinds.message ? parseMessage(opened.envelope.body) : undefined;
  print({ ...describeEnvelope(opened.envelope), text: message?.content.toString('utf8') ?? null });
}

function printMessage({ envelope, message, destination, msgId, fragments }) {
  print({
    event: 'message',
    from: envelope.auth === 1 ? formatAddress(envelope.from) : null,
    destination: formatAddress(destination),
    msgId: toHex(msgId),
    fragments,
    receipt: message.receipt,
    text: message.content.toString('utf8'),
    size: message.content.length,
  });
}

async function attach(values, secret) {
  const client = new Client({
    network: networkOf(values),
    secret,
    prekeySecret: optionalBytes(values, 'prekey-secret', 32),
    node: nodeOf(values),
  });
  client.on('message', printMessage);
  client.on('receipt-sent', (receipt) => print({ event: 'receipt-sent', msgId: toHex(receipt.msgId) }));
  client.on('drop', (reason) => print({ event: 'drop', reason }));
  const attached = await client.attach();
  print({ event: 'attached', wallet: formatAddress(client.wallet), leaseSec: attached.leaseSec });
  return client;
}

/** Until so many messages have come and the receipts asked for are sent, or the time is over. */
async function untilDone(client, count, seconds) {
  let [left, owed] = [count, 0];
  await new Promise((resolve) => {
    const done = () => {
      if (left <= 0 && owed <= 0) resolve();
    };
    client.on('message', ({ message }) => {
      left -= 1;
      owed += message.receipt ? 1 : 0;
      done();
    });
    client.on('receipt-sent', () => {
      owed -= 1;
      done();
    });
    if (seconds) setTimeout(resolve, 1000 * Number(seconds)).unref();
  });
  if (left > 0 && count !== Infinity) process.exitCode = 1;
}

async function listen(values) {
  const secret = bytes(values, 'secret', 32);
  const prekeySecret = bytes(values, 'prekey-secret', 32);
  const client = await attach(values, secret);
  print({ event: 'prekey', prekey: toHex(x25519Public(prekeySecret)) });
  for (let i = 0; i < Number(values.aliases ?? 0); i++) {
    const block = await client.registerAlias();
    print({
      event: 'alias',
      alias: formatAddress(block.alias),
      key: toHex(block.key),
      expiresMs: block.expiresMs,
    });
  }
  await client.keepAlive();
  print({ event: 'ready' });
  await untilDone(client, Number(values.count ?? Infinity), values.seconds);
  await client.detach();
  print({ event: 'detached' });
  client.close();
}

async function send(values) {
  const secret = optionalBytes(values, 'secret', 32) ?? randomBytes(32);
  const destination = address(need(values, 'to')[0]);
  const target = {
    destination,
    prekey: bytes(values, 'prekey', 32),
    to: values['signed-to'] ? address(values['signed-to']) : destination,
  };
  const how = {
    signed: !values.anonymous,
    receipt: values.receipt,
    receiptFrom: values['receipt-from'] && address(values['receipt-from']),
    timeoutMs: 1000 * Number(values.seconds ?? 20),
  };
  let client;
  if (values.receipt) {
    client = await attach(values, secret);
    how.replyBlock = await client.registerAlias();
    print({ event: 'alias', alias: formatAddress(how.replyBlock.alias) });
  } else {
    client = new Client({ network: networkOf(values), secret, node: { id: 0 } });
  }
  const content = Buffer.from(need(values, 'text'), 'utf8');
  const { msgId, receipt } = await client.send(endpoint(need(values, 'entry')), target, content, how);
  print({
    event: 'sent',
    from: how.signed ? formatAddress(client.wallet) : null,
    msgId: toHex(msgId),
    receipt: receipt ? { signer: receipt.signer ? formatAddress(receipt.signer) : null } : null,
  });
  if (values.receipt) await client.detach();
  if (values.receipt && !receipt) process.exitCode = 1;
  client.close();
}

const verbs = { seal, open, listen, send };

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const verb = verbs[positionals[0]];
  if (!verb || values.help) {
    process.stderr.write(usage + '\n');
    process.exitCode = values.help ? 0 : 2;
  } else {
    await verb(values);
  }
} catch (error) {
  process.stderr.write(`conet: ${error.message}\n`);
  process.exitCode = error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}
