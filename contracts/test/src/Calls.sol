// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Calls that a re-entering token or recipient makes while it is being paid, set by the test.
abstract contract Calls {
    struct Call {
        address target;
        uint256 value;
        bytes data;
    }

    Call[] private _calls;
    bool private _busy;
    uint256 public succeeded;
    uint256 public failed;

    function setCalls(Call[] calldata calls) external {
        delete _calls;
        for (uint256 i = 0; i < calls.length; i++) {
            _calls.push(calls[i]);
        }
    }

    /// Once per outermost call: the calls lead back here, and nothing would end otherwise.
    function _reenter() internal {
        if (_busy) return;
        _busy = true;
        for (uint256 i = 0; i < _calls.length; i++) {
            (bool success,) = _calls[i].target.call{value: _calls[i].value}(_calls[i].data);
            if (success) succeeded++;
            else failed++;
        }
        _busy = false;
    }
}
