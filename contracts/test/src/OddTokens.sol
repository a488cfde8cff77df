// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ledger} from "./Ledger.sol";

/// Tokens as they are met in the wild, and worse.

/// Answers a transfer with nothing. Reads as much storage on the way as Tether's does, so that its gas is
/// about that of the real one.
contract UsdtLikeToken is Ledger {
    // In an order that gives each a slot of its own, as there.
    bool public paused;
    mapping(address account => bool) public isBlackListed;
    uint256 public basisPointsRate;
    uint256 public maximumFee;
    bool public deprecated;

    error Refused();

    function transfer(address to, uint256 amount) external {
        if (paused || isBlackListed[msg.sender] || deprecated) revert Refused();
        if (basisPointsRate > maximumFee) revert Refused();
        _move(msg.sender, to, amount);
    }
}

/// Keeps a hundredth of what is transferred.
contract FeeToken is Ledger {
    address public constant COLLECTOR = address(0xfee);

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, COLLECTOR, amount / 100);
        _move(msg.sender, to, amount - amount / 100);
        return true;
    }
}

/// Refuses to pay blocked accounts, as issuers of stablecoins can decide.
contract BlockingToken is Ledger {
    mapping(address account => bool) public blocked;

    error Blocked(address account);

    function setBlocked(address account, bool yes) external {
        blocked[account] = yes;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        if (blocked[to]) revert Blocked(to);
        _move(msg.sender, to, amount);
        return true;
    }
}

/// Answers a transfer with whatever bytes it was told to, having moved the money or not.
contract AnsweringToken is Ledger {
    bytes private _answer;
    bool private _moves;
    bool private _reverts;

    function setAnswer(bytes calldata answer, bool moves, bool reverts) external {
        (_answer, _moves, _reverts) = (answer, moves, reverts);
    }

    function transfer(address to, uint256 amount) external {
        if (_moves) _move(msg.sender, to, amount);
        bytes memory answer = _answer;
        bool reverts = _reverts;
        assembly ("memory-safe") {
            if reverts { revert(add(answer, 32), mload(answer)) }
            return(add(answer, 32), mload(answer))
        }
    }
}

/// Answers every call with `size` bytes, a word of one first: a true answer that is too long to be copied.
contract LongWindedToken {
    uint256 private immutable _size;

    constructor(uint256 size) {
        _size = size;
    }

    fallback() external {
        uint256 size = _size;
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, 1)
            return(answer, size)
        }
    }
}

/// Cannot say what anyone owns: answers `size` bytes and succeeds or fails with them. Agrees to any transfer.
contract MuteToken {
    uint256 private immutable _size;
    bool private immutable _reverts;

    constructor(uint256 size, bool reverts) {
        (_size, _reverts) = (size, reverts);
    }

    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }

    fallback() external {
        (uint256 size, bool reverts) = (_size, _reverts);
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, not(0))
            if reverts { revert(answer, size) }
            return(answer, size)
        }
    }
}

/// Burns all gas that it is given, in `transfer` or as early as in `balanceOf`.
contract BurningToken {
    bool private immutable _early;

    constructor(bool early) {
        _early = early;
    }

    function balanceOf(address) external view returns (uint256) {
        if (_early) _burn();
        return 1;
    }

    function transfer(address, uint256) external view returns (bool) {
        _burn();
        return true;
    }

    function _burn() private view {
        // A loop and not INVALID: the compiler takes what follows INVALID away, and with it the function.
        while (gasleft() > 0) {}
    }
}
