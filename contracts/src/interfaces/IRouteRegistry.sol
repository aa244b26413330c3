// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PackedRoute} from "../PackedRoute.sol";
import {IEventLog} from "./IEventLog.sol";

/// @title Where wallets live
/// @notice Maps a wallet to its prekey and up to three home nodes. Only the wallet writes its route: by its
///         own transaction, or by an authorization it signed, which anybody may bring and pay for.
///
///         Three EIP-712 types, domain name "Conet", version "1", this chain, this contract:
///
///         Route(address wallet,bytes32 prekey,uint32 home0,uint32 home1,uint32 home2,uint8 suite,uint32
///         epoch,
///               uint64 expiry,uint16 flags)
///           the route signature: carried in the event, verifiable for ever by whoever wants to seal to the
///           prekey
///         SetRoute(address wallet,bytes32 prekey,uint256 packed,uint256 nonce,uint256 deadline)
///         ClearRoute(address wallet,uint256 nonce,uint256 deadline)
///           authorizations: used once, until the deadline
///
///         (Each type string is one line without blanks after commas.)
interface IRouteRegistry is IEventLog {
    /// @notice A wallet's record.
    /// @param prekey X25519 public key that strangers seal to, RFC 7748 byte order; zero if there is no
    ///        route.
    /// @param packed Homes, suite, epoch, expiry and flags, see `PackedRoute`; only the epoch if there is no
    ///        route.
    struct Route {
        bytes32 prekey;
        PackedRoute packed;
    }

    /// @notice A route was set or cleared. Carries the whole new record.
    /// @param wallet The wallet.
    /// @param seq Number of this event in this registry, from 1, without gaps.
    /// @param prekey As in `Route`.
    /// @param packed As in `Route`.
    /// @param r Route signature, EIP-2098. `r` and `vs` are both zero if the wallet is a contract
    ///          ("unsigned") and when a route was cleared.
    /// @param vs Route signature: bit 255 is the parity of the recovery id, the rest is s, at most n/2.
    event RouteChanged(
        address indexed wallet, uint64 seq, bytes32 prekey, PackedRoute packed, bytes32 r, bytes32 vs);

    /// @notice The prekey is zero or another point of low order: nobody could agree on a secret with it.
    error PrekeyInvalid(bytes32 prekey);
    /// @notice Bits 216 to 255 must be zero.
    error ReservedBitsSet(PackedRoute packed);
    /// @notice The first home must not be 0, no home may follow a 0, and none may occur twice.
    error HomesInvalid(uint32 home0, uint32 home1, uint32 home2);
    /// @notice Only suite 1 is built.
    error SuiteUnknown(uint8 suite);
    /// @notice The epoch must be greater than any that the wallet ever set.
    error EpochNotGreater(uint32 last, uint32 given);
    /// @notice The expiry must lie after this block's time and at most `LIFETIME_MAX` seconds after it.
    error ExpiryOutOfRange(uint64 expiry, uint256 blockTime);
    /// @notice A wallet that holds a key must sign its route; only contract wallets may leave `r` and `vs`
    ///         zero.
    error RouteSignatureMissing(address wallet);
    /// @notice The route signature is out of range, has a high s, or is not the wallet's over this route.
    error RouteSignatureInvalid(address wallet);
    /// @notice The deadline (unix seconds) has passed.
    error AuthorizationExpired(uint256 deadline);
    /// @notice The authorization is not the wallet's over these values and its current nonce.
    error AuthorizationInvalid(address wallet);
    /// @notice The wallet has no route to clear.
    error RouteAbsent(address wallet);

    /// @notice Sets the caller's route.
    /// @dev Reverts with PrekeyInvalid, ReservedBitsSet, HomesInvalid, SuiteUnknown, EpochNotGreater,
    ///      ExpiryOutOfRange, RouteSignatureMissing, RouteSignatureInvalid.
    /// @param prekey X25519 public key, RFC 7748 byte order.
    /// @param packed See `PackedRoute`.
    /// @param r Route signature of the caller, EIP-2098; both words zero if the caller is a contract wallet.
    /// @param vs Route signature, second word.
    function set(bytes32 prekey, PackedRoute packed, bytes32 r, bytes32 vs) external;

    /// @notice Sets the route of `wallet` on its authorization.
    /// @dev Reverts with AuthorizationExpired, AuthorizationInvalid and as `set`. The authorization does not
    ///      cover the route signature, which proves itself; for a wallet that holds a key it can't be left
    ///      out either.
    /// @param wallet Whose route.
    /// @param prekey X25519 public key, RFC 7748 byte order.
    /// @param packed See `PackedRoute`.
    /// @param r Route signature of `wallet`, EIP-2098; both words zero if it is a contract wallet.
    /// @param vs Route signature, second word.
    /// @param deadline Last moment, unix seconds of block time, that the authorization is good for.
    /// @param authorization SetRoute signature: r ‖ s ‖ v (65 bytes, low s, v 27 or 28), or whatever the
    ///        wallet's code accepts by ERC-1271.
    function setFor(
        address wallet,
        bytes32 prekey,
        PackedRoute packed,
        bytes32 r,
        bytes32 vs,
        uint256 deadline,
        bytes calldata authorization
    ) external;

    /// @notice Clears the caller's route and voids every authorization that the caller signed and nobody used
    ///         yet.
    /// @dev The epoch is kept, so an old route can't be set again. Reverts with RouteAbsent.
    function clear() external;

    /// @notice Clears the route of `wallet` on its authorization.
    /// @dev Reverts with RouteAbsent, AuthorizationExpired, AuthorizationInvalid.
    /// @param wallet Whose route.
    /// @param deadline As in `setFor`.
    /// @param authorization ClearRoute signature, in the forms of `setFor`.
    function clearFor(address wallet, uint256 deadline, bytes calldata authorization) external;

    /// @notice The record of a wallet, expired or not.
    function route(address wallet) external view returns (bytes32 prekey, PackedRoute packed);

    /// @return The nonce that the wallet's next authorization must carry.
    function nonces(address wallet) external view returns (uint256);
}
