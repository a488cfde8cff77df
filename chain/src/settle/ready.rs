//! Which orders can be settled.

use std::collections::HashSet;

use alloy::primitives::{Address, B256, U256};
use shared::{
    checkout::{Awaited, Evidence, Fact, Order, OrderHistory, OrderStatus},
    kernel::{BaseUnits, EvidenceId, OrderId, Timestamp},
};

use crate::{
    store::Unsettled,
    tools::{ChainError, Tools},
};

/// An order that is to be settled.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) unsettled: Unsettled,
    pub(super) order: Order,
    /// What of its payment is there.
    pub(super) paid: BaseUnits,
    /// What of that is confirmed.
    confirmed: BaseUnits,
    /// The transaction of the last confirmed deposit.
    tx_hash: String,
}

/// The longest time between two tries for one order, in milliseconds.
const LONGEST_WAIT_MILLIS: i64 = 5 * 60 * 1000;

/// How many transactions may fail to flush an order, though it looked as if they would.
const MOST_WASTED: usize = 5;

/// How long flushing an order is tried, in milliseconds. What is left in its forwarder can be flushed by
/// anybody at any time later.
const PATIENCE_MILLIS: i64 = 24 * 60 * 60 * 1000;

impl Ready {
    fn new(unsettled: Unsettled, deposits: &HashSet<String>, record: OrderHistory) -> Self {
        let (mut paid, mut confirmed, mut tx_hash) = (BaseUnits::ZERO, BaseUnits::ZERO, String::new());
        for piece in record.order.counted_deposits(&record.evidence) {
            let Fact::Deposit { amount, tx_hash: hash, .. } = &piece.fact else { continue };
            paid = paid.saturating_add(*amount);
            if deposits.contains(piece.id.as_str()) {
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

    /// Whether `amount` of what left the forwarder is all that was owed.
    pub(super) fn is_covered_by(&self, amount: U256) -> bool {
        BaseUnits::parse(&amount.to_string()).is_some_and(|amount| self.covers(amount))
    }

    /// Whether its recipient or its token refuses in blocks what it takes when asked, at our cost.
    pub(super) fn wastes_gas(&self) -> bool {
        self.unsettled.wasted.len() >= MOST_WASTED
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

/// How long to wait after so many tries, in milliseconds.
fn wait(attempts: u32) -> i64 {
    (1000 << attempts.min(10)).min(LONGEST_WAIT_MILLIS)
}

impl Tools {
    /// The orders that can be settled now, at most as many as one transaction flushes. Forgets those that
    /// need it no more, and puts off those of which not enough is confirmed, or of which `record-payment` has
    /// not heard yet. One that cannot be read stops no other.
    pub(super) async fn ready(&self) -> Result<Vec<Ready>, ChainError> {
        let mut ready = Vec::new();
        for unsettled in self.store.unsettled(self.chain.id, self.now()).await? {
            if ready.len() == self.chain.max_batch {
                break;
            }
            match self.look_at(unsettled.clone()).await {
                Ok(order) => ready.extend(order),
                Err(error) => {
                    self.log(&error);
                    self.put_off(&unsettled).await?;
                }
            }
        }
        Ok(ready)
    }

    async fn look_at(&self, unsettled: Unsettled) -> Result<Option<Ready>, ChainError> {
        let now = self.now();
        let record = self.orders.order(unsettled.order_id, now).await?;
        let Some(record) = record.filter(|record| !record.order.status.is_terminal()) else {
            self.store.settled(self.chain.id, unsettled.order_id).await?;
            return Ok(None);
        };
        let deposits = self.store.confirmed(self.chain.id, unsettled.order_id).await?;
        let order = Ready::new(unsettled, &deposits, record);
        if order.is_confirmed() {
            return Ok(Some(order));
        }
        if order.is_lost(now) {
            self.fail(&order, "the payment was removed by a reorganisation of its chain").await?;
        } else {
            self.put_off(&order.unsettled).await?;
        }
        Ok(None)
    }

    /// Tries an order again later, each time after twice the time.
    pub(super) async fn put_off(&self, unsettled: &Unsettled) -> Result<(), ChainError> {
        let until = self.now().plus_millis(wait(unsettled.attempts));
        Ok(self.store.put_off(self.chain.id, unsettled, until).await?)
    }

    /// Puts an order off that cannot be flushed; after a day of that it has failed.
    pub(super) async fn put_off_or_give_up(&self, ready: &Ready, why: &str) -> Result<(), ChainError> {
        let since = ready.unsettled.refused_since;
        if since.is_some_and(|since| self.now() >= since.plus_millis(PATIENCE_MILLIS)) {
            return self.fail(ready, why).await;
        }
        let (now, until) = (self.now(), self.now().plus_millis(wait(ready.unsettled.attempts)));
        Ok(self.store.refuse(self.chain.id, ready.order.id, now, until).await?)
    }

    /// Writes down that an order is not refused any more, if it was.
    pub(super) async fn passes(&self, ready: &Ready) -> Result<(), ChainError> {
        if ready.unsettled.refused_since.is_some() {
            self.store.accept(self.chain.id, ready.order.id).await?;
        }
        Ok(())
    }

    /// Writes down that a transaction was paid for that did not flush an order, which is not tried again at once.
    /// It counts if it `failed` for the order's own sake.
    pub(super) async fn refused_in_block(
        &self,
        order: OrderId,
        transaction: B256,
        failed: bool,
    ) -> Result<(), ChainError> {
        let until = self.now().plus_millis(LONGEST_WAIT_MILLIS);
        let transaction = failed.then(|| transaction.to_string());
        Ok(self.store.waste(self.chain.id, order, transaction, until).await?)
    }

    pub(super) async fn fail(&self, ready: &Ready, why: &str) -> Result<(), ChainError> {
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
