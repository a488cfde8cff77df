//! Numbers and addresses as the simulation writes them.

use alloy::primitives::Address;
use serde_json::Value;

/// A number in JSON-RPC.
pub(super) fn hex(number: u64) -> Value {
    format!("{number:#x}").into()
}

/// An address in lower case.
pub(super) fn lower(address: Address) -> String {
    format!("{address:#x}")
}
