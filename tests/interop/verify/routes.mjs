import { walletAddress } from '../lib/addresses.mjs';
import { fromHex, toHex, word } from '../lib/bytes.mjs';
import { x25519Public } from '../lib/hpke.mjs';
import * as routes from '../lib/routes.mjs';
import { sign } from '../lib/secp256k1.mjs';
import {
  clearRouteStructHash,
  digestOf,
  domainSeparator,
  routeStructHash,
  setRouteStructHash,
} from '../lib/typed-data.mjs';
import { draw, equal, equalFields } from './expect.mjs';

const networkOf = (v) => ({ chainId: BigInt(v.chainId), registry: fromHex(v.registry) });

const routeOf = (v) => ({
  homes: v.homes,
  suite: v.suite,
  epoch: v.epoch,
  expiry: BigInt(v.expiry),
  flags: v.flags,
});

function signedRoute(v) {
  const [network, secret, prekey, route] = [
    networkOf(v),
    fromHex(v.walletSecret),
    fromHex(v.prekey),
    routeOf(v),
  ];
  const wallet = walletAddress(secret);
  equal('walletSecret', toHex(draw(v.seed, 'wallet', 32)), v.walletSecret);
  equal('prekeySecret', toHex(draw(v.seed, 'prekey', 32)), v.prekeySecret);
  const packed = routes.packRoute(route);
  const digest = routes.routeDigest(network, wallet, prekey, route);
  equalFields(v, {
    wallet,
    prekey: x25519Public(fromHex(v.prekeySecret)),
    packed: word(packed),
    domainSeparator: domainSeparator(network),
    structHash: routeStructHash(wallet, prekey, route),
    digest,
    signature: sign(secret, digest),
    ...routes.signRoute(secret, network, wallet, prekey, route),
  });
  const back = routes.unpackRoute(packed);
  equal(
    'unpacked',
    JSON.stringify({ ...back, expiry: String(back.expiry) }),
    JSON.stringify({ ...route, expiry: v.expiry }),
  );
  equal('verified', routes.routeSigned(network, wallet, prekey, route, compactOf(v)), true);
}

const compactOf = (v) => ({ r: fromHex(v.r), vs: fromHex(v.vs) });

function authorization(v) {
  const [secret, separator] = [fromHex(v.walletSecret), domainSeparator(networkOf(v))];
  const [wallet, nonce, deadline] = [walletAddress(secret), BigInt(v.nonce), BigInt(v.deadline)];
  const structHash =
    v.type === 'SetRoute'
      ? setRouteStructHash(wallet, fromHex(v.prekey), routes.packedOf(fromHex(v.packed)), nonce, deadline)
      : clearRouteStructHash(wallet, nonce, deadline);
  const digest = digestOf(separator, structHash);
  equalFields(v, { wallet, structHash, digest, signature: sign(secret, digest) });
}

function rolling(events) {
  let hash = Buffer.alloc(32);
  for (const event of events) {
    const bytes = Object.fromEntries(
      Object.entries(event)
        .filter(([, value]) => typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value))
        .map(([name, value]) => [name, fromHex(value)]),
    );
    const data =
      event.event === 'RouteChanged'
        ? routes.routeChangedData(event.seq, bytes.prekey, routes.packedOf(bytes.packed), bytes.r, bytes.vs)
        : routes.nodeChangedData(event.seq, { ...event, ...bytes, bond: BigInt(event.bond) });
    const topic =
      event.event === 'RouteChanged' ? routes.walletTopic(bytes.wallet) : routes.nodeTopic(event.nodeId);
    hash = routes.nextEventsHash(hash, event.seq, topic, data);
    equalFields(event, { topic, data, eventsHash: hash });
  }
}

export function verifyRoutes(file, check) {
  for (const v of file.routes) check(`route ${v.name}`, () => signedRoute(v));
  for (const v of file.authorizations) check(`${v.type} ${v.nonce}`, () => authorization(v));
  for (const v of file.refusedWords) {
    check(
      `word refused: ${v.reason}`,
      () => routes.unpackRoute(routes.packedOf(fromHex(v.packed))) === undefined,
    );
  }
  for (const v of file.refusedSignatures) {
    check(
      `signature refused: ${v.name}`,
      () => !routes.routeSigned(networkOf(v), fromHex(v.wallet), fromHex(v.prekey), routeOf(v), compactOf(v)),
    );
  }
  for (const { name, events } of file.rollingHashes) check(`rolling hash of ${name}`, () => rolling(events));
}
