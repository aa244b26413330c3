// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEventLog} from "./interfaces/IEventLog.sol";

/// @title Rolling event hash, first in the storage of each registry
/// @dev Storage: slot 0 `eventsHash`, slot 1 `eventCount`. Mirrors prove slot 0, so a registry must name this
///      contract first among its bases.
abstract contract EventLog is IEventLog {
    /// @inheritdoc IEventLog
    bytes32 public override eventsHash;

    /// @inheritdoc IEventLog
    uint64 public override eventCount;

    /// @dev The number that the next event must carry.
    function _nextSeq() internal view returns (uint64) {
        return eventCount + 1;
    }

    /// @dev Folds one event in. The caller emits the event with exactly these values next.
    /// @param seq What `_nextSeq` returned.
    /// @param topic The event's indexed argument, as the word that the log carries.
    /// @param data The ABI encoding of the event's other arguments, as the log carries them.
    function _append(uint64 seq, bytes32 topic, bytes memory data) internal {
        eventCount = seq;
        eventsHash = keccak256(abi.encodePacked(eventsHash, seq, topic, keccak256(data)));
    }
}
