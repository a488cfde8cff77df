// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Forwarder} from "./Forwarder.sol";

/// @title Derives deposit addresses and brings their forwarders to life when there is something to forward.
/// @notice A deposit address costs nothing until it is paid: it is computed, off-chain or here, and its
/// forwarder is deployed in the transaction that flushes it first.
/// @dev No owner, no storage, no constructor arguments: through the deterministic deployer it gets the same
/// address on every chain, whoever deploys it, and so does every forwarder. It never holds money and has no
/// rights over forwarders that others lack, so a caller that re-enters it gains nothing: the worst it can do
/// is to flush another order earlier, which turns the later flush into a no-op.
contract ForwarderFactory {
    /// @notice One thing to flush: the order's salt and recipient, which make its address, and a token.
    struct Order {
        bytes32 salt;
        address recipient;
        address token;
    }

    /// @notice An order of a batch was not flushed and the state is as if it had not been in the batch.
    /// @dev `reason` is the revert data: `Forwarder.TransferFailed`, or empty when the gas granted ran out
    /// before that could be said. Anybody can grant too little, so this is no verdict on an order.
    /// Successes are told by the forwarders themselves, with `Forwarder.Flushed`.
    event FlushFailed(
        bytes32 indexed salt, address indexed recipient, address indexed token, bytes reason
    );

    /// @notice The transaction's gas would not last if every order spent what it is granted.
    error NotEnoughGas(uint256 needed);

    /// Covers, per order of a batch, what the loop itself spends around the call, the failure event included.
    uint256 private constant LOOP_GAS = 10_000;

    /// @notice The deposit address of the order with this salt and recipient, deployed or not.
    function addressOf(bytes32 salt, address recipient) public view returns (address) {
        bytes32 codeHash =
            keccak256(abi.encodePacked(type(Forwarder).creationCode, abi.encode(recipient)));
        bytes32 digest = keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, codeHash));
        return address(uint160(uint256(digest)));
    }

    /// @notice Sends the order's whole balance of `token` (zero address: the native token) to its
    /// recipient, deploying its forwarder first where there is none. Reverts when the transfer fails.
    /// @dev Whether there is one is looked up and not told by the caller: somebody else may have deployed
    /// it since, and that must not make this call fail. Code at that address can only be a forwarder.
    function flush(bytes32 salt, address recipient, address token) external {
        address forwarder = addressOf(salt, recipient);
        if (forwarder.code.length == 0) new Forwarder{salt: salt}(recipient);
        Forwarder(payable(forwarder)).flush(token);
    }

    /// @notice Flushes many orders; one that fails emits `FlushFailed` and does not stop the others.
    /// @param gasPerOrder The most that a single order may spend, its deployment included. Without a limit
    /// one recipient or token could burn what the others need, and so stop them after all.
    /// @dev The gas for all is asked for up front. Thus every order has its full grant whatever those before
    /// it did, and a node's gas estimate, which looks for success alone and takes swallowed failures for
    /// it, cannot settle on an amount with which every order fails.
    function flushMany(Order[] calldata orders, uint256 gasPerOrder) external {
        // A call passes on at most 63/64 of the gas at hand. The last term is that withheld part; it is
        // still there after each order, so it is counted once.
        uint256 needed = orders.length * (gasPerOrder + LOOP_GAS) + gasPerOrder / 63;
        if (gasleft() < needed) revert NotEnoughGas(needed);
        for (uint256 i = 0; i < orders.length; i++) {
            Order calldata order = orders[i];
            // Through an external call, so that what fails is undone for this order only.
            try this.flush{gas: gasPerOrder}(order.salt, order.recipient, order.token) {}
            catch (bytes memory reason) {
                emit FlushFailed(order.salt, order.recipient, order.token, reason);
            }
        }
    }
}
