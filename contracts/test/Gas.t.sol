// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NodeRegistry} from "../src/NodeRegistry.sol";
import {INodeRegistry} from "../src/interfaces/INodeRegistry.sol";
import {RouteFixture} from "./RouteFixture.sol";

/// @dev Writes snapshots/*.json. Each call is a transaction of its own (forge --isolate), so storage starts
///      cold.
contract GasTest is RouteFixture {
    NodeRegistry private nodes;

    function setUp() public override {
        super.setUp();
        nodes = new NodeRegistry();
        nodes.register(inputOf(1));
    }

    function test_Nodes() public {
        nodes.register(inputOf(2));
        vm.snapshotGasLastCall("NodeRegistry", "register");
        nodes.update(1, inputOf(1));
        vm.snapshotGasLastCall("NodeRegistry", "update, nothing new");
        nodes.update(1, inputOf(3));
        vm.snapshotGasLastCall("NodeRegistry", "update, all new");
        nodes.addBond{value: 1 ether}(1);
        vm.snapshotGasLastCall("NodeRegistry", "addBond");
        nodes.setState(1, 2);
        vm.snapshotGasLastCall("NodeRegistry", "setState, draining");
        nodes.setState(1, 3);
        vm.snapshotGasLastCall("NodeRegistry", "setState, retired");
        vm.warp(block.timestamp + 7 days);
        nodes.withdrawBond(1, payable(address(0xcafe)));
        vm.snapshotGasLastCall("NodeRegistry", "withdrawBond");
    }

    function test_Routes() public {
        setAs(ALICE_SECRET, PREKEY, routeOf(1));
        vm.snapshotGasLastCall("RouteRegistry", "set, first");
        setAs(ALICE_SECRET, PREKEY, routeOf(2));
        vm.snapshotGasLastCall("RouteRegistry", "set, again");
        setForAs(ALICE_SECRET, PREKEY, routeOf(3), START);
        vm.snapshotGasLastCall("RouteRegistry", "setFor, first authorization");
        setForAs(ALICE_SECRET, PREKEY, routeOf(4), START);
        vm.snapshotGasLastCall("RouteRegistry", "setFor, again");
        registry.clearFor(alice, START, sign65(ALICE_SECRET, clearDigest(alice, 2, START)));
        vm.snapshotGasLastCall("RouteRegistry", "clearFor");
        setAs(ALICE_SECRET, PREKEY, routeOf(5));
        vm.prank(alice);
        registry.clear();
        vm.snapshotGasLastCall("RouteRegistry", "clear");
    }

    function inputOf(uint256 n) private pure returns (INodeRegistry.NodeInput memory) {
        bytes32 link = keccak256(abi.encode("link", n));
        bytes32 seal = keccak256(abi.encode("seal", n));
        return INodeRegistry.NodeInput(
            address(uint160(n)), link, seal, bytes16(uint128(1)), 1, 2, link, uint32(n));
    }
}
