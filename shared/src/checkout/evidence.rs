//! Evidence: what is known to have happened to an order's money (contract, "Evidence").

use serde::{Deserialize, Serialize};

use crate::{
    checkout::ProgressStatus,
    kernel::{Address, BaseUnits, ChainId, EvidenceId, OrderId, Timestamp},
};

/// One thing that happened, told once or more often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The order that it is about.
    pub order_id: OrderId,
    /// Decides what is a duplicate.
    pub id: EvidenceId,
    /// The evidence's own time: its block's or its provider's.
    pub occurred_at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened, by `kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fact {
    /// Money arrived at the order's address, or from its provider.
    Deposit {
        /// The chain it arrived on.
        chain: ChainId,
        /// Its transaction.
        tx_hash: String,
        /// Who sent it, where that is known.
        from: Option<Address>,
        /// The token that arrived, whichever the order asked for.
        token: Address,
        /// How much of it.
        amount: BaseUnits,
    },
    /// A later step of a paid order has begun.
    Progress {
        /// Which one.
        status: ProgressStatus,
    },
    /// A hop between chains.
    Relay {
        /// The chain of the hop's transaction.
        chain: ChainId,
        /// Its transaction.
        tx_hash: String,
        /// How far the hop is.
        status: RelayStatus,
    },
    /// The recipient has been served.
    Executed {
        /// The chain it happened on.
        chain: ChainId,
        /// Its transaction.
        tx_hash: String,
        /// What the recipient got, in the destination token's base units.
        amount: BaseUnits,
    },
    /// A refund has begun.
    Refunding {
        /// Why, for the order's `errorDetails`.
        detail: String,
    },
    /// A refund's transaction.
    Refund {
        /// The chain it happened on.
        chain: ChainId,
        /// Its transaction.
        tx_hash: String,
        /// How much went back.
        amount: BaseUnits,
        /// Whether it arrived.
        status: RefundStatus,
    },
    /// The order cannot be carried out.
    Failure {
        /// Why, for the order's `errorDetails`.
        detail: String,
    },
    /// A reorganisation removed what an earlier piece told of.
    Withdrawn {
        /// The earlier piece's id.
        evidence: EvidenceId,
    },
}

/// How far a hop between chains is.
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

/// Whether a refund arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// It arrived.
    Success,
    /// It did not.
    Failure,
}
