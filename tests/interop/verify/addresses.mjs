import {
  addressOfKey,
  aliasAddress,
  formatAddress,
  homeAddress,
  nodeOwnAddress,
  parseAddress,
  walletAddress,
} from '../lib/addresses.mjs';
import { fromHex } from '../lib/bytes.mjs';
import { keccak256 } from '../lib/keccak.mjs';
import { publicKey } from '../lib/secp256k1.mjs';
import { equal, equalFields, hexOrNull } from './expect.mjs';

export function verifyAddresses(file, check) {
  for (const v of file.keccak256) {
    check(`Keccak-256 of ${v.input.length / 2} bytes`, () =>
      equalFields(v, { hash: keccak256(fromHex(v.input)) }),
    );
  }
  for (const v of file.wallets) {
    check(`wallet ${v.text}`, () => {
      const address = walletAddress(fromHex(v.secret));
      const key = publicKey(fromHex(v.secret));
      equalFields(v, { publicKey: key, address, text: formatAddress(address) });
      equal('address of the key', hexOrNull(addressOfKey(key)), v.address);
    });
  }
  for (const v of file.nodes) {
    check(`node ${v.nodeId}`, () => equalFields(v, { address: nodeOwnAddress(v.nodeId) }));
  }
  for (const v of file.homes) {
    check(`home ${v.nodeId}`, () => equalFields(v, { address: homeAddress(v.nodeId, fromHex(v.wallet)) }));
  }
  for (const v of file.aliases) {
    check(`alias ${v.nodeId}`, () => equalFields(v, { address: aliasAddress(v.nodeId, fromHex(v.secret)) }));
  }
  for (const v of file.texts) {
    check(`text "${v.text}"`, () => equalFields(v, { address: parseAddress(v.text) }));
  }
}
