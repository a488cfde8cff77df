//! Which orders can be settled.

use alloy::primitives::Address;
use shared::{
    model::{BaseUnits, Evidence, EvidenceId, Fact, Order, OrderStatus, Timestamp},
    store::{Awaited, OrderRecord},
};

use crate::{
    store::Unsettled,
    watch::{ChainError, Tools},
};

/// An order that is to be settled.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) unsettled: Unsettled,
    pub(super) order: Order,
    /// What of its payment is there.
    paid: BaseUnits,
    /// What of that is confirmed.
    confirmed: BaseUnits,
    /// The transaction of the last confirmed deposit.
    tx_hash: String,
}

/// The longest time between two tries for one order, in milliseconds.
const LONGEST_WAIT_MILLIS: i64 = 5 * 60 * 1000;

/// How long flushing an order is tried, in milliseconds. What is left in its forwarder can be flushed by
/// anybody at any time later.
const PATIENCE_MILLIS: i64 = 24 * 60 * 60 * 1000;

impl Ready {
    fn new(unsettled: Unsettled, record: OrderRecord) -> Self {
        let (mut paid, mut confirmed, mut tx_hash) = (BaseUnits::ZERO, BaseUnits::ZERO, String::new());
        for piece in record.order.counted_deposits(&record.evidence) {
            let Fact::Deposit { amount, tx_hash: hash, .. } = &piece.fact else { continue };
            paid = paid.saturating_add(*amount);
            if unsettled.deposits.contains(piece.id.as_str()) {
                confirmed = confirmed.saturating_add(*amount);
                tx_hash.clone_from(hash);
            }
        }
        Self { unsettled, order: record.order, paid, confirmed, tx_hash }
    }

    /// The order's deposit address.
    pub(super) fn forwarder(&self) -> Option<Address> {
        self.order.global_address.as_ref()?.parse().ok()
    }

    fn is_confirmed(&self) -> bool {
        self.order.status == OrderStatus::Executing && self.covers(self.confirmed)
    }

    /// Whether a reorganisation took the payment away and nothing has come instead for as long as payments
    /// are looked for.
    fn is_lost(&self, now: Timestamp) -> bool {
        let watched_until = self.order.expires_at.plus_millis(Awaited::AFTERWARDS_MILLIS);
        self.order.status == OrderStatus::Executing && !self.covers(self.paid) && now >= watched_until
    }

    fn covers(&self, amount: BaseUnits) -> bool {
        !amount.is_zero() && amount >= self.order.terms.src_amount
    }
}

impl Tools {
    /// The orders that can be settled now. Forgets those that need it no more, and puts off those of which
    /// not enough is confirmed, or of which `record-payment` has not heard yet.
    pub(super) async fn ready(&self) -> Result<Vec<Ready>, ChainError> {
        let now = self.now();
        let mut ready = Vec::new();
        for unsettled in self.store.unsettled(self.chain.id, now).await? {
            let record = self.orders.order(unsettled.order_id, now).await?;
            let Some(record) = record.filter(|record| !record.order.status.is_terminal()) else {
                self.store.settled(self.chain.id, unsettled.order_id).await?;
                continue;
            };
            let order = Ready::new(unsettled, record);
            if order.is_confirmed() {
                ready.push(order);
            } else if order.is_lost(now) {
                self.fail(&order, "the payment was removed by a reorganisation of its chain").await?;
            } else {
                self.put_off(&order.unsettled).await?;
            }
        }
        Ok(ready)
    }

    /// Tries an order again later, each time after twice the time.
    pub(super) async fn put_off(&self, unsettled: &Unsettled) -> Result<(), ChainError> {
        let wait = (1000 << unsettled.attempts.min(10)).min(LONGEST_WAIT_MILLIS);
        Ok(self.store.put_off(self.chain.id, unsettled, self.now().plus_millis(wait)).await?)
    }

    /// Puts an order off that could not be flushed; after a day it has failed.
    pub(super) async fn put_off_or_give_up(&self, ready: &Ready, why: &str) -> Result<(), ChainError> {
        let paid_at = ready.order.received_deposit_at.unwrap_or(ready.order.created_at);
        if self.now() >= paid_at.plus_millis(PATIENCE_MILLIS) {
            return self.fail(ready, why).await;
        }
        self.put_off(&ready.unsettled).await
    }

    async fn fail(&self, ready: &Ready, why: &str) -> Result<(), ChainError> {
        let (chain, order_id) = (self.chain.id.number(), ready.order.id);
        tracing::error!(chain, %order_id, "an order could not be settled: {why}");
        let failure = Fact::Failure { detail: why.to_owned() };
        self.tell_outcome(ready, format!("{chain}:unsettled:{order_id}"), failure).await?;
        self.put_off(&ready.unsettled).await
    }

    /// Executes orders by their confirmed deposits. They are looked at again until they show it.
    pub(super) async fn execute_confirmed(&self, ready: &[Ready]) -> Result<(), ChainError> {
        for order in ready {
            let id = format!("{}:confirmed:{}", self.chain.id.number(), order.order.id);
            let (tx_hash, amount) = (order.tx_hash.clone(), order.confirmed);
            self.tell_outcome(order, id, Fact::Executed { chain: self.chain.id, tx_hash, amount }).await?;
            self.put_off(&order.unsettled).await?;
        }
        Ok(())
    }

    async fn tell_outcome(&self, ready: &Ready, id: String, fact: Fact) -> Result<(), ChainError> {
        let Some(id) = EvidenceId::new(id) else { return Ok(()) };
        let evidence = Evidence { order_id: ready.order.id, id, occurred_at: self.now(), fact };
        self.tell_all(&[evidence]).await
    }
}
