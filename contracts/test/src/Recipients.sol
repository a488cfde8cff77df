// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Refuses the native token until it changes its mind.
contract RefusingRecipient {
    bool public accepts;

    error Refused();

    function setAccepts(bool yes) external {
        accepts = yes;
    }

    receive() external payable {
        if (!accepts) revert Refused();
    }
}

/// Burns all gas that comes with a payment.
contract BurningRecipient {
    receive() external payable {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// Takes a payment and answers with more bytes than anyone should copy, or refuses it with them.
contract LongWindedRecipient {
    uint256 private immutable _size;
    bool private immutable _reverts;

    constructor(uint256 size, bool reverts) {
        (_size, _reverts) = (size, reverts);
    }

    receive() external payable {
        (uint256 size, bool reverts) = (_size, _reverts);
        assembly ("memory-safe") {
            let answer := mload(0x40)
            if reverts { revert(answer, size) }
            return(answer, size)
        }
    }
}

/// Needs more than a stipend to be paid, as smart wallets do, and writes down how much gas it was given.
contract MeteringRecipient {
    uint256 public granted;

    receive() external payable {
        granted = gasleft();
    }
}

/// Pays with a stipend of 2300 gas and no more, as `transfer` of old contracts does.
contract StipendPayer {
    error NotTaken();

    function pay(address payable to) external payable {
        (bool taken,) = to.call{value: msg.value, gas: 0}("");
        if (!taken) revert NotTaken();
    }
}
