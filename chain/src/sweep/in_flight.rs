//! The transaction in flight: `Idle → Signed → Confirmed | Replaced | Abandoned`.
//!
//! This is the pure part: the state follows from the stored transaction, the observation of it and the time. `follow`
//! observes, and acts on the state. The three last states are not stored: each ends in `Idle`.

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};
use shared::kernel::Timestamp;

use super::{fees::Fees, order_sweep::OrderSweep};
use crate::node::Receipt;

/// The time for which a transaction waits for a block before its fees are raised, in milliseconds.
const PATIENCE_MILLIS: i64 = 30_000;

/// The time for which a transaction of a former gas key is sent again, in milliseconds.
const ABANDONED_MILLIS: i64 = 10 * 60 * 1000;

/// The record of the transaction in flight. Without a batch nothing is in flight.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct InFlight {
    pub(super) batch: Option<Batch>,
}

/// A transaction that sweeps some orders.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Batch {
    /// The account that it uses a nonce of.
    pub(super) from: Address,
    pub(super) nonce: u64,
    pub(super) gas_limit: u64,
    pub(super) call: Bytes,
    pub(super) orders: Vec<OrderSweep>,
    /// Each transaction that was signed for this nonce, with rising fees. At most one of them can ever be in the
    /// chain.
    pub(super) signed: Vec<SignedTransaction>,
    /// The time at which the last one was signed.
    pub(super) sent_at: Timestamp,
}

/// A signed transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SignedTransaction {
    pub(super) hash: B256,
    pub(super) raw: Bytes,
    pub(super) max_fee: u128,
    pub(super) tip: u128,
}

/// A node's answer on a batch's nonce.
#[derive(Debug, Clone)]
pub(super) enum Observation {
    /// One of the batch's transactions is in a block.
    Included {
        receipt: Receipt,
        /// The number of the last final block.
        last_final: u64,
    },
    /// None of them is in a block, and a final block has used the nonce.
    NonceUsed,
    /// None of them is in a block.
    Missing,
}

/// A state of the transaction in flight.
#[derive(Debug)]
pub(super) enum State {
    /// No transaction is in flight.
    Idle,
    /// A transaction is signed and stored, and its nonce is not used in a final block yet.
    Signed(Batch, Waiting),
    /// A final block has it.
    Confirmed(Batch, Receipt),
    /// Another transaction of its account has used its nonce, so no block can ever have it.
    Replaced,
    /// Its key is a former one, and it has been sent for long enough. If a block has it all the same, it finds
    /// empty forwarders, or empties them before another transaction does.
    Abandoned,
}

/// The next event that a signed transaction waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// The finality of its block, which a reorganisation may still remove.
    Finality,
    /// A block.
    Block,
    /// A block, for too long by now: its fees are to be raised.
    HigherFees,
}

impl Observation {
    /// The observation of a batch that is in no block, given the number of nonces that its account has used in final
    /// blocks.
    pub(super) fn without_receipt(batch: &Batch, used_nonces: u64) -> Self {
        if used_nonces > batch.nonce { Self::NonceUsed } else { Self::Missing }
    }
}

impl InFlight {
    /// The state, given the observation of the stored batch, the gas wallet's account and the time.
    pub(super) fn state(
        self,
        observation: Option<Observation>,
        wallet: Option<Address>,
        now: Timestamp,
    ) -> State {
        let (Some(batch), Some(observation)) = (self.batch, observation) else { return State::Idle };
        match observation {
            Observation::Included { receipt, last_final } if receipt.block_number() > last_final => {
                State::Signed(batch, Waiting::Finality)
            }
            Observation::Included { receipt, .. } => State::Confirmed(batch, receipt),
            Observation::NonceUsed => State::Replaced,
            Observation::Missing => batch.waiting(wallet, now),
        }
    }
}

impl Batch {
    /// The last of its signed transactions.
    pub(super) fn last_signed(&self) -> Option<&SignedTransaction> {
        self.signed.last()
    }

    /// The state of a transaction that no block has.
    fn waiting(self, wallet: Option<Address>, now: Timestamp) -> State {
        let waited = now.millis() - self.sent_at.millis();
        match wallet == Some(self.from) {
            true if waited >= PATIENCE_MILLIS && !self.signed.is_empty() => {
                State::Signed(self, Waiting::HigherFees)
            }
            false if waited >= ABANDONED_MILLIS => State::Abandoned,
            _ => State::Signed(self, Waiting::Block),
        }
    }
}

impl SignedTransaction {
    pub(super) fn fees(&self) -> Fees {
        Fees { max: self.max_fee, tip: self.tip }
    }
}

#[cfg(test)]
#[path = "in_flight_tests.rs"]
mod tests;
