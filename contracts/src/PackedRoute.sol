// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Everything of a route but its prekey, in one word. Bit 0 is the least significant.
///
///      255      216 215    200 199     136 135    104 103     96 95     64 63     32 31      0
///      +-----------+----------+-----------+----------+----------+---------+---------+---------+
///      | zero (40) | flags 16 | expiry 64 | epoch 32 | suite  8 | home2 32| home1 32| home0 32|
///      +-----------+----------+-----------+----------+----------+---------+---------+---------+
///
///      home0..2  node ids in the order of preference; 0 for none
///      suite     how to seal to the prekey
///      epoch     number of the prekey, strictly increasing for ever
///      expiry    unix seconds
///      flags     for clients; no bit is judged here
type PackedRoute is uint256;

using PackedRouteFields for PackedRoute global;

/// @title Fields of a packed route
library PackedRouteFields {
    uint256 private constant HOME0_SHIFT = 0;
    uint256 private constant HOME1_SHIFT = HOME0_SHIFT + 32;
    uint256 private constant HOME2_SHIFT = HOME1_SHIFT + 32;
    uint256 private constant SUITE_SHIFT = HOME2_SHIFT + 32;
    uint256 private constant EPOCH_SHIFT = SUITE_SHIFT + 8;
    uint256 private constant EXPIRY_SHIFT = EPOCH_SHIFT + 32;
    uint256 private constant FLAGS_SHIFT = EXPIRY_SHIFT + 64;
    uint256 private constant RESERVED_SHIFT = FLAGS_SHIFT + 16;

    // Each conversion below drops the bits above its field on purpose: that is how a field is cut out.
    // forge-lint: disable-start(unsafe-typecast)

    function home0(PackedRoute route) internal pure returns (uint32) {
        return uint32(PackedRoute.unwrap(route) >> HOME0_SHIFT);
    }

    function home1(PackedRoute route) internal pure returns (uint32) {
        return uint32(PackedRoute.unwrap(route) >> HOME1_SHIFT);
    }

    function home2(PackedRoute route) internal pure returns (uint32) {
        return uint32(PackedRoute.unwrap(route) >> HOME2_SHIFT);
    }

    function suite(PackedRoute route) internal pure returns (uint8) {
        return uint8(PackedRoute.unwrap(route) >> SUITE_SHIFT);
    }

    function epoch(PackedRoute route) internal pure returns (uint32) {
        return uint32(PackedRoute.unwrap(route) >> EPOCH_SHIFT);
    }

    /// @return Unix seconds.
    function expiry(PackedRoute route) internal pure returns (uint64) {
        return uint64(PackedRoute.unwrap(route) >> EXPIRY_SHIFT);
    }

    function flags(PackedRoute route) internal pure returns (uint16) {
        return uint16(PackedRoute.unwrap(route) >> FLAGS_SHIFT);
    }

    // forge-lint: disable-end(unsafe-typecast)

    /// @return True if a bit above the flags is set.
    function hasReservedBits(PackedRoute route) internal pure returns (bool) {
        return PackedRoute.unwrap(route) >> RESERVED_SHIFT != 0;
    }

    /// @return What a cleared route keeps: the epoch, all other fields zero.
    function onlyEpoch(PackedRoute route) internal pure returns (PackedRoute) {
        return PackedRoute.wrap(uint256(epoch(route)) << EPOCH_SHIFT);
    }
}
