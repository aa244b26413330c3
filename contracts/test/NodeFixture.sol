// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NodeRegistry} from "../src/NodeRegistry.sol";
import {INodeRegistry} from "../src/interfaces/INodeRegistry.sol";
import {EventFold} from "./EventFold.sol";

/// @dev A registry, three accounts and inputs that differ by a number.
abstract contract NodeFixture is EventFold {
    uint8 internal constant ACTIVE = 1;
    uint8 internal constant DRAINING = 2;
    uint8 internal constant RETIRED = 3;

    address internal constant ALICE = address(0xa11ce);
    address internal constant BOB = address(0xb0b);
    address internal constant MALLORY = address(0xbad);

    NodeRegistry internal registry;

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        registry = new NodeRegistry();
        vm.deal(ALICE, 1_000 ether);
        vm.deal(BOB, 1_000 ether);
        vm.deal(MALLORY, 1_000 ether);
    }

    function inputOf(uint256 n) internal pure returns (INodeRegistry.NodeInput memory) {
        return INodeRegistry.NodeInput({
            signer: address(uint160(uint256(keccak256(abi.encode("signer", n))))),
            linkKey: keyOf("link", n),
            sealKey: keyOf("seal", n),
            ip: bytes16(uint128(0xffff_c0000200 + (n % 255))),
            clientPort: 4_000,
            nodePort: 4_001,
            descriptorHash: keccak256(abi.encode("descriptor", n)),
            descriptorVersion: uint32(1 + n)
        });
    }

    /// @dev A test key: the top bit, which X25519 ignores, is clear.
    function keyOf(string memory kind, uint256 n) internal pure returns (bytes32) {
        return keccak256(abi.encode(kind, n)) & ~bytes32(uint256(0x80));
    }

    function registerAs(address operator, uint256 n) internal returns (uint32) {
        vm.prank(operator);
        return registry.register(inputOf(n));
    }
}
