//! An order that may be swept, and the amounts that decide it.

use std::collections::HashSet;

use alloy::primitives::U256;
use shared::{
    checkout::{Awaited, EvidenceRecord, Fact, Order, OrderHistory, OrderStatus},
    kernel::{BaseUnits, ChainId, Timestamp},
    terms::Accepted,
};

use super::order_sweep::OrderSweep;
use crate::store::UnsweptOrder;

/// An order that may be swept.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) unswept: UnsweptOrder,
    pub(super) order: Order,
    /// The token that it is paid in.
    pub(super) with: Accepted,
    /// True if it is paid in full.
    pub(super) is_paid: bool,
    /// The sum of its deposits in that token that count.
    pub(super) paid: BaseUnits,
    /// The part of it that is confirmed.
    pub(super) confirmed: BaseUnits,
    /// The transaction of the last confirmed deposit.
    pub(super) tx_hash: String,
}

/// The number of transactions that may fail to sweep an order, though it looked as if they would.
const MAX_WASTED: usize = 5;

impl Candidate {
    /// The candidate, given the ids of the evidence of its confirmed deposits, and those that its order has folded;
    /// `None` if it is paid on another chain.
    pub(super) fn new(
        unswept: UnsweptOrder,
        chain: ChainId,
        deposits: &HashSet<String>,
        mut record: OrderHistory,
        folded: Vec<EvidenceRecord>,
    ) -> Option<Self> {
        let payment = record.order.payment(&record.evidence).map(|payment| payment.with);
        let is_paid = payment.is_some();
        let with = payment.or_else(|| record.order.terms.accepted().into_iter().find(|it| it.chain == chain));
        let with = with.filter(|it| it.chain == chain)?;
        record.evidence.extend(folded);
        let (mut paid, mut confirmed, mut tx_hash) = (BaseUnits::ZERO, BaseUnits::ZERO, String::new());
        for piece in record.order.counted_deposits(&record.evidence, &with) {
            let Fact::Deposit { amount, tx_hash: hash, .. } = &piece.fact else { continue };
            paid = paid.saturating_add(*amount);
            if deposits.contains(piece.id.as_str()) {
                confirmed = confirmed.saturating_add(*amount);
                tx_hash.clone_from(hash);
            }
        }
        Some(Self { unswept, order: record.order, with, is_paid, paid, confirmed, tx_hash })
    }

    /// Its part of a transaction; `None` where no forwarder can hold its money.
    pub(super) fn sweep(&self) -> Option<OrderSweep> {
        Some(OrderSweep {
            order_id: self.order.id,
            forwarder: self.order.global_address.as_ref()?.parse().ok()?,
            recipient: self.order.terms.recipient_address.evm()?,
            token: self.with.token.evm()?,
            paid: self.paid,
            from_block: self.unswept.from_block,
        })
    }

    /// `true` if enough is confirmed.
    pub(super) fn is_confirmed(&self) -> bool {
        self.order.status == OrderStatus::Executing && self.covers(self.confirmed)
    }

    /// `true` if `amount` that left its forwarder is all that was owed.
    pub(super) fn is_covered_by(&self, amount: U256) -> bool {
        BaseUnits::parse(&amount.to_string()).is_some_and(|amount| self.covers(amount))
    }

    /// `true` if its recipient or its token accepts in calls and refuses in blocks, at our cost.
    pub(super) fn wastes_gas(&self) -> bool {
        self.unswept.wasted.len() >= MAX_WASTED
    }

    /// `true` if a reorganisation removed the payment, and none has come instead for as long as it is watched.
    pub(super) fn is_lost(&self, now: Timestamp) -> bool {
        let watched_until = self.order.expires_at.plus_millis(Awaited::AFTERWARDS_MILLIS);
        self.order.status == OrderStatus::Executing && !self.is_paid && now >= watched_until
    }

    fn covers(&self, amount: BaseUnits) -> bool {
        !amount.is_zero() && amount >= self.with.least
    }
}
