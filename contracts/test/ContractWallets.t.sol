// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PackedRoute} from "../src/PackedRoute.sol";
import {IRouteRegistry} from "../src/interfaces/IRouteRegistry.sol";
import {ContractWallet, HostileWallet} from "./mocks/Wallets.sol";
import {RouteFixture} from "./RouteFixture.sol";

/// @dev Wallets with code: ERC-1271 contracts, good and hostile, and EIP-7702 delegations.
contract ContractWalletsTest is RouteFixture {
    ContractWallet private wallet;
    HostileWallet private hostile;

    function setUp() public override {
        super.setUp();
        wallet = new ContractWallet(alice);
        hostile = new HostileWallet();
    }

    function test_AContractWalletSetsAndClearsItsRouteUnsigned() public {
        PackedRoute packed = routeOf(1);
        vm.expectEmit(true, false, false, true, address(registry));
        emit IRouteRegistry.RouteChanged(address(wallet), 1, PREKEY, packed, 0, 0);
        vm.prank(alice);
        wallet.execute(address(registry), abi.encodeCall(IRouteRegistry.set, (PREKEY, packed, 0, 0)));
        requireRoute(address(wallet), PREKEY, packed);
        requireRoute(alice, 0, PackedRoute.wrap(0));

        vm.prank(alice);
        wallet.execute(address(registry), abi.encodeCall(IRouteRegistry.clear, ()));
        requireRoute(address(wallet), 0, packed.onlyEpoch());
    }

    function test_AContractWalletAuthorizesByErc1271() public {
        PackedRoute packed = routeOf(1);
        bytes32 digest = setDigest(address(wallet), PREKEY, packed, 0, START);
        registry.setFor(address(wallet), PREKEY, packed, 0, 0, START, sign65(ALICE_SECRET, digest));
        requireRoute(address(wallet), PREKEY, packed);

        digest = clearDigest(address(wallet), 1, START);
        registry.clearFor(address(wallet), START, sign65(ALICE_SECRET, digest));
        requireRoute(address(wallet), 0, packed.onlyEpoch());
    }

    function test_AContractWalletRefusesOthersAndReplays() public {
        PackedRoute packed = routeOf(1);
        bytes32 digest = setDigest(address(wallet), PREKEY, packed, 0, START);
        requireRefused(address(wallet), packed, sign65(MALLORY_SECRET, digest));
        registry.setFor(address(wallet), PREKEY, packed, 0, 0, START, sign65(ALICE_SECRET, digest));
        requireRefused(address(wallet), packed, sign65(ALICE_SECRET, digest));
    }

    function test_AContractWalletCannotCarryItsOwnersSignatureAsItsOwn() public {
        PackedRoute packed = routeOf(1);
        (bytes32 r, bytes32 vs) = signRoute(ALICE_SECRET, address(wallet), PREKEY, packed);
        vm.expectRevert(
            abi.encodeWithSelector(IRouteRegistry.RouteSignatureInvalid.selector, address(wallet)));
        vm.prank(address(wallet));
        registry.set(PREKEY, packed, r, vs);
    }

    function test_ErrantAnswersAreRefused() public {
        HostileWallet.Mode[8] memory modes = [
            HostileWallet.Mode.Revert,
            HostileWallet.Mode.RevertHuge,
            HostileWallet.Mode.Empty,
            HostileWallet.Mode.Short,
            HostileWallet.Mode.WrongWord,
            HostileWallet.Mode.DirtyMagic,
            HostileWallet.Mode.HugeGarbage,
            HostileWallet.Mode.ChangeState
        ];
        for (uint256 i = 0; i < modes.length; i++) {
            hostile.become(modes[i]);
            requireRefused(address(hostile), routeOf(1), "");
        }
        assertEq(hostile.counter(), 0, "the question must not change state");
        assertEq(registry.nonces(address(hostile)), 0, "nonce");
    }

    function test_BurntGasIsBoundedByWhatTheCallerGives() public {
        hostile.become(HostileWallet.Mode.BurnGas);
        bytes memory call = abi.encodeCall(
            IRouteRegistry.setFor,
            (address(hostile), PREKEY, routeOf(1), 0, 0, START, "")
        );
        (bool ok, bytes memory result) = address(registry).call{gas: 1_000_000}(call);
        assertTrue(!ok, "refused");
        assertEq(bytes32(bytes4(result)), bytes32(IRouteRegistry.AuthorizationInvalid.selector), "reason");
    }

    /// @dev The wallet pays for building 200 kB inside its own frame; the registry must not copy them.
    function test_HugeAnswersAreNotCopied() public {
        hostile.become(HostileWallet.Mode.HugeMagic);
        uint256 before = gasleft();
        (bool asked, ) = address(hostile).staticcall{gas: 20_000_000}("");
        uint256 asking = before - gasleft();
        assertTrue(asked, "asked");

        PackedRoute packed = routeOf(1);
        before = gasleft();
        registry.setFor(address(hostile), PREKEY, packed, 0, 0, START, "");
        uint256 setting = before - gasleft();
        requireRoute(address(hostile), PREKEY, packed);
        assertTrue(setting < asking + 250_000, "gas");
    }

    function test_ADelegatedWalletIsStillItsKey() public {
        delegate(alice, address(new HostileWallet()));
        setAs(ALICE_SECRET, PREKEY, routeOf(1));
        setForAs(ALICE_SECRET, PREKEY, routeOf(2), START);
        registry.clearFor(alice, START, sign65(ALICE_SECRET, clearDigest(alice, 1, START)));
        requireRoute(alice, 0, routeOf(2).onlyEpoch());
    }

    function test_ADelegatedWalletMustSignItsRoute() public {
        delegate(alice, address(wallet));
        PackedRoute packed = routeOf(1);
        bytes memory refusal = abi.encodeWithSelector(IRouteRegistry.RouteSignatureMissing.selector, alice);
        vm.expectRevert(refusal);
        vm.prank(alice);
        registry.set(PREKEY, packed, 0, 0);

        bytes memory authorization = sign65(ALICE_SECRET, setDigest(alice, PREKEY, packed, 0, START));
        vm.expectRevert(refusal);
        registry.setFor(alice, PREKEY, packed, 0, 0, START, authorization);
    }

    /// @dev The code delegated to may authorize (here it trusts Mallory), but never sign a prekey.
    function test_ADelegatedWalletsCodeMayAuthorizeButNotSign() public {
        delegate(alice, address(new ContractWallet(mallory)));
        PackedRoute packed = routeOf(1);
        bytes memory byCode = sign65(MALLORY_SECRET, setDigest(alice, PREKEY, packed, 0, START));
        (bytes32 r, bytes32 vs) = signRoute(MALLORY_SECRET, alice, PREKEY, packed);
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.RouteSignatureInvalid.selector, alice));
        registry.setFor(alice, PREKEY, packed, r, vs, START, byCode);

        (r, vs) = signRoute(ALICE_SECRET, alice, PREKEY, packed);
        registry.setFor(alice, PREKEY, packed, r, vs, START, byCode);
        requireRoute(alice, PREKEY, packed);
    }

    function test_AContractAsLongAsADelegationIsStillAContract() public {
        address account = address(0x2323);
        vm.etch(account, abi.encodePacked(bytes23(hex"6001600101")));
        vm.prank(account);
        registry.set(PREKEY, routeOf(1), 0, 0);
        requireRoute(account, PREKEY, routeOf(1));
    }

    function delegate(address account, address code) private {
        vm.etch(account, abi.encodePacked(hex"ef0100", code));
        assertEq(account.code.length, 23, "delegation");
    }

    function requireRefused(address account, PackedRoute packed, bytes memory authorization) private {
        vm.expectRevert(abi.encodeWithSelector(IRouteRegistry.AuthorizationInvalid.selector, account));
        registry.setFor(account, PREKEY, packed, 0, 0, START, authorization);
    }
}
