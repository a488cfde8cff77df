//! Folded deposits: those that an order keeps in sums, since they decide nothing and are too many to be read with it.
//! Each is stored in full beside the order.

use serde::{Deserialize, Serialize};

use crate::{
    checkout::Fact,
    kernel::{Address, BaseUnits, ChainId, Timestamp},
    terms::Accepted,
};

/// The folded deposits of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// Their number, those withdrawn since included. It never falls, so it is a part of the order's version.
    pub count: u64,
    /// The number of those that are late, without those withdrawn since.
    pub late: u64,
    /// The sums of those that count, without those withdrawn since.
    pub sums: Vec<FoldedSum>,
}

/// The folded deposits of one accepted token. Two sums instead of each one's time: the first must not delay the time of
/// a payment that they help to complete, and the second must not bring it forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldedSum {
    /// The chain.
    pub chain: ChainId,
    /// The token.
    pub token: Address,
    /// The sum of those that left the payment short. It alone never pays an order. In the ledger it precedes all pieces.
    pub short: BaseUnits,
    /// The sum of those that came on top of a full payment.
    pub excess: BaseUnits,
    /// The own time of the latest of these, which is their place in the ledger.
    pub excess_at: Timestamp,
}

impl Folded {
    /// Returns true if there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The sums of this token, each with its place in time.
    pub(crate) fn amounts(&self, with: &Accepted) -> impl Iterator<Item = (Timestamp, BaseUnits)> {
        let sums = self.sums.iter().filter(|sum| with.is(sum.chain, &sum.token));
        sums.flat_map(|sum| [(Timestamp::from_millis(i64::MIN), sum.short), (sum.excess_at, sum.excess)])
    }

    /// Counts a deposit that is late, or of a token that is not accepted.
    pub(crate) fn add_uncounted(&mut self, late: bool) {
        self.count += 1;
        self.late += u64::from(late);
    }

    /// Adds a deposit that counts. `received` is the sum of all that count, with it.
    pub(crate) fn add_counted(
        &mut self,
        with: &Accepted,
        amount: BaseUnits,
        at: Timestamp,
        received: BaseUnits,
    ) {
        self.count += 1;
        let found = self.sums.iter().position(|sum| with.is(sum.chain, &sum.token));
        let mut sum = found.map_or_else(|| FoldedSum::new(with, at), |place| self.sums.swap_remove(place));
        if !received.is_zero() && received >= with.least {
            sum.excess = sum.excess.saturating_add(amount);
            sum.excess_at = sum.excess_at.max(at);
        } else {
            sum.short = sum.short.saturating_add(amount);
        }
        self.sums.push(sum);
    }

    /// Takes back a deposit that a reorganisation removed: from the excess first, since a smaller `short` pays nothing
    /// that a larger one did not.
    pub(crate) fn take_back(&mut self, deposit: &Fact, late: bool) {
        if late {
            self.late = self.late.saturating_sub(1);
            return;
        }
        let Fact::Deposit { chain, token, amount, .. } = deposit else { return };
        let sum = self.sums.iter_mut().find(|sum| sum.chain == *chain && sum.token == *token);
        let Some(sum) = sum else { return };
        sum.short = sum.short.saturating_sub(amount.saturating_sub(sum.excess));
        sum.excess = sum.excess.saturating_sub(*amount);
    }
}

impl FoldedSum {
    fn new(with: &Accepted, at: Timestamp) -> Self {
        let (short, excess) = (BaseUnits::ZERO, BaseUnits::ZERO);
        Self { chain: with.chain, token: with.token.clone(), short, excess, excess_at: at }
    }
}
