//! The ABIs of the contracts that the chain is asked about: the forwarders, their factory, and ERC-20 tokens.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::Log,
    sol,
    sol_types::{SolCall as _, SolEvent as _},
};

sol! {
    /// `contracts/src/ForwarderFactory.sol`
    interface ForwarderFactory {
        struct Order {
            bytes32 salt;
            address recipient;
            address token;
        }
        function addressOf(bytes32 salt, address recipient) external view returns (address);
        function flush(bytes32 salt, address recipient, address token) external;
        function flushMany(Order[] calldata orders, uint256 gasPerOrder) external;
    }

    /// `contracts/src/Forwarder.sol`
    #[derive(Debug)]
    event Flushed(address indexed token, address indexed recipient, uint256 amount);

    /// `contracts/src/ForwarderFactory.sol`
    #[derive(Debug)]
    event FlushFailed(
        bytes32 indexed salt, address indexed recipient, address indexed token, bytes reason
    );

    /// ERC-20
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// ERC-20
    function balanceOf(address account) external view returns (uint256);
}

/// The first topic of an ERC-20 token's logs of transfers.
pub(crate) const TRANSFER: B256 = Transfer::SIGNATURE_HASH;

/// The first topic of a forwarder's logs of payments to its recipient.
pub(crate) const FLUSHED: B256 = Flushed::SIGNATURE_HASH;

/// An order as the factory knows it.
pub(crate) use ForwarderFactory::Order as FactoryOrder;

/// The call data of `balanceOf`.
pub(crate) fn balance_of(account: Address) -> Vec<u8> {
    balanceOfCall { account }.abi_encode()
}

/// The answer to `balanceOf`, if it is one.
pub(crate) fn read_balance(answer: &[u8]) -> Option<U256> {
    balanceOfCall::abi_decode_returns(answer).ok()
}

/// The call data of `addressOf`, which derives an order's deposit address.
pub(crate) fn address_of(order: &FactoryOrder) -> Vec<u8> {
    let FactoryOrder { salt, recipient, .. } = *order;
    ForwarderFactory::addressOfCall { salt, recipient }.abi_encode()
}

/// The answer to `addressOf`, if it is one.
pub(crate) fn read_address(answer: &[u8]) -> Option<Address> {
    ForwarderFactory::addressOfCall::abi_decode_returns(answer).ok()
}

/// The call data of `flush`, which sweeps one order.
pub(crate) fn flush(order: &FactoryOrder) -> Vec<u8> {
    let FactoryOrder { salt, recipient, token } = *order;
    ForwarderFactory::flushCall { salt, recipient, token }.abi_encode()
}

/// The call data of `flushMany`, which sweeps orders with so much gas for each.
pub(crate) fn flush_many(orders: Vec<FactoryOrder>, gas_per_order: u64) -> Bytes {
    ForwarderFactory::flushManyCall { orders, gasPerOrder: U256::from(gas_per_order) }.abi_encode().into()
}

/// A log as a forwarder's `Flushed`, if it is one.
pub(crate) fn read_flushed(log: &Log) -> Option<Flushed> {
    Flushed::decode_log(&log.inner).ok().map(|event| event.data)
}

/// A log as the factory's `FlushFailed`, if it is one.
pub(crate) fn read_flush_failed(log: &Log) -> Option<FlushFailed> {
    FlushFailed::decode_log(&log.inner).ok().map(|event| event.data)
}
