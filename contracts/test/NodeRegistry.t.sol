// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INodeRegistry} from "../src/interfaces/INodeRegistry.sol";
import {ReenteringOperator, Refuser} from "./mocks/Operators.sol";
import {NodeFixture} from "./NodeFixture.sol";

contract NodeRegistryTest is NodeFixture {
    function test_IsEmptyAtFirst() public view {
        assertEq(registry.nodeCount(), 0, "nodeCount");
        assertEq(registry.eventCount(), 0, "eventCount");
        assertEq(registry.eventsHash(), 0, "eventsHash");
        assertEq(registry.node(1).state, 0, "state");
        assertEq(registry.bondFreeAt(1), 0, "bondFreeAt");
    }

    function test_NamesItsSigningDomain() public view {
        (, string memory name, string memory version, uint256 chainId, address self, , ) =
            registry.eip712Domain();
        assertEq(keccak256(bytes(name)), keccak256("Conet"), "name");
        assertEq(keccak256(bytes(version)), keccak256("1"), "version");
        assertEq(chainId, block.chainid, "chain id");
        assertEq(self, address(registry), "verifying contract");
    }

    function test_RegisterStoresTheWholeRecordAndAnnouncesIt() public {
        INodeRegistry.NodeInput memory input = inputOf(7);
        INodeRegistry.Node memory expected = INodeRegistry.Node({
            operator: ALICE,
            signer: input.signer,
            linkKey: input.linkKey,
            sealKey: input.sealKey,
            ip: input.ip,
            clientPort: input.clientPort,
            nodePort: input.nodePort,
            descriptorHash: input.descriptorHash,
            descriptorVersion: input.descriptorVersion,
            state: ACTIVE,
            bond: 3 ether
        });
        vm.expectEmit(true, false, false, true, address(registry));
        emit INodeRegistry.NodeChanged(1, 1, expected);
        vm.prank(ALICE);
        assertEq(registry.register{value: 3 ether}(input), 1, "id");

        requireRecord(1, expected);
        assertEq(registry.nodeCount(), 1, "nodeCount");
        assertEq(registry.nodeOfKey(input.linkKey), 1, "nodeOfKey(link)");
        assertEq(registry.nodeOfKey(input.sealKey), 1, "nodeOfKey(seal)");
        assertEq(registry.nodeOfSigner(input.signer), 1, "nodeOfSigner");
    }

    function test_IdsCountUpFromOneAndOneOperatorMayHaveSeveral() public {
        for (uint32 id = 1; id <= 5; id++) assertEq(registerAs(ALICE, id), id, "id");
    }

    function test_RegisterRefusesZeroSigner() public {
        INodeRegistry.NodeInput memory input = inputOf(1);
        input.signer = address(0);
        requireRefused(input, abi.encodeWithSelector(INodeRegistry.SignerInvalid.selector));
    }

    function test_RegisterRefusesKeysNobodyCanAgreeWith() public {
        bytes32[9] memory unusable = [
            bytes32(0),
            bytes32(uint256(0x80)),
            0x0100000000000000000000000000000000000000000000000000000000000000,
            0xe0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800,
            0x5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157,
            0xecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f,
            0xedffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f,
            0xeeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f,
            0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ];
        for (uint256 i = 0; i < unusable.length; i++) {
            bytes memory refusal = abi.encodeWithSelector(INodeRegistry.KeyInvalid.selector, unusable[i]);
            INodeRegistry.NodeInput memory input = inputOf(1);
            input.linkKey = unusable[i];
            requireRefused(input, refusal);
            input = inputOf(1);
            input.sealKey = unusable[i];
            requireRefused(input, refusal);
        }
    }

    function test_RegisterAcceptsTheHighestReducedKey() public {
        INodeRegistry.NodeInput memory input = inputOf(1);
        input.linkKey = 0xebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f;
        vm.prank(ALICE);
        registry.register(input);
        assertEq(registry.node(1).linkKey, input.linkKey, "linkKey");
    }

    function test_RegisterRefusesEndpointsThatAreNone() public {
        INodeRegistry.NodeInput memory input = inputOf(1);
        input.ip = 0;
        requireEndpointRefused(input);
        input.ip = bytes16(uint128(0xffff00000000));
        requireEndpointRefused(input);
        input = inputOf(1);
        input.clientPort = 0;
        requireEndpointRefused(input);
        input = inputOf(1);
        input.nodePort = 0;
        requireEndpointRefused(input);
        input.nodePort = input.clientPort;
        requireEndpointRefused(input);
    }

    function test_RegisterRefusesOneKeyForBothUses() public {
        INodeRegistry.NodeInput memory input = inputOf(1);
        input.sealKey = input.linkKey;
        requireRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, input.linkKey, uint32(1)));
    }

    function test_RegisterRefusesWhatAnotherNodeUses() public {
        registerAs(ALICE, 1);
        INodeRegistry.NodeInput memory taken = inputOf(1);

        INodeRegistry.NodeInput memory input = inputOf(2);
        input.signer = taken.signer;
        requireRefused(
            input, abi.encodeWithSelector(INodeRegistry.SignerUsed.selector, taken.signer, uint32(1)));
        input = inputOf(2);
        input.linkKey = taken.linkKey;
        requireRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, taken.linkKey, uint32(1)));
        input = inputOf(2);
        input.linkKey = taken.sealKey;
        requireRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, taken.sealKey, uint32(1)));
        input = inputOf(2);
        input.sealKey = taken.linkKey;
        requireRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, taken.linkKey, uint32(1)));
    }

    /// @dev X25519 ignores the top bit, so this is the same key under another spelling.
    function test_RegisterRefusesAnotherNodesKeyWithTheIgnoredBitSet() public {
        registerAs(ALICE, 1);
        INodeRegistry.NodeInput memory input = inputOf(2);
        input.linkKey = inputOf(1).linkKey | bytes32(uint256(0x80));
        requireRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, input.linkKey, uint32(1)));
    }

    function test_UpdateReplacesTheInputAndKeepsTheRest() public {
        vm.prank(ALICE);
        uint32 id = registry.register{value: 1 ether}(inputOf(1));
        INodeRegistry.NodeInput memory input = inputOf(9);
        vm.prank(ALICE);
        registry.update(id, input);

        INodeRegistry.Node memory node = registry.node(id);
        assertEq(node.operator, ALICE, "operator");
        assertEq(node.signer, input.signer, "signer");
        assertEq(node.linkKey, input.linkKey, "linkKey");
        assertEq(node.sealKey, input.sealKey, "sealKey");
        assertEq(uint128(node.ip), uint128(input.ip), "ip");
        assertEq(node.descriptorVersion, input.descriptorVersion, "descriptorVersion");
        assertEq(node.state, ACTIVE, "state");
        assertEq(node.bond, 1 ether, "bond");
        assertEq(registry.eventCount(), 2, "eventCount");
    }

    function test_UpdateMayRepeatTheSameInput() public {
        registerAs(ALICE, 1);
        vm.prank(ALICE);
        registry.update(1, inputOf(1));
        assertEq(registry.eventCount(), 2, "eventCount");
    }

    function test_UpdateNeverTakesBackAReplacedKeyOrSigner() public {
        registerAs(ALICE, 1);
        vm.prank(ALICE);
        registry.update(1, inputOf(2));
        INodeRegistry.NodeInput memory old = inputOf(1);

        INodeRegistry.NodeInput memory input = inputOf(2);
        input.linkKey = old.linkKey;
        requireUpdateRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, old.linkKey, uint32(1)));
        input = inputOf(2);
        input.sealKey = old.sealKey;
        requireUpdateRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, old.sealKey, uint32(1)));
        input = inputOf(2);
        input.signer = old.signer;
        requireUpdateRefused(
            input, abi.encodeWithSelector(INodeRegistry.SignerUsed.selector, old.signer, uint32(1)));
    }

    function test_UpdateRefusesToSwapLinkAndSealKey() public {
        registerAs(ALICE, 1);
        INodeRegistry.NodeInput memory input = inputOf(1);
        (input.linkKey, input.sealKey) = (input.sealKey, input.linkKey);
        requireUpdateRefused(
            input, abi.encodeWithSelector(INodeRegistry.KeyUsed.selector, input.linkKey, uint32(1)));
    }

    function test_UpdateRefusesZeroValues() public {
        registerAs(ALICE, 1);
        INodeRegistry.NodeInput memory input = inputOf(1);
        input.signer = address(0);
        requireUpdateRefused(input, abi.encodeWithSelector(INodeRegistry.SignerInvalid.selector));
        input = inputOf(1);
        input.linkKey = 0;
        requireUpdateRefused(input, abi.encodeWithSelector(INodeRegistry.KeyInvalid.selector, bytes32(0)));
    }

    function test_UpdateOnlyMovesTheDescriptorForward() public {
        registerAs(ALICE, 5);
        uint32 version = inputOf(5).descriptorVersion;

        INodeRegistry.NodeInput memory input = inputOf(5);
        input.descriptorVersion = version - 1;
        requireUpdateRefused(
            input,
            abi.encodeWithSelector(INodeRegistry.DescriptorVersionInvalid.selector, version, version - 1)
        );
        input = inputOf(5);
        input.descriptorHash = keccak256("another");
        requireUpdateRefused(
            input,
            abi.encodeWithSelector(INodeRegistry.DescriptorVersionInvalid.selector, version, version)
        );
        input.descriptorVersion = version + 1;
        vm.prank(ALICE);
        registry.update(1, input);
        assertEq(registry.node(1).descriptorHash, input.descriptorHash, "descriptorHash");
    }

    function test_NobodyButTheOperatorMayChangeANode() public {
        registerAs(ALICE, 1);
        registerAs(MALLORY, 2);
        bytes memory refusal = abi.encodeWithSelector(INodeRegistry.NotOperator.selector, uint32(1), MALLORY);

        vm.expectRevert(refusal);
        vm.prank(MALLORY);
        registry.update(1, inputOf(3));
        vm.expectRevert(refusal);
        vm.prank(MALLORY);
        registry.setState(1, RETIRED);
        vm.expectRevert(refusal);
        vm.prank(MALLORY);
        registry.withdrawBond(1, payable(MALLORY));
        vm.expectRevert(refusal);
        vm.prank(MALLORY);
        registry.transferOperator(1, MALLORY);
    }

    function test_UnknownNodesAreRefused() public {
        bytes memory refusal = abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, uint32(1));
        vm.expectRevert(refusal);
        registry.update(1, inputOf(1));
        vm.expectRevert(refusal);
        registry.setState(1, ACTIVE);
        vm.expectRevert(refusal);
        registry.addBond{value: 1}(1);
        vm.expectRevert(refusal);
        registry.withdrawBond(1, payable(ALICE));
        vm.expectRevert(refusal);
        registry.transferOperator(1, ALICE);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeUnknown.selector, uint32(0)));
        registry.setState(0, ACTIVE);
    }

    function test_StateMovesBetweenActiveAndDrainingUntilRetired() public {
        registerAs(ALICE, 1);
        requireState(DRAINING);
        requireState(ACTIVE);
        requireState(DRAINING);
        requireState(RETIRED);
        assertEq(registry.bondFreeAt(1), block.timestamp + 7 days, "bondFreeAt");
    }

    function testFuzz_StateRefusesEverythingElse(uint8 given) public {
        vm.assume(given != DRAINING && given != RETIRED);
        registerAs(ALICE, 1);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.StateInvalid.selector, ACTIVE, given));
        vm.prank(ALICE);
        registry.setState(1, given);
    }

    function test_RetiredIsFinal() public {
        registerAs(ALICE, 1);
        requireState(RETIRED);
        bytes memory refusal = abi.encodeWithSelector(INodeRegistry.NodeIsRetired.selector, uint32(1));
        vm.expectRevert(refusal);
        vm.prank(ALICE);
        registry.setState(1, ACTIVE);
        requireUpdateRefused(inputOf(2), refusal);
        vm.expectRevert(refusal);
        registry.addBond{value: 1}(1);

        INodeRegistry.NodeInput memory again = inputOf(1);
        requireRefused(
            again, abi.encodeWithSelector(INodeRegistry.SignerUsed.selector, again.signer, uint32(1)));
        assertEq(registerAs(ALICE, 2), 2, "a retired node's id is not given out again");
    }

    function test_AnybodyMayAddToABondButNotNothing() public {
        registerAs(ALICE, 1);
        vm.prank(BOB);
        registry.addBond{value: 2 ether}(1);
        assertEq(registry.node(1).bond, 2 ether, "bond");
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondZero.selector));
        registry.addBond(1);
    }

    function test_BondsAreBoundedBy128Bits() public {
        uint256 most = type(uint128).max;
        vm.deal(ALICE, most + 2);
        vm.prank(ALICE);
        registry.register{value: most}(inputOf(1));
        assertEq(registry.node(1).bond, most, "bond");
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondTooLarge.selector, most + 1));
        vm.prank(ALICE);
        registry.addBond{value: 1}(1);

        vm.deal(BOB, most + 1);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondTooLarge.selector, most + 1));
        vm.prank(BOB);
        registry.register{value: most + 1}(inputOf(2));
    }

    function test_BondLeavesOnlyAfterRetirementAndDelay() public {
        vm.prank(ALICE);
        registry.register{value: 5 ether}(inputOf(1));
        requireLocked(0);
        requireState(DRAINING);
        requireLocked(0);
        requireState(RETIRED);
        uint64 freeAt = uint64(block.timestamp) + 7 days;
        requireLocked(freeAt);
        vm.warp(freeAt - 1);
        requireLocked(freeAt);
        vm.warp(freeAt);

        address payable to = payable(address(0xcafe));
        vm.prank(ALICE);
        registry.withdrawBond(1, to);
        assertEq(to.balance, 5 ether, "received");
        assertEq(registry.node(1).bond, 0, "bond");
        assertEq(address(registry).balance, 0, "balance");

        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondZero.selector));
        vm.prank(ALICE);
        registry.withdrawBond(1, to);
    }

    function test_BondIsNotBurnt() public {
        retireWithBond();
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.RecipientInvalid.selector));
        vm.prank(ALICE);
        registry.withdrawBond(1, payable(address(0)));
    }

    function test_BondStaysWhenItsRecipientRefuses() public {
        retireWithBond();
        address payable refuser = payable(address(new Refuser()));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondTransferFailed.selector, refuser));
        vm.prank(ALICE);
        registry.withdrawBond(1, refuser);
        assertEq(registry.node(1).bond, 1 ether, "bond");
        assertEq(registry.eventCount(), 2, "eventCount");
    }

    function test_BondIsPaidOnceToARecipientThatCallsBack() public {
        registerAs(BOB, 2);
        vm.prank(BOB);
        registry.addBond{value: 10 ether}(1);

        ReenteringOperator operator = new ReenteringOperator(registry);
        vm.deal(address(this), 1 ether);
        operator.register{value: 1 ether}(inputOf(1));
        operator.retire();
        vm.warp(block.timestamp + 7 days);
        operator.withdraw();

        assertEq(operator.attempts(), 1, "attempts");
        assertEq(keccak256(
            operator.failure()), keccak256(abi.encodePacked(INodeRegistry.BondZero.selector)), "failure");
        assertEq(address(operator).balance, 1 ether, "received");
        assertEq(address(registry).balance, 10 ether, "balance");
    }

    function test_TransferHandsOverTheNode() public {
        registerAs(ALICE, 1);
        vm.prank(ALICE);
        registry.transferOperator(1, BOB);
        assertEq(registry.node(1).operator, BOB, "operator");

        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NotOperator.selector, uint32(1), ALICE));
        vm.prank(ALICE);
        registry.update(1, inputOf(2));
        vm.prank(BOB);
        registry.update(1, inputOf(2));
    }

    function test_TransferRefusesNobody() public {
        registerAs(ALICE, 1);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.OperatorInvalid.selector));
        vm.prank(ALICE);
        registry.transferOperator(1, address(0));
    }

    function test_TransferAfterRetirementCarriesTheBond() public {
        retireWithBond();
        vm.prank(ALICE);
        registry.transferOperator(1, BOB);
        vm.prank(BOB);
        registry.withdrawBond(1, payable(address(0xcafe)));
        assertEq(address(0xcafe).balance, 1 ether, "received");
    }

    function test_RollingHashFollowsFromTheLogs() public {
        vm.recordLogs();
        registerAs(ALICE, 1);
        registerAs(BOB, 2);
        requireState(DRAINING);
        vm.prank(BOB);
        registry.update(2, inputOf(3));
        foldRecorded(address(registry), INodeRegistry.NodeChanged.selector);
        assertEq(foldedCount, 4, "events");
        assertEq(registry.eventsHash(), foldedHash, "eventsHash");
        assertEq(vm.load(address(registry), 0), foldedHash, "slot 0");
        assertEq(vm.load(address(registry), bytes32(uint256(1))), bytes32(uint256(4)), "slot 1");
        assertEq(vm.load(address(registry), bytes32(uint256(2))), 0, "slot 2");
        assertEq(vm.load(address(registry), bytes32(uint256(3))), 0, "slot 3");
    }

    function testFuzz_RegisterRoundTrip(INodeRegistry.NodeInput memory input, uint128 bond) public {
        vm.assume(input.signer != address(0));
        vm.assume(input.clientPort != 0 && input.nodePort != 0 && input.clientPort != input.nodePort);
        vm.assume(input.ip != 0 && uint128(input.ip) != 0xffff00000000);
        vm.assume(uint256(input.linkKey) & ~uint256(0x80) != uint256(input.sealKey) & ~uint256(0x80));
        vm.assume(uint256(input.linkKey) >> 248 > 1 && uint256(input.sealKey) >> 248 > 1);
        vm.deal(ALICE, bond);
        vm.prank(ALICE);
        registry.register{value: bond}(input);
        requireRecord(
            1,
            INodeRegistry.Node({
                operator: ALICE,
                signer: input.signer,
                linkKey: input.linkKey,
                sealKey: input.sealKey,
                ip: input.ip,
                clientPort: input.clientPort,
                nodePort: input.nodePort,
                descriptorHash: input.descriptorHash,
                descriptorVersion: input.descriptorVersion,
                state: ACTIVE,
                bond: bond
            })
        );
    }

    function requireRecord(uint32 id, INodeRegistry.Node memory expected) private view {
        assertEq(keccak256(abi.encode(registry.node(id))), keccak256(abi.encode(expected)), "record");
    }

    function requireRefused(INodeRegistry.NodeInput memory input, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(MALLORY);
        registry.register(input);
    }

    function requireEndpointRefused(INodeRegistry.NodeInput memory input) private {
        bytes4 selector = INodeRegistry.EndpointInvalid.selector;
        requireRefused(input, abi.encodeWithSelector(selector, input.ip, input.clientPort, input.nodePort));
    }

    function requireUpdateRefused(INodeRegistry.NodeInput memory input, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(ALICE);
        registry.update(1, input);
    }

    function requireState(uint8 state) private {
        vm.prank(ALICE);
        registry.setState(1, state);
        assertEq(registry.node(1).state, state, "state");
    }

    function requireLocked(uint64 freeAt) private {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.BondLocked.selector, freeAt));
        vm.prank(ALICE);
        registry.withdrawBond(1, payable(ALICE));
    }

    function retireWithBond() private {
        vm.prank(ALICE);
        registry.register{value: 1 ether}(inputOf(1));
        requireState(RETIRED);
        vm.warp(block.timestamp + 7 days);
    }
}
