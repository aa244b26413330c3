// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PackedRoute} from "../src/PackedRoute.sol";
import {IRouteRegistry} from "../src/interfaces/IRouteRegistry.sol";
import {RouteFixture} from "./RouteFixture.sol";

contract RouteRegistryTest is RouteFixture {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function test_IsEmptyAtFirst() public view {
        requireRoute(alice, 0, PackedRoute.wrap(0));
        assertEq(registry.nonces(alice), 0, "nonce");
        assertEq(registry.eventCount(), 0, "eventCount");
        assertEq(registry.eventsHash(), 0, "eventsHash");
    }

    function test_NamesItsSigningDomain() public view {
        (, string memory name, string memory version, uint256 chainId, address self, , ) =
            registry.eip712Domain();
        assertEq(keccak256(bytes(name)), keccak256("Conet"), "name");
        assertEq(keccak256(bytes(version)), keccak256("1"), "version");
        assertEq(chainId, block.chainid, "chain id");
        assertEq(self, address(registry), "verifying contract");
    }

    function test_PackingFollowsTheBitMap() public pure {
        PackedRoute packed = pack(
            0x11111111, 0x22222222, 0x33333333, 0x44, 0x55555555, 0x6666666666666666, 0x7777);
        assertEq(
            PackedRoute.unwrap(packed),
            0x0000000000_7777_6666666666666666_55555555_44_33333333_22222222_11111111,
            "packed"
        );
        assertEq(packed.home0(), 0x11111111, "home0");
        assertEq(packed.home1(), 0x22222222, "home1");
        assertEq(packed.home2(), 0x33333333, "home2");
        assertEq(packed.suite(), 0x44, "suite");
        assertEq(packed.epoch(), 0x55555555, "epoch");
        assertEq(packed.expiry(), 0x6666666666666666, "expiry");
        assertEq(packed.flags(), 0x7777, "flags");
        assertEq(PackedRoute.unwrap(packed.onlyEpoch()), uint256(0x55555555) << 104, "onlyEpoch");
    }

    function testFuzz_PackedFieldsRoundTrip(uint256 raw) public pure {
        PackedRoute packed = PackedRoute.wrap(raw);
        PackedRoute again = pack(
            packed.home0(),
            packed.home1(),
            packed.home2(),
            packed.suite(),
            packed.epoch(),
            packed.expiry(),
            packed.flags()
        );
        assertEq(PackedRoute.unwrap(again), raw & type(uint216).max, "fields");
        assertTrue(packed.hasReservedBits() == (raw > type(uint216).max), "reserved bits");
    }

    function test_SetStoresTheRouteAndAnnouncesItsSignature() public {
        PackedRoute packed = pack(7, 8, 9, 1, 1, uint64(START + 1 days), 0xbeef);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        vm.expectEmit(true, false, false, true, address(registry));
        emit IRouteRegistry.RouteChanged(alice, 1, PREKEY, packed, r, vs);
        vm.prank(alice);
        registry.set(PREKEY, packed, r, vs);
        requireRoute(alice, PREKEY, packed);
        assertEq(registry.eventCount(), 1, "eventCount");
    }

    function test_SetRefusesPrekeysNobodyCanAgreeWith() public {
        bytes32[4] memory unusable = [
            bytes32(0),
            bytes32(uint256(0x80)),
            bytes32(uint256(1) << 248),
            0xecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        ];
        for (uint256 i = 0; i < unusable.length; i++) {
            requireSetRefused(
                unusable[i],
                routeOf(1),
                abi.encodeWithSelector(IRouteRegistry.PrekeyInvalid.selector, unusable[i])
            );
        }
    }

    function testFuzz_SetRefusesReservedBits(uint8 bit) public {
        uint256 extra = uint256(1) << bound(bit, 216, 255);
        PackedRoute packed = PackedRoute.wrap(PackedRoute.unwrap(routeOf(1)) | extra);
        requireSetRefused(
            PREKEY, packed, abi.encodeWithSelector(IRouteRegistry.ReservedBitsSet.selector, packed));
    }

    function testFuzz_SetRefusesOtherSuites(uint8 suite) public {
        vm.assume(suite != 1);
        PackedRoute packed = pack(1, 0, 0, suite, 1, uint64(START + 1 days), 0);
        requireSetRefused(
            PREKEY, packed, abi.encodeWithSelector(IRouteRegistry.SuiteUnknown.selector, suite));
    }

    function test_SetRefusesHomesWithGapsOrRepeats() public {
        uint32[3][7] memory refused = [
            [uint32(0), 0, 0],
            [uint32(0), 1, 0],
            [uint32(0), 0, 1],
            [uint32(1), 0, 2],
            [uint32(1), 1, 0],
            [uint32(1), 2, 1],
            [uint32(1), 2, 2]
        ];
        for (uint256 i = 0; i < refused.length; i++) {
            (uint32 a, uint32 b, uint32 c) = (refused[i][0], refused[i][1], refused[i][2]);
            PackedRoute packed = pack(a, b, c, 1, 1, uint64(START + 1 days), 0);
            requireSetRefused(
                PREKEY,
                packed,
                abi.encodeWithSelector(IRouteRegistry.HomesInvalid.selector, a, b, c)
            );
        }
    }

    function test_SetAcceptsOneTwoOrThreeHomes() public {
        uint64 expiry = uint64(START + 1 days);
        setAs(ALICE_SECRET, PREKEY, pack(1, 0, 0, 1, 1, expiry, 0));
        setAs(ALICE_SECRET, PREKEY, pack(2, 1, 0, 1, 2, expiry, 0));
        setAs(ALICE_SECRET, PREKEY, pack(3, 1, type(uint32).max, 1, 3, expiry, 0));
        requireRoute(alice, PREKEY, pack(3, 1, type(uint32).max, 1, 3, expiry, 0));
    }

    function test_SetRefusesExpiryInThePastOrFarFuture() public {
        requireExpiryRefused(0);
        requireExpiryRefused(uint64(START));
        requireExpiryRefused(uint64(START + 730 days + 1));
        requireExpiryRefused(type(uint64).max);
        setAs(ALICE_SECRET, PREKEY, pack(1, 0, 0, 1, 1, uint64(START + 1), 0));
        setAs(ALICE_SECRET, PREKEY, pack(1, 0, 0, 1, 2, uint64(START + 730 days), 0));
    }

    function test_SetRefusesEpochsThatDoNotGrow() public {
        requireSetRefused(PREKEY, routeOf(0), epochRefusal(0, 0));
        setAs(ALICE_SECRET, PREKEY, routeOf(5));
        requireSetRefused(PREKEY, routeOf(5), epochRefusal(5, 5));
        requireSetRefused(PREKEY, routeOf(4), epochRefusal(5, 4));
        setAs(ALICE_SECRET, PREKEY, routeOf(type(uint32).max));
        requireSetRefused(PREKEY, routeOf(1), epochRefusal(type(uint32).max, 1));
    }

    function test_EpochIsKeptAcrossClear() public {
        setAs(ALICE_SECRET, PREKEY, routeOf(5));
        vm.prank(alice);
        registry.clear();
        requireRoute(alice, 0, PackedRoute.wrap(uint256(5) << 104));
        requireSetRefused(PREKEY, routeOf(5), epochRefusal(5, 5));
        setAs(ALICE_SECRET, PREKEY, routeOf(6));
    }

    function test_AWalletWithAKeyMustSignItsRoute() public {
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.RouteSignatureMissing.selector, alice));
        vm.prank(alice);
        registry.set(PREKEY, routeOf(1), 0, 0);
    }

    function test_SetRefusesSomebodyElsesSignature() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(MALLORY_SECRET, alice, PREKEY, packed);
        requireSignatureRefused(PREKEY, packed, r, vs);
        (r, vs) = signRoute(ALICE_SECRET, mallory, PREKEY, packed);
        requireSignatureRefused(PREKEY, packed, r, vs);
    }

    function test_SetRefusesASignatureOverAnotherRoute() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        requireSignatureRefused(bytes32(uint256(PREKEY) ^ (1 << 200)), packed, r, vs);
        requireSignatureRefused(PREKEY, routeOf(2), r, vs);
        requireSignatureRefused(PREKEY, pack(1, 2, 0, 1, 1, uint64(START + 1 days), 0), r, vs);
        requireSignatureRefused(PREKEY, pack(1, 0, 0, 1, 1, uint64(START + 1 days), 1), r, vs);
    }

    function test_SetRefusesSignaturesOutOfRange() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        uint256 parity = uint256(vs) & (1 << 255);
        uint256 s = uint256(vs) & ~(uint256(1) << 255);

        requireSignatureRefused(PREKEY, packed, 0, vs);
        requireSignatureRefused(PREKEY, packed, r, 0);
        requireSignatureRefused(PREKEY, packed, r, bytes32(parity));
        requireSignatureRefused(PREKEY, packed, bytes32(CURVE_ORDER), vs);
        requireSignatureRefused(PREKEY, packed, bytes32(type(uint256).max), vs);
        requireSignatureRefused(PREKEY, packed, r, bytes32(uint256(vs) ^ (1 << 255)));
        // What EIP-2098 can still carry of the range above n/2: the first value of it.
        requireSignatureRefused(PREKEY, packed, r, bytes32(parity | (CURVE_ORDER / 2 + 1)));
        assertTrue(s <= CURVE_ORDER / 2, "the good one is low");
    }

    function test_SetForIsPaidByAnybody() public {
        setForAs(ALICE_SECRET, PREKEY, routeOf(1), block.timestamp);
        requireRoute(alice, PREKEY, routeOf(1));
        assertEq(registry.nonces(alice), 1, "nonce");
    }

    function test_SetForRefusesAPassedDeadline() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        bytes memory authorization = sign65(ALICE_SECRET, setDigest(alice, PREKEY, packed, 0, START));
        vm.warp(START + 1);
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.AuthorizationExpired.selector, START));
        registry.setFor(alice, PREKEY, packed, r, vs, START, authorization);
    }

    function test_SetForWorksOnce() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        bytes memory authorization = sign65(ALICE_SECRET, setDigest(alice, PREKEY, packed, 0, START));
        registry.setFor(alice, PREKEY, packed, r, vs, START, authorization);
        requireAuthorizationRefused(packed, r, vs, START, authorization);
        assertEq(registry.nonces(alice), 1, "a refused authorization uses no nonce");
    }

    function test_SetForRefusesWhatTheWalletDidNotAuthorize() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        bytes memory good = sign65(ALICE_SECRET, setDigest(alice, PREKEY, packed, 0, START));

        bytes32 forged = setDigest(alice, PREKEY, packed, 0, START);
        requireAuthorizationRefused(packed, r, vs, START, sign65(MALLORY_SECRET, forged));
        requireAuthorizationRefused(packed, r, vs, START + 1, good);
        requireAuthorizationRefused(packed, r, vs, START, "");
        requireAuthorizationRefused(packed, r, vs, START, abi.encodePacked(r, vs));
        requireAuthorizationRefused(packed, r, vs, START, abi.encodePacked(good, uint8(0)));
        bytes32 nextNonce = setDigest(alice, PREKEY, packed, 1, START);
        requireAuthorizationRefused(packed, r, vs, START, sign65(ALICE_SECRET, nextNonce));
        bytes32 clearing = clearDigest(alice, 0, START);
        requireAuthorizationRefused(packed, r, vs, START, sign65(ALICE_SECRET, clearing));
        bytes32 routeOnly = routeDigest(alice, PREKEY, packed);
        requireAuthorizationRefused(packed, r, vs, START, sign65(ALICE_SECRET, routeOnly));
        registry.setFor(alice, PREKEY, packed, r, vs, START, good);
    }

    function test_SetForRefusesHighSAndOddV() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        (uint8 v, bytes32 ar, bytes32 s) = vm.sign(ALICE_SECRET, setDigest(alice, PREKEY, packed, 0, START));
        bytes32 highS = bytes32(CURVE_ORDER - uint256(s));
        requireAuthorizationRefused(
            packed, r, vs, START, abi.encodePacked(ar, highS, uint8(v == 27 ? 28 : 27)));
        requireAuthorizationRefused(packed, r, vs, START, abi.encodePacked(ar, s, v - 27));
        requireAuthorizationRefused(packed, r, vs, START, abi.encodePacked(ar, s, v + 8));
    }

    function test_SetForStillNeedsTheRouteSignature() public {
        PackedRoute packed = routeOf(1);
        bytes memory authorization = sign65(ALICE_SECRET, setDigest(alice, PREKEY, packed, 0, START));
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.RouteSignatureMissing.selector, alice));
        registry.setFor(alice, PREKEY, packed, 0, 0, START, authorization);
        (bytes32 r, bytes32 vs) = signRoute(MALLORY_SECRET, alice, PREKEY, packed);
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.RouteSignatureInvalid.selector, alice));
        registry.setFor(alice, PREKEY, packed, r, vs, START, authorization);
    }

    function test_NobodySetsForTheZeroWallet() public {
        PackedRoute packed = routeOf(1);
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.AuthorizationInvalid.selector, address(0)));
        registry.setFor(address(0), PREKEY, packed, 0, 0, START, new bytes(65));
    }

    function test_ClearKeepsOnlyTheEpochAndAnnouncesIt() public {
        setAs(ALICE_SECRET, PREKEY, pack(1, 2, 3, 1, 9, uint64(START + 1 days), 5));
        PackedRoute kept = PackedRoute.wrap(uint256(9) << 104);
        vm.expectEmit(true, false, false, true, address(registry));
        emit IRouteRegistry.RouteChanged(alice, 2, 0, kept, 0, 0);
        vm.prank(alice);
        registry.clear();
        requireRoute(alice, 0, kept);
    }

    function test_ClearNeedsARoute() public {
        bytes memory refusal = abi.encodeWithSelector(IRouteRegistry.RouteAbsent.selector, alice);
        vm.expectRevert(refusal);
        vm.prank(alice);
        registry.clear();
        setAs(ALICE_SECRET, PREKEY, routeOf(1));
        vm.prank(alice);
        registry.clear();
        vm.expectRevert(refusal);
        vm.prank(alice);
        registry.clear();
        bytes memory authorization = sign65(ALICE_SECRET, clearDigest(alice, 1, START));
        vm.expectRevert(refusal);
        registry.clearFor(alice, START, authorization);
    }

    function test_ClearVoidsUnusedAuthorizations() public {
        setAs(ALICE_SECRET, PREKEY, routeOf(1));
        PackedRoute later = routeOf(2);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, later);
        bytes memory unused = sign65(ALICE_SECRET, setDigest(alice, PREKEY, later, 0, START));
        vm.prank(alice);
        registry.clear();
        requireAuthorizationRefused(later, r, vs, START, unused);
    }

    function test_ClearForWorksOnceUntilItsDeadline() public {
        setAs(ALICE_SECRET, PREKEY, routeOf(1));
        bytes memory authorization = sign65(ALICE_SECRET, clearDigest(alice, 0, START + 10));
        vm.warp(START + 11);
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.AuthorizationExpired.selector, START + 10));
        registry.clearFor(alice, START + 10, authorization);
        vm.warp(START + 10);
        registry.clearFor(alice, START + 10, authorization);
        requireRoute(alice, 0, PackedRoute.wrap(uint256(1) << 104));

        setAs(ALICE_SECRET, PREKEY, routeOf(2));
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.AuthorizationInvalid.selector, alice));
        registry.clearFor(alice, START + 10, authorization);
    }

    function test_ClearForRefusesWhatTheWalletDidNotAuthorize() public {
        setAs(ALICE_SECRET, PREKEY, routeOf(1));
        bytes memory forged = sign65(MALLORY_SECRET, clearDigest(alice, 0, START));
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.AuthorizationInvalid.selector, alice));
        registry.clearFor(alice, START, forged);
    }

    function test_RollingHashFollowsFromTheLogs() public {
        vm.recordLogs();
        setAs(ALICE_SECRET, PREKEY, routeOf(1));
        setForAs(MALLORY_SECRET, PREKEY, routeOf(1), START);
        vm.prank(alice);
        registry.clear();
        foldRecorded(address(registry), IRouteRegistry.RouteChanged.selector);
        assertEq(foldedCount, 3, "events");
        assertEq(registry.eventsHash(), foldedHash, "eventsHash");
        assertEq(vm.load(address(registry), 0), foldedHash, "slot 0");
        assertEq(vm.load(address(registry), bytes32(uint256(1))), bytes32(uint256(3)), "slot 1");
        assertEq(vm.load(address(registry), bytes32(uint256(2))), 0, "slot 2");
        assertEq(vm.load(address(registry), bytes32(uint256(3))), 0, "slot 3");
    }

    function testFuzz_SetAcceptsEveryWellFormedRoute(
        uint256 secret,
        bytes32 prekey,
        uint32[3] memory homes,
        uint32 epoch,
        uint64 life,
        uint16 flags
    ) public {
        secret = bound(secret, 1, CURVE_ORDER - 1);
        vm.assume(uint256(prekey) >> 248 > 1);
        vm.assume(homes[0] != 0 && homes[0] != homes[1] && homes[0] != homes[2]);
        if (homes[1] == 0 || homes[1] == homes[2]) homes[2] = 0;
        uint64 expiry = uint64(START + bound(life, 1, 730 days));
        PackedRoute packed = pack(
            homes[0], homes[1], homes[2], 1, uint32(bound(epoch, 1, type(uint32).max)), expiry, flags);
        setForAs(secret, prekey, packed, START);
        requireRoute(vm.addr(secret), prekey, packed);
    }

    function testFuzz_SetRefusesRandomSignatures(bytes32 r, bytes32 vs) public {
        vm.assume(r != 0 || vs != 0);
        requireSignatureRefused(PREKEY, routeOf(1), r, vs);
    }

    function testFuzz_SetForRefusesRandomAuthorizations(bytes memory authorization) public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        requireAuthorizationRefused(packed, r, vs, START, authorization);
    }

    function epochRefusal(uint32 last, uint32 given) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRouteRegistry.EpochNotGreater.selector, last, given);
    }

    function requireExpiryRefused(uint64 expiry) private {
        PackedRoute packed = pack(1, 0, 0, 1, 1, expiry, 0);
        requireSetRefused(
            PREKEY,
            packed,
            abi.encodeWithSelector(IRouteRegistry.ExpiryOutOfRange.selector, expiry, START)
        );
    }

    /// @dev Rightly signed, refused for another reason.
    function requireSetRefused(bytes32 prekey, PackedRoute packed, bytes memory refusal) private {
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, alice, prekey, packed);
        vm.expectRevert(refusal);
        vm.prank(alice);
        registry.set(prekey, packed, r, vs);
    }

    function requireSignatureRefused(bytes32 prekey, PackedRoute packed, bytes32 r, bytes32 vs) private {
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.RouteSignatureInvalid.selector, alice));
        vm.prank(alice);
        registry.set(prekey, packed, r, vs);
    }

    function requireAuthorizationRefused(
        PackedRoute packed,
        bytes32 r,
        bytes32 vs,
        uint256 deadline,
        bytes memory authorization
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.AuthorizationInvalid.selector, alice));
        registry.setFor(alice, PREKEY, packed, r, vs, deadline, authorization);
    }
}
