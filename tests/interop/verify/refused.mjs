import { fromHex } from '../lib/bytes.mjs';
import { timeProblem } from '../lib/envelope.mjs';
import { openCell, sealCell, signatureOf } from '../lib/seal.mjs';
import { equal } from './expect.mjs';

/** The first reason in the order of section 6, with its detail. */
function judge(v) {
  const network = { chainId: BigInt(v.chainId), registry: fromHex(v.registry) };
  const opened = openCell({ network, cell: fromHex(v.cell), secret: fromHex(v.recipientSecret) });
  if (opened.problem) return opened;
  const problem = timeProblem(opened.envelope, BigInt(v.nowMs));
  return problem
    ? { problem }
    : signatureOf({ network, opened, addressees: v.addressees.map((a) => fromHex(a)) });
}

export function verifyRefused(file, check) {
  for (const v of file.cells) {
    check(`${v.seed} ${v.name}`, () => {
      const judged = judge(v);
      equal('reason', judged.problem ?? 'none', v.reason);
      equal('detail', judged.detail ?? null, v.detail);
    });
  }
  for (const point of file.lowOrderPoints) {
    check(
      `nothing is sealed to ${point}`,
      () =>
        sealCell({
          network: { chainId: 1n, registry: Buffer.alloc(20) },
          destination: Buffer.alloc(20),
          prekey: fromHex(point),
          fields: {
            kind: 1,
            flags: 0,
            issuedMs: 0n,
            ttlSec: 1,
            msgId: Buffer.alloc(16),
            body: Buffer.from([0]),
          },
        }) === undefined,
    );
  }
}
