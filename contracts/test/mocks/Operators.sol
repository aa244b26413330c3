// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INodeRegistry} from "../../src/interfaces/INodeRegistry.sol";

/// @dev An operator that, when paid its bond, tries to be paid again.
contract ReenteringOperator {
    INodeRegistry private immutable _registry;
    uint32 public nodeId;
    uint256 public attempts;
    bytes public failure;

    constructor(INodeRegistry registry) {
        _registry = registry;
    }

    function register(INodeRegistry.NodeInput calldata input) external payable {
        nodeId = _registry.register{value: msg.value}(input);
    }

    function retire() external {
        _registry.setState(nodeId, 3);
    }

    function withdraw() external {
        _registry.withdrawBond(nodeId, payable(address(this)));
    }

    receive() external payable {
        attempts++;
        try _registry.withdrawBond(nodeId, payable(address(this))) {} catch (bytes memory data) {
            failure = data;
        }
    }
}

/// @dev A recipient that refuses to be paid.
contract Refuser {
    receive() external payable {
        revert();
    }
}
