//! The salts of deposit addresses.

use alloy_primitives::{B256, keccak256};

use crate::kernel::OrderId;

/// Keeps these hashes apart from all others of an order's id. A changed byte changes every deposit address.
const DOMAIN: &[u8] = b"checkout-sessions: salt of an order's deposit address";

/// The CREATE2 salt of an order's forwarder. A sweep publishes it, and an order's id opens the order, so the salt is a
/// one-way function of the id.
pub fn order_salt(order: OrderId) -> B256 {
    keccak256([DOMAIN, order.as_bytes()].concat())
}
