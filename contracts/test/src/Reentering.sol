// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Calls} from "./Calls.sol";
import {Ledger} from "./Ledger.sol";

/// Makes its calls before it moves the money of a transfer.
contract ReenteringBeforeToken is Ledger, Calls {
    function transfer(address to, uint256 amount) external returns (bool) {
        _reenter();
        _move(msg.sender, to, amount);
        return true;
    }
}

/// Makes its calls after it has moved the money, as a token does that tells its receivers.
contract ReenteringAfterToken is Ledger, Calls {
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        _reenter();
        return true;
    }
}

/// Makes its calls, which can carry value, when it is paid in the native token.
contract ReenteringRecipient is Calls {
    receive() external payable {
        _reenter();
    }
}
