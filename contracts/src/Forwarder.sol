// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// The part of ERC-20 that a forwarder speaks. `transfer` is declared for its selector alone: what a
/// token really answers is examined by hand, since not every token answers as the standard asks.
interface IERC20 {
    function balanceOf(address account) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
}

/// @title The deposit address of one order.
/// @notice Whatever arrives here can go to one recipient and to nobody else. The recipient is part of the
/// creation code that `ForwarderFactory` hashes into the CREATE2 address, so the address that a customer
/// pays to already commits to who receives the money, before any code stands there.
/// @dev One is deployed per order and every byte of its code is paid for each time, hence the assembly: the
/// code that it deploys is about 40 % smaller than that of the same steps in plain Solidity. Also hence no getter for the
/// recipient, which is in the event and in the address.
///
/// A change of a single byte of the compiled code changes the deposit address of every order. Addresses
/// that were handed out stay with the factory that derives them, so a changed forwarder is a new factory
/// beside the old one, never a replacement.
///
/// Reentrancy is harmless, therefore there is no guard. There is no storage to catch half-written, and
/// whoever calls, however deep, can only cause what the outermost caller asked for: this contract's balance
/// goes to the recipient. A recipient that re-enters while it is paid finds the balance already gone, or
/// forwards what has come since. A token that re-enters before it moves its balance makes the outer
/// transfer find too little; that reverts the whole call, and harms only the holders of such a token.
contract Forwarder {
    /// @notice `amount` of `token` (zero address: the native token) left for `recipient`.
    /// @dev What left, not what arrived: a token that takes a fee delivers less, as its own Transfer says.
    event Flushed(address indexed token, address indexed recipient, uint256 amount);

    /// @notice The recipient refused, or the token has no code, reverted, or answered `false`; nothing moved.
    /// @dev Carries no inner reason, so that neither a token nor a recipient decides how many bytes a
    /// caller has to copy and log. A trace of the call shows the reason.
    error TransferFailed();

    address private immutable _recipient;

    /// @dev The zero address is not refused: it would only turn burning what was paid into locking it. To
    /// keep a bad recipient from getting a deposit address is the task of whoever hands addresses out.
    constructor(address recipient) {
        _recipient = recipient;
    }

    /// @notice Takes the native token, also from contracts that give no more than 2300 gas: hence no event.
    receive() external payable {}

    /// @notice Sends the whole balance of `token` to the recipient; the zero address is the native token.
    /// @dev Open to anyone, for nobody can gain from calling it: neither the destination nor the amount is
    /// the caller's to choose. Open for any token, so that one sent by mistake reaches the recipient too.
    /// An empty balance is a no-op and not an error: duplicates and races between callers cost only gas.
    function flush(address token) external {
        address recipient = _recipient;
        uint256 amount;
        bool sent;
        if (token == address(0)) {
            amount = address(this).balance;
            if (amount == 0) return;
            // All gas is passed on, since smart wallets need more than a stipend. What they return is not
            // copied.
            assembly ("memory-safe") {
                sent := call(gas(), recipient, amount, 0, 0, 0, 0)
            }
        } else {
            bytes4 balanceOf = IERC20.balanceOf.selector;
            bytes4 transfer = IERC20.transfer.selector;
            assembly ("memory-safe") {
                // Both requests are written to free memory; answers go to the scratch space at zero, so that
                // no more than one word of them is ever copied.
                let request := mload(0x40)
                mstore(request, balanceOf)
                mstore(add(request, 4), address())
                sent := staticcall(gas(), token, request, 36, 0, 32)
                // A call to an address without code succeeds with an empty answer. Asking for a full word
                // here proves that there is code, which is what allows an empty answer further down.
                sent := and(sent, gt(returndatasize(), 31))
                if sent {
                    amount := mload(0)
                    if iszero(amount) { stop() }
                    mstore(request, transfer)
                    mstore(add(request, 4), recipient)
                    mstore(add(request, 36), amount)
                    sent := call(gas(), token, 0, request, 68, 0, 32)
                    // No answer at all (USDT) leaves the decision to the call's success. An answer must be
                    // `true`: `false` means that nothing moved, anything else is not a token's answer.
                    if returndatasize() {
                        sent := and(sent, and(gt(returndatasize(), 31), eq(mload(0), 1)))
                    }
                }
            }
        }
        if (!sent) revert TransferFailed();
        emit Flushed(token, recipient, amount);
    }
}
