// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Checks} from "./Checks.sol";
import {Vm} from "./Vm.sol";

/// @dev The rolling hash as a mirror computes it: from raw logs alone, one after the other.
abstract contract EventFold is Checks {
    bytes32 public foldedHash;
    uint64 public foldedCount;

    /// @dev Folds all logs of `emitter` recorded since the last call and returns them.
    function foldRecorded(address emitter, bytes32 topic0) internal returns (Vm.Log[] memory logs) {
        logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            assertEq(logs[i].emitter, emitter, "emitter");
            assertEq(logs[i].topics.length, 2, "topics");
            assertEq(logs[i].topics[0], topic0, "topic0");
            uint64 seq = uint64(uint256(word(logs[i].data, 0)));
            assertEq(seq, uint256(foldedCount) + 1, "sequence number");
            foldedHash = keccak256(
                abi.encodePacked(foldedHash, seq, logs[i].topics[1], keccak256(logs[i].data)));
            foldedCount = seq;
        }
    }

    /// @dev The 32-byte word at `index` of ABI-encoded data.
    function word(bytes memory data, uint256 index) internal pure returns (bytes32 result) {
        for (uint256 i = 0; i < 32; i++) result |= bytes32(data[index * 32 + i]) >> (8 * i);
    }
}
