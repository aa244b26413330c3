// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {EventLog} from "./EventLog.sol";
import {PackedRoute} from "./PackedRoute.sol";
import {X25519Key} from "./X25519Key.sol";
import {IRouteRegistry} from "./interfaces/IRouteRegistry.sol";

/// @title Where wallets live
/// @dev Nobody owns this contract; it has no administrator, no pause and no upgrade.
contract RouteRegistry is EventLog, EIP712, IRouteRegistry {
    /// @notice The longest that a route may last, in seconds.
    uint256 public constant LIFETIME_MAX = 2 * 365 days;

    /// @dev The only suite that is built: HPKE base mode with `enc` in the clear.
    uint8 private constant SUITE_PLAIN = 1;

    /// @dev EIP-7702: the code of an externally owned wallet that delegated is 0xef0100 and an address.
    bytes3 private constant DELEGATION_PREFIX = 0xef0100;
    uint256 private constant DELEGATION_SIZE = 23;

    bytes32 private constant ROUTE_TYPEHASH = keccak256(
        "Route(address wallet,bytes32 prekey,uint32 home0,uint32 home1,uint32 home2,"
        "uint8 suite,uint32 epoch,uint64 expiry,uint16 flags)"
    );
    bytes32 private constant SET_ROUTE_TYPEHASH =
        keccak256("SetRoute(address wallet,bytes32 prekey,uint256 packed,uint256 nonce,uint256 deadline)");
    bytes32 private constant CLEAR_ROUTE_TYPEHASH =
        keccak256("ClearRoute(address wallet,uint256 nonce,uint256 deadline)");

    mapping(address wallet => Route) private _routes;

    /// @inheritdoc IRouteRegistry
    mapping(address wallet => uint256) public override nonces;

    constructor() EIP712("Conet", "1") {}

    /// @inheritdoc IRouteRegistry
    function set(bytes32 prekey, PackedRoute packed, bytes32 r, bytes32 vs) external override {
        _set(msg.sender, prekey, packed, r, vs);
    }

    /// @inheritdoc IRouteRegistry
    function setFor(
        address wallet,
        bytes32 prekey,
        PackedRoute packed,
        bytes32 r,
        bytes32 vs,
        uint256 deadline,
        bytes calldata authorization
    ) external override {
        uint256 nonce = nonces[wallet]++;
        bytes32 structHash = keccak256(
            abi.encode(SET_ROUTE_TYPEHASH, wallet, prekey, packed, nonce, deadline));
        _requireAuthorized(wallet, structHash, deadline, authorization);
        _set(wallet, prekey, packed, r, vs);
    }

    /// @inheritdoc IRouteRegistry
    function clear() external override {
        nonces[msg.sender]++;
        _clear(msg.sender);
    }

    /// @inheritdoc IRouteRegistry
    function clearFor(address wallet, uint256 deadline, bytes calldata authorization) external override {
        uint256 nonce = nonces[wallet]++;
        bytes32 structHash = keccak256(abi.encode(CLEAR_ROUTE_TYPEHASH, wallet, nonce, deadline));
        _requireAuthorized(wallet, structHash, deadline, authorization);
        _clear(wallet);
    }

    /// @inheritdoc IRouteRegistry
    function route(address wallet) external view override returns (bytes32 prekey, PackedRoute packed) {
        Route storage record = _routes[wallet];
        return (record.prekey, record.packed);
    }

    function _set(address wallet, bytes32 prekey, PackedRoute packed, bytes32 r, bytes32 vs) private {
        Route storage record = _routes[wallet];
        _requireWellFormed(prekey, packed);
        uint32 last = record.packed.epoch();
        if (packed.epoch() <= last) revert EpochNotGreater(last, packed.epoch());
        _requireSigned(wallet, prekey, packed, r, vs);

        record.prekey = prekey;
        record.packed = packed;
        _announce(wallet, prekey, packed, r, vs);
    }

    function _clear(address wallet) private {
        Route storage record = _routes[wallet];
        if (record.prekey == 0) revert RouteAbsent(wallet);

        PackedRoute kept = record.packed.onlyEpoch();
        record.prekey = 0;
        record.packed = kept;
        _announce(wallet, 0, kept, 0, 0);
    }

    /// @dev Numbers the record's event, folds it into the rolling hash and emits it.
    function _announce(address wallet, bytes32 prekey, PackedRoute packed, bytes32 r, bytes32 vs) private {
        uint64 seq = _nextSeq();
        _append(seq, bytes32(uint256(uint160(wallet))), abi.encode(seq, prekey, packed, r, vs));
        emit RouteChanged(wallet, seq, prekey, packed, r, vs);
    }

    /// @dev Everything that can be judged without the wallet's record or signature.
    function _requireWellFormed(bytes32 prekey, PackedRoute packed) private view {
        if (!X25519Key.isUsable(prekey)) revert PrekeyInvalid(prekey);
        if (packed.hasReservedBits()) revert ReservedBitsSet(packed);
        if (packed.suite() != SUITE_PLAIN) revert SuiteUnknown(packed.suite());

        (uint32 a, uint32 b, uint32 c) = (packed.home0(), packed.home1(), packed.home2());
        bool gap = a == 0 || (b == 0 && c != 0);
        bool repeat = a == b || a == c || (b == c && b != 0);
        if (gap || repeat) revert HomesInvalid(a, b, c);

        uint64 expiry = packed.expiry();
        if (expiry <= block.timestamp || expiry > block.timestamp + LIFETIME_MAX) {
            revert ExpiryOutOfRange(expiry, block.timestamp);
        }
    }

    /// @dev The route signature. An EIP-7702 wallet has code and a key: it signs, or else whoever carries its
    ///      authorization here could leave the signature out.
    function _requireSigned(address wallet, bytes32 prekey, PackedRoute packed, bytes32 r, bytes32 vs)
        private
        view
    {
        if (r == 0 && vs == 0) {
            if (!_isContractWallet(wallet)) revert RouteSignatureMissing(wallet);
            return;
        }
        bytes32 digest = _hashTypedDataV4(_routeStructHash(wallet, prekey, packed));
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(digest, r, vs);
        if (failure != ECDSA.RecoverError.NoError || recovered != wallet)
            revert RouteSignatureInvalid(wallet);
    }

    /// @dev A key's signature counts for its wallet whether or not that wallet has code (EIP-7702); any other
    ///      authorization is for the wallet's code to judge. That call is static, none of what it returns
    ///      beyond one word is copied, and the gas it burns is that of whoever chose to bring the
    ///      authorization.
    function _requireAuthorized(
        address wallet,
        bytes32 structHash,
        uint256 deadline,
        bytes calldata authorization
    ) private view {
        if (block.timestamp > deadline) revert AuthorizationExpired(deadline);

        bytes32 digest = _hashTypedDataV4(structHash);
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, authorization);
        if (failure == ECDSA.RecoverError.NoError && recovered == wallet) return;

        bool accepted =
            wallet.code.length != 0
                && SignatureChecker.isValidERC1271SignatureNowCalldata(wallet, digest, authorization);
        if (!accepted) revert AuthorizationInvalid(wallet);
    }

    function _routeStructHash(address wallet, bytes32 prekey, PackedRoute packed)
        private
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                ROUTE_TYPEHASH,
                wallet,
                prekey,
                packed.home0(),
                packed.home1(),
                packed.home2(),
                packed.suite(),
                packed.epoch(),
                packed.expiry(),
                packed.flags()
            )
        );
    }

    /// @dev True for code that is not an EIP-7702 delegation. (EIP-3541 keeps contracts from starting with
    ///      0xef.)
    function _isContractWallet(address wallet) private view returns (bool) {
        uint256 size = wallet.code.length;
        if (size == 0) return false;
        return size != DELEGATION_SIZE || bytes3(wallet.code) != DELEGATION_PREFIX;
    }
}
