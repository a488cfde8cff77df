//! The delivery that completes a session.

use serde::{Deserialize, Serialize};

use crate::kernel::{Address, BaseUnits, ChainId, Timestamp};

/// The delivery to an order's recipient. Stored with the session when the order is executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// The chain of the delivery.
    pub chain: ChainId,
    /// The token delivered.
    pub token_address: Address,
    /// The recipient.
    pub recipient_address: Address,
    /// The amount delivered, in the token's base units.
    pub amount: BaseUnits,
    /// The transaction that delivered it.
    pub tx_hash: String,
    /// The transaction's own time.
    pub paid_at: Timestamp,
}
