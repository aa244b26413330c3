// The codec of each kind, by its name in SPEC section 7.

import * as bodies from '../lib/bodies.mjs';
import * as buckets from '../lib/buckets.mjs';
import * as control from '../lib/control.mjs';
import { kinds } from '../lib/envelope.mjs';

export const codecs = {
  MESSAGE: [kinds.message, bodies.parseMessage, bodies.writeMessage],
  FRAGMENT: [kinds.fragment, bodies.parseFragment, bodies.writeFragment],
  FRAGMENT_ACK: [kinds.fragmentAck, bodies.parseFragmentAck],
  RECEIPT: [kinds.receipt, bodies.parseReceipt, bodies.writeReceipt],
  ATTACH: [kinds.attach, control.parseAttach, control.writeAttach],
  CHALLENGE: [kinds.challenge, control.parseChallenge, control.writeChallenge],
  CONFIRM: [kinds.confirm, control.parseConfirm, control.writeConfirm],
  ATTACHED: [kinds.attached, control.parseAttached, control.writeAttached],
  KEEPALIVE: [kinds.keepAlive, control.parseKeepAlive, control.writeKeepAlive],
  KEPT: [kinds.kept, control.parseKept, control.writeKept],
  ALIAS_REGISTER: [kinds.aliasRegister, control.parseAliasRegister, control.writeAliasRegister],
  ALIAS_RESULT: [kinds.aliasResult, control.parseAliasResult, control.writeAliasResult],
  ALIAS_REVOKE: [kinds.aliasRevoke, control.parseAliasRevoke, control.writeAliasRevoke],
  DETACH: [kinds.detach, control.parseDetach, control.writeDetach],
  REFUSED: [kinds.refused, control.parseRefused, control.writeRefused],
  PROBE: [kinds.probe, bodies.parseProbe, bodies.writeProbe],
  PROBE_ANSWER: [kinds.probeAnswer, bodies.parseProbeAnswer, bodies.writeProbeAnswer],
  BUCKET_ASK: [kinds.bucketAsk, buckets.parseBucketAsk, buckets.writeBucketAsk],
  BUCKET_STATE: [kinds.bucketState, buckets.parseBucketState, buckets.writeBucketState],
  BUCKET_FETCH: [kinds.bucketFetch, buckets.parseBucketFetch, buckets.writeBucketFetch],
  BUCKET_PIECE: [kinds.bucketPiece, buckets.parseBucketPiece, buckets.writeBucketPiece],
};
