// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IEventLog} from "./IEventLog.sol";

/// @title The nodes of Conet
/// @notice A node has an id that is never reused, keys that are never reused, one endpoint and a bond. Its
///         operator, the account that registered it, is the only one who may change it.
interface INodeRegistry is IEventLog {
    /// @notice The whole record of a node.
    /// @param operator The account that may change the record. Zero only in a record that does not exist.
    /// @param signer The secp256k1 address that signs the node's pages and receipts. Never zero, unique for
    ///        ever.
    /// @param linkKey X25519 public key of the node's links, RFC 7748 byte order. Unique for ever among all
    ///        keys.
    /// @param sealKey X25519 public key that cells to the node's own address are sealed to. Unique as
    ///        `linkKey`.
    /// @param ip IPv6 address, network byte order; IPv4 as ::ffff:a.b.c.d. Never unspecified.
    /// @param clientPort UDP port for clients, 1 to 65 535.
    /// @param nodePort UDP port for other nodes, 1 to 65 535, other than `clientPort`.
    /// @param descriptorHash Keccak-256 of the signed off-chain descriptor; zero if there is none.
    /// @param descriptorVersion Grows whenever `descriptorHash` changes.
    /// @param state 0 none, 1 active, 2 draining (serves what it has, takes nothing on), 3 retired (final).
    /// @param bond Wei held by the registry for this node.
    struct Node {
        address operator;
        address signer;
        bytes32 linkKey;
        bytes32 sealKey;
        bytes16 ip;
        uint16 clientPort;
        uint16 nodePort;
        bytes32 descriptorHash;
        uint32 descriptorVersion;
        uint8 state;
        uint128 bond;
    }

    /// @notice The part of a record that its operator writes. Fields as in `Node`.
    struct NodeInput {
        address signer;
        bytes32 linkKey;
        bytes32 sealKey;
        bytes16 ip;
        uint16 clientPort;
        uint16 nodePort;
        bytes32 descriptorHash;
        uint32 descriptorVersion;
    }

    /// @notice A record was made or changed. Carries the whole new record.
    /// @param nodeId The node.
    /// @param seq Number of this event in this registry, from 1, without gaps.
    /// @param node The record from now on.
    event NodeChanged(uint32 indexed nodeId, uint64 seq, Node node);

    /// @notice There is no node with this id.
    error NodeUnknown(uint32 nodeId);
    /// @notice Only the node's operator may do this.
    error NotOperator(uint32 nodeId, address caller);
    /// @notice A retired node never changes again, but for its bond and operator.
    error NodeIsRetired(uint32 nodeId);
    /// @notice The new operator must not be the zero address.
    error OperatorInvalid();
    /// @notice The signer must not be the zero address.
    error SignerInvalid();
    /// @notice The signer is, or once was, that of `nodeId`.
    error SignerUsed(address signer, uint32 nodeId);
    /// @notice The key is a point of low order or not reduced: nobody could agree on a secret with it.
    error KeyInvalid(bytes32 key);
    /// @notice The key is, or once was, the link key or seal key of `nodeId`.
    error KeyUsed(bytes32 key, uint32 nodeId);
    /// @notice The address is unspecified, a port is zero, or both ports are the same.
    error EndpointInvalid(bytes16 ip, uint16 clientPort, uint16 nodePort);
    /// @notice The version went down, or the hash changed under the same version.
    error DescriptorVersionInvalid(uint32 current, uint32 given);
    /// @notice Allowed: active to draining, draining to active, either to retired.
    error StateInvalid(uint8 current, uint8 given);
    /// @notice The call must carry wei.
    error BondZero();
    /// @notice The bond would not fit 128 bits.
    error BondTooLarge(uint256 bond);
    /// @notice The bond can be withdrawn from `freeAt` (unix seconds) on; 0 if the node is not retired.
    error BondLocked(uint64 freeAt);
    /// @notice The bond must not be sent to the zero address.
    error RecipientInvalid();
    /// @notice The recipient refused the bond; nothing has changed.
    error BondTransferFailed(address to);

    /// @notice Registers a node with the caller as its operator, active at once. Wei sent along is its bond.
    /// @dev Reverts with SignerInvalid, SignerUsed, KeyInvalid, KeyUsed, EndpointInvalid, BondTooLarge.
    /// @return nodeId The new id, from 1 up.
    function register(NodeInput calldata input) external payable returns (uint32 nodeId);

    /// @notice Replaces what the operator writes. A field that stays the same is always accepted; a key or
    ///         signer that was replaced can never come back, to this node or any other.
    /// @dev Reverts with NodeUnknown, NotOperator, NodeIsRetired, DescriptorVersionInvalid and as `register`.
    function update(uint32 nodeId, NodeInput calldata input) external;

    /// @notice Moves a node between active (1) and draining (2), or to retired (3), for ever.
    /// @dev Reverts with NodeUnknown, NotOperator, NodeIsRetired, StateInvalid.
    function setState(uint32 nodeId, uint8 state) external;

    /// @notice Adds the wei sent along to the bond. Anybody may; only the operator ever gets it back.
    /// @dev Reverts with NodeUnknown, NodeIsRetired, BondZero, BondTooLarge.
    function addBond(uint32 nodeId) external payable;

    /// @notice Sends the whole bond of a node that was retired `BOND_DELAY` seconds ago or earlier to `to`.
    /// @dev Operator only. The record is written and its event emitted before the wei leave.
    ///      Reverts with NodeUnknown, NotOperator, BondLocked, RecipientInvalid, BondZero,
    ///      BondTransferFailed.
    function withdrawBond(uint32 nodeId, address payable to) external;

    /// @notice Hands a node, with its bond, to another operator, at once.
    /// @dev Reverts with NodeUnknown, NotOperator, OperatorInvalid.
    function transferOperator(uint32 nodeId, address newOperator) external;

    /// @return The record; all zero (state 0) for an id that was never given out.
    function node(uint32 nodeId) external view returns (Node memory);

    /// @return The highest id given out; 0 before the first.
    function nodeCount() external view returns (uint32);

    /// @return The node that uses or once used this X25519 key, as link key or seal key; 0 for none.
    function nodeOfKey(bytes32 key) external view returns (uint32);

    /// @return The node that uses or once used this signer; 0 for none.
    function nodeOfSigner(address signer) external view returns (uint32);

    /// @return Unix seconds from which the bond can be withdrawn; 0 if the node is not retired.
    function bondFreeAt(uint32 nodeId) external view returns (uint64);
}
