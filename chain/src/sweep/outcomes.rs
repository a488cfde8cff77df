//! The outcomes of an order's turn: put off, refused, failed or executed.

use alloy::primitives::B256;
use shared::{
    checkout::{Evidence, Fact},
    kernel::{EvidenceId, OrderId},
};

use super::{candidate::Candidate, sweeper::Sweeper};
use crate::{error::ChainError, store::UnsweptOrder};

/// The longest time between two attempts for one order, in milliseconds.
const LONGEST_WAIT_MILLIS: i64 = 5 * 60 * 1000;

/// The time for which a refused order is tried, in milliseconds. Anybody can sweep its forwarder at any time
/// later.
const PATIENCE_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// The wait after so many attempts, in milliseconds.
fn wait(attempts: u32) -> i64 {
    (1000 << attempts.min(10)).min(LONGEST_WAIT_MILLIS)
}

impl Sweeper {
    /// Puts an order off, each time for twice as long.
    pub(super) async fn put_off(&self, unswept: &UnsweptOrder) -> Result<(), ChainError> {
        let until = self.context.now().plus_millis(wait(unswept.attempts));
        Ok(self.context.store.put_off(self.context.chain.id, unswept, until).await?)
    }

    /// Puts an order off that is refused. After a day of refusals it fails.
    pub(super) async fn refuse_or_fail(&self, candidate: &Candidate, why: &str) -> Result<(), ChainError> {
        let (context, now) = (&self.context, self.context.now());
        let since = candidate.unswept.refused_since;
        if since.is_some_and(|since| now >= since.plus_millis(PATIENCE_MILLIS)) {
            return self.fail(candidate, why).await;
        }
        let until = now.plus_millis(wait(candidate.unswept.attempts));
        Ok(context.store.refuse(context.chain.id, candidate.order.id, now, until).await?)
    }

    /// Stores that an order is not refused any more, if it was.
    pub(super) async fn accept(&self, candidate: &Candidate) -> Result<(), ChainError> {
        if candidate.unswept.refused_since.is_some() {
            self.context.store.accept(self.context.chain.id, candidate.order.id).await?;
        }
        Ok(())
    }

    /// Puts an order off that a transaction did not sweep. The transaction counts as wasted if the order itself
    /// `failed`.
    pub(super) async fn waste(
        &self,
        order: OrderId,
        transaction: B256,
        failed: bool,
    ) -> Result<(), ChainError> {
        let until = self.context.now().plus_millis(LONGEST_WAIT_MILLIS);
        let transaction = failed.then(|| transaction.to_string());
        Ok(self.context.store.waste(self.context.chain.id, order, transaction, until).await?)
    }

    /// Fails an order that cannot be swept.
    pub(super) async fn fail(&self, candidate: &Candidate, why: &str) -> Result<(), ChainError> {
        let (chain, order_id) = (self.context.chain.id.number(), candidate.order.id);
        tracing::error!(chain, %order_id, "an order could not be swept: {why}");
        let failure = Fact::Failure { detail: why.to_owned() };
        self.send_outcome(candidate, format!("{chain}:unsettled:{order_id}"), failure).await?;
        self.put_off(&candidate.unswept).await
    }

    /// Executes orders by their confirmed deposits. They come up again until they show it.
    pub(super) async fn execute_confirmed(&self, candidates: &[Candidate]) -> Result<(), ChainError> {
        for candidate in candidates {
            let chain = self.context.chain.id;
            let id = format!("{}:confirmed:{}", chain.number(), candidate.order.id);
            let (tx_hash, amount) = (candidate.tx_hash.clone(), candidate.confirmed);
            let token = Some(candidate.with.token.clone());
            self.send_outcome(candidate, id, Fact::Executed { chain, tx_hash, token, amount }).await?;
            self.put_off(&candidate.unswept).await?;
        }
        Ok(())
    }

    async fn send_outcome(&self, candidate: &Candidate, id: String, fact: Fact) -> Result<(), ChainError> {
        let Some(id) = EvidenceId::new(id) else { return Ok(()) };
        let (order_id, occurred_at) = (candidate.order.id, self.context.now());
        self.context.send(&[Evidence { order_id, id, occurred_at, fact }]).await
    }
}
