// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NodeRegistry} from "../src/NodeRegistry.sol";
import {RouteRegistry} from "../src/RouteRegistry.sol";
import {Checks} from "./Checks.sol";

/// @dev What is tested here is what is exported.
contract ArtifactsTest is Checks {
    function test_ExportedBytecodeIsTheTestedBytecode() public view {
        requireSame("./artifacts/NodeRegistry.json", type(NodeRegistry).creationCode);
        requireSame("./artifacts/RouteRegistry.json", type(RouteRegistry).creationCode);
    }

    function requireSame(string memory path, bytes memory code) private view {
        assertEq(keccak256(vm.parseJsonBytes(vm.readFile(path), ".bytecode")), keccak256(code), path);
    }
}
