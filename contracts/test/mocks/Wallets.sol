// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @dev A contract wallet with one owner key. Also serves as the code that an EIP-7702 wallet delegates to.
contract ContractWallet is IERC1271 {
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function execute(address target, bytes calldata data) external {
        require(msg.sender == owner || msg.sender == address(this));
        (bool ok, bytes memory result) = target.call(data);
        require(ok, string(result));
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        bool valid = failure == ECDSA.RecoverError.NoError && recovered == owner;
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @dev A contract wallet whose answer to ERC-1271 is as bad as its mode says.
contract HostileWallet {
    enum Mode {
        Revert,
        RevertHuge,
        Empty,
        Short,
        WrongWord,
        DirtyMagic,
        HugeGarbage,
        BurnGas,
        ChangeState,
        HugeMagic
    }

    Mode public mode;
    uint256 public counter;

    error Refused(bytes data);

    function become(Mode mode_) external {
        mode = mode_;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        if (mode == Mode.Revert) revert();
        if (mode == Mode.RevertHuge) revert Refused(new bytes(200_000));
        if (mode == Mode.Empty) return "";
        if (mode == Mode.Short) return abi.encodePacked(IERC1271.isValidSignature.selector);
        if (mode == Mode.WrongWord) return abi.encode(bytes4(0xffffffff));
        if (mode == Mode.DirtyMagic) return abi.encodePacked(IERC1271.isValidSignature.selector, uint224(1));
        if (mode == Mode.HugeGarbage) return new bytes(200_000);
        if (mode == Mode.HugeMagic) {
            return abi.encodePacked(abi.encode(IERC1271.isValidSignature.selector), new bytes(200_000));
        }
        if (mode == Mode.ChangeState) counter++;
        while (mode == Mode.BurnGas) {}
        return abi.encode(IERC1271.isValidSignature.selector);
    }
}
