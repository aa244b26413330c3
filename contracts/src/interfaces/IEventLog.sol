// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Rolling hash over a registry's own events
/// @notice Every registry of Conet numbers its events from 1 and folds each of them into one word:
///
///         eventsHash' = keccak256(eventsHash ‖ uint64 seq ‖ bytes32 topic1 ‖ keccak256(log.data))
///
///         `topic1` is the event's only indexed argument, `log.data` the ABI encoding of all others, and the
///         sequence number is among those too. The hash starts at zero. One storage proof of this word
///         against a block's state root therefore proves that a mirrored list of events is complete and in
///         order.
interface IEventLog {
    /// @return The sequence number of the last event; 0 before the first.
    function eventCount() external view returns (uint64);

    /// @return The rolling hash after the last event; zero before the first.
    function eventsHash() external view returns (bytes32);
}
