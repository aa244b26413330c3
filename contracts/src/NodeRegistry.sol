// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {EventLog} from "./EventLog.sol";
import {X25519Key} from "./X25519Key.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";

/// @title The nodes of Conet
/// @dev Nobody owns this contract; it has no administrator, no pause and no upgrade. It takes no signatures
///      itself: EIP712 is there so that what nodes sign off chain can name this registry by ERC-5267.
contract NodeRegistry is EventLog, EIP712, INodeRegistry {
    /// @notice Seconds between retirement and the first moment the bond can leave: time to claim against it.
    uint64 public constant BOND_DELAY = 7 days;

    uint8 internal constant STATE_NONE = 0;
    uint8 internal constant STATE_ACTIVE = 1;
    uint8 internal constant STATE_DRAINING = 2;
    uint8 internal constant STATE_RETIRED = 3;

    /// @dev ::ffff:0.0.0.0, the unspecified IPv4 address as IPv6 maps it.
    bytes16 private constant IP4_UNSPECIFIED = bytes16(uint128(0xffff00000000));

    /// @inheritdoc INodeRegistry
    uint32 public override nodeCount;

    mapping(uint32 nodeId => Node) private _nodes;
    mapping(uint32 nodeId => uint64) private _bondFreeAt;
    mapping(bytes32 point => uint32 nodeId) private _nodeOfPoint;
    mapping(address signer => uint32 nodeId) private _nodeOfSigner;

    constructor() EIP712("Conet", "1") {}

    /// @inheritdoc INodeRegistry
    function register(NodeInput calldata input) external payable override returns (uint32 nodeId) {
        nodeId = nodeCount + 1;
        nodeCount = nodeId;

        Node storage record = _nodes[nodeId];
        record.operator = msg.sender;
        record.state = STATE_ACTIVE;
        record.bond = _sumBond(0, msg.value);
        _write(nodeId, record, input);
        _announce(nodeId, record);
    }

    /// @inheritdoc INodeRegistry
    function update(uint32 nodeId, NodeInput calldata input) external override {
        Node storage record = _operated(nodeId);
        _requireNotRetired(nodeId, record);

        uint32 version = record.descriptorVersion;
        bool hashChanges = input.descriptorHash != record.descriptorHash;
        if (input.descriptorVersion < version || (hashChanges && input.descriptorVersion == version)) {
            revert DescriptorVersionInvalid(version, input.descriptorVersion);
        }

        _write(nodeId, record, input);
        _announce(nodeId, record);
    }

    /// @inheritdoc INodeRegistry
    function setState(uint32 nodeId, uint8 state) external override {
        Node storage record = _operated(nodeId);
        _requireNotRetired(nodeId, record);
        uint8 current = record.state;
        if (state == current || state < STATE_ACTIVE || state > STATE_RETIRED)
            revert StateInvalid(current, state);

        record.state = state;
        if (state == STATE_RETIRED) _bondFreeAt[nodeId] = uint64(block.timestamp) + BOND_DELAY;
        _announce(nodeId, record);
    }

    /// @inheritdoc INodeRegistry
    function addBond(uint32 nodeId) external payable override {
        Node storage record = _known(nodeId);
        _requireNotRetired(nodeId, record);
        if (msg.value == 0) revert BondZero();

        record.bond = _sumBond(record.bond, msg.value);
        _announce(nodeId, record);
    }

    /// @inheritdoc INodeRegistry
    function withdrawBond(uint32 nodeId, address payable to) external override {
        Node storage record = _operated(nodeId);
        uint64 freeAt = _bondFreeAt[nodeId];
        if (freeAt == 0 || block.timestamp < freeAt) revert BondLocked(freeAt);
        if (to == address(0)) revert RecipientInvalid();
        uint128 bond = record.bond;
        if (bond == 0) revert BondZero();

        record.bond = 0;
        _announce(nodeId, record);

        // Last, and with nothing left to take: a recipient that calls back finds a bond of zero. What it
        // returns is not copied.
        if (!LowLevelCall.callNoReturn(to, bond, "")) revert BondTransferFailed(to);
    }

    /// @inheritdoc INodeRegistry
    function transferOperator(uint32 nodeId, address newOperator) external override {
        Node storage record = _operated(nodeId);
        if (newOperator == address(0)) revert OperatorInvalid();

        record.operator = newOperator;
        _announce(nodeId, record);
    }

    /// @inheritdoc INodeRegistry
    function node(uint32 nodeId) external view override returns (Node memory) {
        return _nodes[nodeId];
    }

    /// @inheritdoc INodeRegistry
    function nodeOfKey(bytes32 key) external view override returns (uint32) {
        return _nodeOfPoint[X25519Key.point(key)];
    }

    /// @inheritdoc INodeRegistry
    function nodeOfSigner(address signer) external view override returns (uint32) {
        return _nodeOfSigner[signer];
    }

    /// @inheritdoc INodeRegistry
    function bondFreeAt(uint32 nodeId) external view override returns (uint64) {
        return _bondFreeAt[nodeId];
    }

    /// @dev Checks and stores what an operator writes; claims each key and signer that is new to the record.
    function _write(uint32 nodeId, Node storage record, NodeInput calldata input) private {
        // A record never holds zero here, so a zero that equals an empty record must still reach its check.
        if (input.signer != record.signer || input.signer == address(0)) _claimSigner(nodeId, input.signer);
        if (input.linkKey != record.linkKey || input.linkKey == 0) _claimKey(nodeId, input.linkKey);
        if (input.sealKey != record.sealKey || input.sealKey == 0) _claimKey(nodeId, input.sealKey);
        _requireEndpoint(input.ip, input.clientPort, input.nodePort);

        record.signer = input.signer;
        record.linkKey = input.linkKey;
        record.sealKey = input.sealKey;
        record.ip = input.ip;
        record.clientPort = input.clientPort;
        record.nodePort = input.nodePort;
        record.descriptorHash = input.descriptorHash;
        record.descriptorVersion = input.descriptorVersion;
    }

    function _claimSigner(uint32 nodeId, address signer) private {
        if (signer == address(0)) revert SignerInvalid();
        uint32 owner = _nodeOfSigner[signer];
        if (owner != 0) revert SignerUsed(signer, owner);
        _nodeOfSigner[signer] = nodeId;
    }

    function _claimKey(uint32 nodeId, bytes32 key) private {
        if (!X25519Key.isUsable(key)) revert KeyInvalid(key);
        bytes32 point = X25519Key.point(key);
        uint32 owner = _nodeOfPoint[point];
        if (owner != 0) revert KeyUsed(key, owner);
        _nodeOfPoint[point] = nodeId;
    }

    /// @dev Numbers the record's event, folds it into the rolling hash and emits it.
    function _announce(uint32 nodeId, Node storage record) private {
        Node memory current = record;
        uint64 seq = _nextSeq();
        _append(seq, bytes32(uint256(nodeId)), abi.encode(seq, current));
        emit NodeChanged(nodeId, seq, current);
    }

    function _known(uint32 nodeId) private view returns (Node storage record) {
        record = _nodes[nodeId];
        if (record.state == STATE_NONE) revert NodeUnknown(nodeId);
    }

    function _operated(uint32 nodeId) private view returns (Node storage record) {
        record = _known(nodeId);
        if (record.operator != msg.sender) revert NotOperator(nodeId, msg.sender);
    }

    function _requireNotRetired(uint32 nodeId, Node storage record) private view {
        if (record.state == STATE_RETIRED) revert NodeIsRetired(nodeId);
    }

    function _requireEndpoint(bytes16 ip, uint16 clientPort, uint16 nodePort) private pure {
        bool unspecified = ip == 0 || ip == IP4_UNSPECIFIED;
        if (unspecified || clientPort == 0 || nodePort == 0 || clientPort == nodePort) {
            revert EndpointInvalid(ip, clientPort, nodePort);
        }
    }

    function _sumBond(uint128 bond, uint256 added) private pure returns (uint128) {
        uint256 sum = bond + added;
        if (sum > type(uint128).max) revert BondTooLarge(sum);
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint128(sum);
    }
}
