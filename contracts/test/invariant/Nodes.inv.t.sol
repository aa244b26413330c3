// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NodeRegistry} from "../../src/NodeRegistry.sol";
import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";
import {EventFold} from "../EventFold.sol";
import {Vm} from "../Vm.sol";

/// @dev Does random things to a registry and keeps a mirror of it from its logs alone. Keys and signers come
///      from a small pool, so most attempts collide with something; whether a call must succeed is worked out
///      beforehand.
contract NodeHandler is EventFold {
    uint256 private constant POOL = 40;
    uint256 private constant TIME_STEP_MAX = 10 days;

    NodeRegistry public immutable registry;
    address[4] private _operators = [address(0xa1), address(0xa2), address(0xa3), address(0xa4)];

    uint32 public mirrorCount;
    uint256 public bondsIn;
    uint256 public bondsOut;
    mapping(uint32 id => INodeRegistry.Node) private _mirror;
    mapping(bytes32 key => bool) private _keySeen;
    mapping(address signer => bool) private _signerSeen;
    mapping(uint32 id => uint256) private _retiredAt;

    constructor(NodeRegistry registry_) {
        registry = registry_;
        vm.recordLogs();
    }

    function register(uint256 who, uint256 signer, uint256 link, uint256 seal, uint96 bond) external {
        INodeRegistry.NodeInput memory input = inputFrom(signer, link, seal, 0);
        bool fresh = !_signerSeen[input.signer] && !_keySeen[input.linkKey] && !_keySeen[input.sealKey];
        address operator = _operators[who % 4];
        vm.deal(operator, bond);
        vm.prank(operator);
        try registry.register{value: bond}(input) returns (uint32 id) {
            assertTrue(fresh, "a used key or signer was accepted");
            assertEq(id, uint256(mirrorCount) + 1, "id");
            bondsIn += bond;
        } catch {
            assertTrue(!fresh, "a fresh node was refused");
        }
        mirrorLogs();
    }

    function update(uint256 who, uint256 which, uint256 change, uint256 fresh) external {
        uint32 id = pick(which);
        if (id == 0) return;
        INodeRegistry.Node memory old = _mirror[id];
        INodeRegistry.NodeInput memory input = INodeRegistry.NodeInput({
            signer: change & 1 == 0 ? old.signer : signerOf(fresh),
            linkKey: change & 2 == 0 ? old.linkKey : keyOf(fresh >> 16),
            sealKey: change & 4 == 0 ? old.sealKey : keyOf(fresh >> 32),
            ip: old.ip,
            clientPort: old.clientPort,
            nodePort: old.nodePort,
            descriptorHash: bytes32(fresh),
            descriptorVersion: old.descriptorVersion + 1
        });
        bool mine = old.operator == _operators[who % 4];
        bool usable = (input.signer == old.signer || !_signerSeen[input.signer])
            && (input.linkKey == old.linkKey || !_keySeen[input.linkKey])
            && (input.sealKey == old.sealKey || !_keySeen[input.sealKey])
            && input.linkKey != input.sealKey;
        bool expected = mine && usable && old.state != 3;
        vm.prank(_operators[who % 4]);
        try registry.update(id, input) {
            assertTrue(expected, "update accepted");
        } catch {
            assertTrue(!expected, "update refused");
        }
        mirrorLogs();
    }

    function setState(uint256 who, uint256 which, uint8 state) external {
        uint32 id = pick(which);
        if (id == 0) return;
        state %= 5;
        uint8 old = _mirror[id].state;
        bool mine = _mirror[id].operator == _operators[who % 4];
        bool expected = mine && old != 3 && state != old && state != 0 && state != 4;
        vm.prank(_operators[who % 4]);
        try registry.setState(id, state) {
            assertTrue(expected, "setState accepted");
            if (state == 3) _retiredAt[id] = block.timestamp;
        } catch {
            assertTrue(!expected, "setState refused");
        }
        mirrorLogs();
    }

    function addBond(uint256 which, uint96 bond) external {
        uint32 id = pick(which);
        if (id == 0) return;
        bool expected = bond != 0 && _mirror[id].state != 3;
        vm.deal(address(this), bond);
        try registry.addBond{value: bond}(id) {
            assertTrue(expected, "addBond accepted");
            bondsIn += bond;
        } catch {
            assertTrue(!expected, "addBond refused");
        }
        mirrorLogs();
    }

    function withdrawBond(uint256 who, uint256 which) external {
        uint32 id = pick(which);
        if (id == 0) return;
        INodeRegistry.Node memory old = _mirror[id];
        bool mine = old.operator == _operators[who % 4];
        bool free = old.state == 3 && block.timestamp >= _retiredAt[id] + 7 days;
        vm.prank(_operators[who % 4]);
        try registry.withdrawBond(id, payable(address(0xcafe))) {
            assertTrue(mine && free && old.bond != 0, "withdrawBond accepted");
            bondsOut += old.bond;
        } catch {
            assertTrue(!(mine && free && old.bond != 0), "withdrawBond refused");
        }
        mirrorLogs();
    }

    function transferOperator(uint256 who, uint256 which, uint256 to) external {
        uint32 id = pick(which);
        if (id == 0) return;
        bool mine = _mirror[id].operator == _operators[who % 4];
        vm.prank(_operators[who % 4]);
        try registry.transferOperator(id, _operators[to % 4]) {
            assertTrue(mine, "transferOperator accepted");
        } catch {
            assertTrue(!mine, "transferOperator refused");
        }
        mirrorLogs();
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, TIME_STEP_MAX));
    }

    function mirrored(uint32 id) external view returns (INodeRegistry.Node memory) {
        return _mirror[id];
    }

    /// @dev Takes each event as a mirror does, and holds against it what went before.
    function mirrorLogs() private {
        Vm.Log[] memory logs = foldRecorded(address(registry), INodeRegistry.NodeChanged.selector);
        for (uint256 i = 0; i < logs.length; i++) {
            (, INodeRegistry.Node memory node) = abi.decode(logs[i].data, (uint64, INodeRegistry.Node));
            uint32 id = uint32(uint256(logs[i].topics[1]));
            INodeRegistry.Node memory old = _mirror[id];
            if (old.state == 0) assertEq(id, ++mirrorCount, "ids are given out in order");
            assertTrue(old.state != 3 || node.state == 3, "retired is final");
            if (node.signer != old.signer) {
                assertTrue(!_signerSeen[node.signer], "signer reused");
                _signerSeen[node.signer] = true;
            }
            if (node.linkKey != old.linkKey) see(node.linkKey);
            if (node.sealKey != old.sealKey) see(node.sealKey);
            _mirror[id] = node;
        }
    }

    function see(bytes32 key) private {
        assertTrue(!_keySeen[key], "key reused");
        _keySeen[key] = true;
    }

    function pick(uint256 which) private view returns (uint32) {
        return mirrorCount == 0 ? 0 : uint32(1 + (which % mirrorCount));
    }

    function inputFrom(uint256 signer, uint256 link, uint256 seal, uint32 version)
        private
        pure
        returns (INodeRegistry.NodeInput memory)
    {
        bytes32 linkKey = keyOf(link);
        bytes32 sealKey = keyOf(seal);
        if (linkKey == sealKey) sealKey = keyOf(seal + 1);
        return INodeRegistry.NodeInput(
            signerOf(signer), linkKey, sealKey, bytes16(uint128(1)), 1, 2, 0, version);
    }

    function keyOf(uint256 n) private pure returns (bytes32) {
        return keccak256(abi.encode("key", n % POOL)) & ~bytes32(uint256(0x80));
    }

    function signerOf(uint256 n) private pure returns (address) {
        return address(uint160(0x5160000 + (n % POOL)));
    }
}

contract NodesInvariantTest is EventFold {
    NodeRegistry private registry;
    NodeHandler private handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        registry = new NodeRegistry();
        handler = new NodeHandler(registry);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Sequence numbers without gaps, ids in order and keys never reused are asserted at each event.
    function invariant_RollingHashFollowsFromTheLogs() public view {
        assertEq(registry.eventsHash(), handler.foldedHash(), "eventsHash");
        assertEq(registry.eventCount(), handler.foldedCount(), "eventCount");
    }

    function invariant_EventsCarryTheWholeState() public view {
        assertEq(registry.nodeCount(), handler.mirrorCount(), "nodeCount");
        for (uint32 id = 0; id <= registry.nodeCount() + 1; id++) {
            bytes32 stored = keccak256(abi.encode(registry.node(id)));
            assertEq(stored, keccak256(abi.encode(handler.mirrored(id))), "record");
        }
    }

    function invariant_BalanceIsTheSumOfBonds() public view {
        uint256 sum;
        for (uint32 id = 1; id <= registry.nodeCount(); id++) sum += registry.node(id).bond;
        assertEq(address(registry).balance, sum, "balance");
        assertEq(handler.bondsIn() - handler.bondsOut(), sum, "ledger");
    }

    function invariant_KeysAndSignersLeadToTheirNode() public view {
        for (uint32 id = 1; id <= registry.nodeCount(); id++) {
            INodeRegistry.Node memory node = registry.node(id);
            assertEq(registry.nodeOfKey(node.linkKey), id, "link key");
            assertEq(registry.nodeOfKey(node.sealKey), id, "seal key");
            assertEq(registry.nodeOfSigner(node.signer), id, "signer");
        }
    }
}
