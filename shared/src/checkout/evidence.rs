//! Evidence: messages that each tell of one fact about an order's money (`docs/events.md`, "Publish evidence").

use serde::{Deserialize, Serialize};

use crate::{
    checkout::ProgressStatus,
    kernel::{Address, BaseUnits, ChainId, EvidenceId, OrderId, Timestamp},
};

/// One fact about an order; it may arrive more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The order.
    pub order_id: OrderId,
    /// Identifies duplicates.
    pub id: EvidenceId,
    /// The fact's own time: its block's or its provider's.
    pub occurred_at: Timestamp,
    /// The fact.
    #[serde(flatten)]
    pub fact: Fact,
}

/// A fact, by `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fact {
    /// Money arrived at the order's address, or from its provider.
    Deposit {
        /// The chain of the transaction.
        chain: ChainId,
        /// The transaction's hash.
        tx_hash: String,
        /// The sender, if known.
        from: Option<Address>,
        /// The token received, whichever the order asked for.
        token: Address,
        /// The amount, in the token's base units.
        amount: BaseUnits,
    },
    /// A later step of a paid order has begun.
    Progress {
        /// The step.
        status: ProgressStatus,
    },
    /// A hop between chains.
    Relay {
        /// The chain of the hop's transaction.
        chain: ChainId,
        /// The transaction's hash.
        tx_hash: String,
        /// The hop's status.
        status: RelayStatus,
    },
    /// The recipient has received the money.
    Executed {
        /// The chain of the transaction.
        chain: ChainId,
        /// The transaction's hash.
        tx_hash: String,
        /// The token received; if not given, the one that the order implies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Address>,
        /// The amount received, in the token's base units.
        amount: BaseUnits,
    },
    /// A refund has begun.
    Refunding {
        /// The reason, for the order's `errorDetails`.
        detail: String,
    },
    /// A refund's transaction.
    Refund {
        /// The chain of the transaction.
        chain: ChainId,
        /// The transaction's hash.
        tx_hash: String,
        /// The amount refunded, in base units.
        amount: BaseUnits,
        /// The outcome of the refund.
        status: RefundStatus,
    },
    /// The order cannot be carried out.
    Failure {
        /// The reason, for the order's `errorDetails`.
        detail: String,
    },
    /// A reorganisation removed the fact of an earlier piece.
    Withdrawn {
        /// The earlier piece's id.
        evidence: EvidenceId,
    },
}

/// The status of a hop between chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayStatus {
    /// Queued.
    Waiting,
    /// Sent.
    Pending,
    /// Later than it should be.
    Delayed,
    /// Sent back.
    Refund,
    /// Did not arrive.
    Failure,
    /// Arrived.
    Success,
}

/// The outcome of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// It arrived.
    Success,
    /// It did not.
    Failure,
}
