// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PackedRoute} from "../src/PackedRoute.sol";
import {RouteRegistry} from "../src/RouteRegistry.sol";
import {EventFold} from "./EventFold.sol";

/// @dev A registry, and signatures made here from the text of the EIPs, not from the code under test.
abstract contract RouteFixture is EventFold {
    uint256 internal constant ALICE_SECRET = 0xa11ce;
    uint256 internal constant MALLORY_SECRET = 0xbad;
    uint256 internal constant START = 1_800_000_000;

    bytes32 internal constant PREKEY = 0x9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60;

    /// @dev The arguments of `setFor`.
    struct Bundle {
        address wallet;
        bytes32 prekey;
        PackedRoute packed;
        bytes32 r;
        bytes32 vs;
        uint256 deadline;
        bytes authorization;
    }

    RouteRegistry internal registry;
    address internal alice;
    address internal mallory;

    function setUp() public virtual {
        vm.warp(START);
        registry = new RouteRegistry();
        alice = vm.addr(ALICE_SECRET);
        mallory = vm.addr(MALLORY_SECRET);
    }

    /// @dev Packs by arithmetic of its own.
    function pack(
        uint32 home0,
        uint32 home1,
        uint32 home2,
        uint8 suite,
        uint32 epoch,
        uint64 expiry,
        uint16 flags
    ) internal pure returns (PackedRoute) {
        bytes memory text = abi.encodePacked(bytes5(0), flags, expiry, epoch, suite, home2, home1, home0);
        return PackedRoute.wrap(uint256(bytes32(text)));
    }

    /// @dev A good route to home 1 with this epoch, for a day.
    function routeOf(uint32 epoch) internal view returns (PackedRoute) {
        return pack(1, 0, 0, 1, epoch, uint64(block.timestamp + 1 days), 0);
    }

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domainType =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        bytes32 domain = keccak256(
            abi.encode(domainType, keccak256("Conet"), keccak256("1"), block.chainid, address(registry))
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function routeDigest(address wallet, bytes32 prekey, PackedRoute packed) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Route(address wallet,bytes32 prekey,uint32 home0,uint32 home1,uint32 home2,"
            "uint8 suite,uint32 epoch,uint64 expiry,uint16 flags)"
        );
        uint256 p = PackedRoute.unwrap(packed);
        bytes memory homes = abi.encode(uint32(p), uint32(p >> 32), uint32(p >> 64));
        bytes memory rest = abi.encode(uint8(p >> 96), uint32(p >> 104), uint64(p >> 136), uint16(p >> 200));
        return digestOf(keccak256(abi.encodePacked(typeHash, abi.encode(wallet, prekey), homes, rest)));
    }

    function setDigest(
        address wallet,
        bytes32 prekey,
        PackedRoute packed,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        bytes32 typeHash =
            keccak256(
                "SetRoute(address wallet,bytes32 prekey,uint256 packed,uint256 nonce,uint256 deadline)");
        return digestOf(keccak256(abi.encode(typeHash, wallet, prekey, packed, nonce, deadline)));
    }

    function clearDigest(address wallet, uint256 nonce, uint256 deadline) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("ClearRoute(address wallet,uint256 nonce,uint256 deadline)");
        return digestOf(keccak256(abi.encode(typeHash, wallet, nonce, deadline)));
    }

    function signRoute(uint256 secret, address wallet, bytes32 prekey, PackedRoute packed)
        internal
        view
        returns (bytes32, bytes32)
    {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, routeDigest(wallet, prekey, packed));
        return (r, bytes32((uint256(v - 27) << 255) | uint256(s)));
    }

    function sign65(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The wallet of `secret` sets its route by its own transaction.
    function setAs(uint256 secret, bytes32 prekey, PackedRoute packed) internal {
        address wallet = vm.addr(secret);
        (bytes32 r, bytes32 vs) = signRoute(secret, wallet, prekey, packed);
        vm.prank(wallet);
        registry.set(prekey, packed, r, vs);
    }

    /// @dev What the wallet of `secret` gives to whoever pays for it.
    function bundleOf(uint256 secret, bytes32 prekey, PackedRoute packed, uint256 deadline)
        internal
        view
        returns (Bundle memory bundle)
    {
        bundle.wallet = vm.addr(secret);
        bundle.prekey = prekey;
        bundle.packed = packed;
        (bundle.r, bundle.vs) = signRoute(secret, bundle.wallet, prekey, packed);
        bundle.deadline = deadline;
        uint256 nonce = registry.nonces(bundle.wallet);
        bundle.authorization = sign65(secret, setDigest(bundle.wallet, prekey, packed, nonce, deadline));
    }

    function bring(Bundle memory b) internal {
        registry.setFor(b.wallet, b.prekey, b.packed, b.r, b.vs, b.deadline, b.authorization);
    }

    function setForAs(uint256 secret, bytes32 prekey, PackedRoute packed, uint256 deadline) internal {
        bring(bundleOf(secret, prekey, packed, deadline));
    }

    function requireRoute(address wallet, bytes32 prekey, PackedRoute packed) internal view {
        (bytes32 storedPrekey, PackedRoute storedPacked) = registry.route(wallet);
        assertEq(storedPrekey, prekey, "prekey");
        assertEq(PackedRoute.unwrap(storedPacked), PackedRoute.unwrap(packed), "packed");
    }
}
