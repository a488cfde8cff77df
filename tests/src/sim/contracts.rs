//! The forwarders' factory, as far as sweeping calls it.

use alloy::{
    primitives::{Address, B256, U256},
    sol,
    sol_types::SolCall as _,
};
use shared::{
    chains::{ForwarderAddress, order_salt},
    kernel::OrderId,
};

use super::text::lower;

sol! {
    #[derive(Debug)]
    struct Order {
        bytes32 salt;
        address recipient;
        address token;
    }
    function addressOf(bytes32 salt, address recipient) external view returns (address);
    function flush(bytes32 salt, address recipient, address token) external;
    function flushMany(Order[] calldata orders, uint256 gasPerOrder) external;
    function balanceOf(address account) external view returns (uint256);

    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Flushed(address indexed token, address indexed recipient, uint256 amount);
    event FlushFailed(
        bytes32 indexed salt, address indexed recipient, address indexed token, bytes reason
    );
}

/// A batch of sweeps, as a transaction asks the factory for it.
#[derive(Debug, Clone)]
pub(super) struct BatchCall {
    pub(super) orders: Vec<Order>,
    /// The gas below which the factory does not begin.
    pub(super) gas_needed: u64,
}

impl BatchCall {
    /// The batch that a transaction to `to` asks for, if it calls the factory.
    pub(super) fn of(to: &str, input: &[u8]) -> Option<Self> {
        if to == lower(factory()) { Self::decode(input) } else { None }
    }

    pub(super) fn decode(input: &[u8]) -> Option<Self> {
        let call = flushManyCall::abi_decode(input).ok()?;
        let grant = call.gasPerOrder.to::<u64>();
        let gas_needed = call.orders.len() as u64 * (grant + 10_000) + grant / 63;
        Some(Self { orders: call.orders, gas_needed })
    }
}

/// The input of a transaction to the factory that sweeps what the forwarder of an order has of a token.
pub fn sweep_call(order: OrderId, recipient: &str, token: &str) -> Vec<u8> {
    let order = Order {
        salt: order_salt(order),
        recipient: recipient.parse().unwrap(),
        token: token.parse().unwrap(),
    };
    flushManyCall { orders: vec![order], gasPerOrder: U256::from(100_000) }.abi_encode()
}

/// The factory's address.
pub(super) fn factory() -> Address {
    ForwarderAddress::new(None, None).unwrap().factory()
}

/// The address of an order's forwarder.
pub(super) fn forwarder(salt: B256, recipient: Address) -> Address {
    ForwarderAddress::new(None, None).unwrap().address_of(salt, recipient)
}
