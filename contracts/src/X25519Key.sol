// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title X25519 public keys as 32-byte words, in the byte order of RFC 7748 (little-endian u-coordinate)
/// @dev RFC 7748 section 5 has every implementation ignore the top bit of the last byte, so two words that
///      differ in that bit alone are one key. Comparisons of keys go through `point`.
library X25519Key {
    /// @dev The top bit of the last byte: bit 7 of the word.
    uint256 private constant IGNORED_BIT = 0x80;

    // The u-coordinates whose shared secret with anybody is all zero: 0, 1, the two of order 8 and p - 1.
    bytes32 private constant ORDER_4 = bytes32(0);
    bytes32 private constant ORDER_1 = bytes32(uint256(1) << 248);
    bytes32 private constant ORDER_8_A = 0xe0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800;
    bytes32 private constant ORDER_8_B = 0x5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157;
    bytes32 private constant ORDER_2 = 0xecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f;

    /// @dev The last 31 bytes of every encoding from p - 19 + 0x00..0xff: ff .. ff 7f.
    uint256 private constant TOP_TAIL = 0x00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f;

    /// @dev The first byte of p itself, 2^255 - 19. From here on an encoding is not reduced.
    uint256 private constant PRIME_FIRST_BYTE = 0xed;

    /// @return The word that stands for the key's point: the ignored bit cleared.
    function point(bytes32 key) internal pure returns (bytes32) {
        return bytes32(uint256(key) & ~IGNORED_BIT);
    }

    /// @notice False for points of low order and for coordinates that are not reduced modulo 2^255 - 19.
    function isUsable(bytes32 key) internal pure returns (bool) {
        bytes32 u = point(key);
        if (u == ORDER_4 || u == ORDER_1 || u == ORDER_2 || u == ORDER_8_A || u == ORDER_8_B) return false;

        bool topRange = (uint256(u) & type(uint248).max) == TOP_TAIL;
        return !topRange || (uint256(u) >> 248) < PRIME_FIRST_BYTE;
    }
}
