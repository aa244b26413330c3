// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PackedRoute} from "../../src/PackedRoute.sol";
import {RouteRegistry} from "../../src/RouteRegistry.sol";
import {IRouteRegistry} from "../../src/interfaces/IRouteRegistry.sol";
import {RouteFixture} from "../RouteFixture.sol";
import {Vm} from "../Vm.sol";

/// @dev Three wallets set, authorize and clear; a thief, who sees everything they signed, tries to write for
///      them. The model holds what the wallets themselves asked for.
contract RouteHandler is RouteFixture {
    uint256 private constant WALLETS = 3;
    uint256 private constant THIEF_SECRET = 0x7e1f;

    mapping(address wallet => IRouteRegistry.Route) private _model;
    mapping(address wallet => IRouteRegistry.Route) private _mirror;
    mapping(address wallet => uint32) private _lastEpoch;
    Bundle[] private _spent;

    constructor(RouteRegistry registry_) {
        registry = registry_;
        vm.recordLogs();
    }

    function secretOf(uint256 n) public pure returns (uint256) {
        return 0xc0de + (n % WALLETS);
    }

    function set(uint256 who, uint256 prekeySeed, uint8 epochStep) external {
        uint256 secret = secretOf(who);
        address wallet = vm.addr(secret);
        (bytes32 prekey, PackedRoute packed) = nextRoute(wallet, prekeySeed, epochStep);
        (bytes32 r, bytes32 vs) = signRoute(secret, wallet, prekey, packed);
        vm.prank(wallet);
        try registry.set(prekey, packed, r, vs) {
            assertTrue(epochStep % 4 != 0, "an epoch was repeated");
            _model[wallet] = IRouteRegistry.Route(prekey, packed);
        } catch {
            assertTrue(epochStep % 4 == 0, "set refused");
        }
        mirrorLogs();
    }

    function setFor(uint256 who, uint256 prekeySeed, uint32 life) external {
        uint256 secret = secretOf(who);
        (bytes32 prekey, PackedRoute packed) = nextRoute(vm.addr(secret), prekeySeed, 1);
        Bundle memory b = bundleOf(secret, prekey, packed, block.timestamp + life);
        uint256 nonce = registry.nonces(b.wallet);
        bring(b);
        _model[b.wallet] = IRouteRegistry.Route(b.prekey, b.packed);
        assertEq(registry.nonces(b.wallet), nonce + 1, "nonce");
        _spent.push(b);
        mirrorLogs();
    }

    function clear(uint256 who, bool byAuthorization) external {
        uint256 secret = secretOf(who);
        address wallet = vm.addr(secret);
        bool present = _model[wallet].prekey != 0;
        bytes memory call = abi.encodeCall(IRouteRegistry.clear, ());
        if (byAuthorization) {
            bytes32 digest = clearDigest(wallet, registry.nonces(wallet), block.timestamp);
            bytes memory authorization = sign65(secret, digest);
            call = abi.encodeCall(IRouteRegistry.clearFor, (wallet, block.timestamp, authorization));
        } else {
            vm.prank(wallet);
        }
        (bool ok, ) = address(registry).call(call);
        assertTrue(ok == present, "clear");
        if (ok)
            _model[wallet] = IRouteRegistry.Route(0, PackedRoute.wrap(uint256(_lastEpoch[wallet]) << 104));
        mirrorLogs();
    }

    /// @dev Brings again what was brought before: nothing may come of it.
    function replay(uint256 which) external {
        if (_spent.length == 0) return;
        Bundle memory b = _spent[which % _spent.length];
        try registry.setFor(b.wallet, b.prekey, b.packed, b.r, b.vs, b.deadline, b.authorization) {
            revert NotTrue("an authorization was used twice");
        } catch {}
        mirrorLogs();
    }

    /// @dev The thief writes for a wallet: with its own key, or by sending the wallet's own signature itself.
    function steal(uint256 who, uint256 prekeySeed, uint8 how) external {
        uint256 secret = secretOf(who);
        (bytes32 prekey, PackedRoute packed) = nextRoute(vm.addr(secret), prekeySeed, 1);
        bytes memory call = theft(bundleOf(secret, prekey, packed, block.timestamp), how % 3);
        vm.prank(vm.addr(THIEF_SECRET));
        (bool ok, ) = address(registry).call(call);
        assertTrue(!ok, "stolen");
        mirrorLogs();
    }

    function theft(Bundle memory b, uint8 how) private view returns (bytes memory) {
        if (how == 0) return abi.encodeCall(IRouteRegistry.set, (b.prekey, b.packed, b.r, b.vs));

        uint256 nonce = registry.nonces(b.wallet);
        if (how == 1) {
            bytes memory clearing = sign65(THIEF_SECRET, clearDigest(b.wallet, nonce, b.deadline));
            return abi.encodeCall(IRouteRegistry.clearFor, (b.wallet, b.deadline, clearing));
        }
        b.authorization = sign65(THIEF_SECRET, setDigest(b.wallet, b.prekey, b.packed, nonce, b.deadline));
        return abi.encodeCall(
            IRouteRegistry.setFor,
            (b.wallet, b.prekey, b.packed, b.r, b.vs, b.deadline, b.authorization)
        );
    }

    function pass(uint32 time) external {
        vm.warp(block.timestamp + (time % 30 days));
    }

    function modelOf(address wallet) external view returns (IRouteRegistry.Route memory) {
        return _model[wallet];
    }

    function mirrorOf(address wallet) external view returns (IRouteRegistry.Route memory) {
        return _mirror[wallet];
    }

    /// @dev A step of a multiple of 4 repeats the last epoch, or, before the first, uses 0.
    function nextRoute(address wallet, uint256 seed, uint8 epochStep) private view returns (
        bytes32, PackedRoute) {
        bytes32 prekey = keccak256(abi.encode("prekey", seed));
        uint32 home = 1 + uint32(seed % 1_000);
        uint64 expiry = uint64(block.timestamp + 1 + (seed % 730 days));
        uint32 epoch = _lastEpoch[wallet] + (epochStep % 4);
        return (prekey, pack(home, home + 1, 0, 1, epoch, expiry, uint16(seed)));
    }

    /// @dev Takes each event as a mirror does.
    function mirrorLogs() private {
        Vm.Log[] memory logs = foldRecorded(address(registry), IRouteRegistry.RouteChanged.selector);
        for (uint256 i = 0; i < logs.length; i++) {
            address wallet = address(uint160(uint256(logs[i].topics[1])));
            bytes32 prekey = word(logs[i].data, 1);
            PackedRoute packed = PackedRoute.wrap(uint256(word(logs[i].data, 2)));
            bytes32 vs = word(logs[i].data, 4);
            if (prekey == 0) {
                assertEq(packed.epoch(), _lastEpoch[wallet], "clear keeps the epoch");
            } else {
                assertTrue(packed.epoch() > _lastEpoch[wallet], "epochs grow");
                uint8 v = 27 + uint8(uint256(vs) >> 255);
                bytes32 s = bytes32(uint256(vs) & (type(uint256).max >> 1));
                address signer = ecrecover(routeDigest(wallet, prekey, packed), v, word(logs[i].data, 3), s);
                assertEq(signer, wallet, "the event proves who signed");
            }
            _lastEpoch[wallet] = packed.epoch();
            _mirror[wallet] = IRouteRegistry.Route(prekey, packed);
        }
    }
}

contract RoutesInvariantTest is RouteFixture {
    RouteHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new RouteHandler(registry);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct Selectors {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (Selectors[] memory targets) {
        targets = new Selectors[](1);
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = RouteHandler.set.selector;
        selectors[1] = RouteHandler.setFor.selector;
        selectors[2] = RouteHandler.clear.selector;
        selectors[3] = RouteHandler.replay.selector;
        selectors[4] = RouteHandler.steal.selector;
        selectors[5] = RouteHandler.pass.selector;
        targets[0] = Selectors(address(handler), selectors);
    }

    /// @dev Sequence numbers without gaps, growing epochs and signatures are asserted at each event.
    function invariant_RollingHashFollowsFromTheLogs() public view {
        assertEq(registry.eventsHash(), handler.foldedHash(), "eventsHash");
        assertEq(registry.eventCount(), handler.foldedCount(), "eventCount");
    }

    function invariant_NobodyButTheWalletChangesItsRoute() public view {
        for (uint256 i = 0; i < 3; i++) {
            address wallet = vm.addr(handler.secretOf(i));
            IRouteRegistry.Route memory asked = handler.modelOf(wallet);
            requireRoute(wallet, asked.prekey, asked.packed);
        }
        requireRoute(vm.addr(0x7e1f), 0, PackedRoute.wrap(0));
    }

    function invariant_EventsCarryTheWholeState() public view {
        for (uint256 i = 0; i < 3; i++) {
            address wallet = vm.addr(handler.secretOf(i));
            IRouteRegistry.Route memory seen = handler.mirrorOf(wallet);
            requireRoute(wallet, seen.prekey, seen.packed);
        }
    }
}
