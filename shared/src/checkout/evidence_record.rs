//! Evidence as it is stored with its order.

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{Effect, Evidence, Fact, Order},
    kernel::{EvidenceId, Timestamp, json::json_text},
};

/// A piece of evidence as it is stored with its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// The piece.
    pub evidence: Evidence,
    /// The time at which it was appended.
    pub recorded_at: Timestamp,
    /// True for a deposit that came too late to count, by its own time or by the order's state when it was appended.
    /// Decided once.
    pub late: bool,
    /// The change that it made, if that yields events.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    pub effect: Option<Effect>,
}

impl EvidenceRecord {
    /// Returns true for a deposit.
    pub fn is_deposit(&self) -> bool {
        matches!(self.evidence.fact, Fact::Deposit { .. })
    }
}

/// An order with all evidence appended to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderHistory {
    /// The order.
    pub order: Order,
    /// Its evidence, by id.
    pub evidence: Vec<EvidenceRecord>,
}

/// The ids of the pieces that a reorganisation has removed.
pub(crate) fn withdrawn_ids<'a>(recorded: impl Iterator<Item = &'a EvidenceRecord>) -> Vec<&'a EvidenceId> {
    recorded
        .filter_map(|piece| match &piece.evidence.fact {
            Fact::Withdrawn { evidence } => Some(evidence),
            _ => None,
        })
        .collect()
}
