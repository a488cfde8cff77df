//! The conclusion of sweeps: the orders that receipts show to be swept are executed.

use alloy::primitives::Address;
use shared::{
    checkout::{Evidence, Fact},
    kernel::EvidenceId,
};

use super::{candidate::Candidate, in_flight::Batch, order_sweep::OrderSweep, sweeper::Sweeper, view::View};
use crate::{
    error::ChainError,
    node::{NodeError, NodeResult, Receipt},
};

impl Sweeper {
    /// Executes the orders that a final receipt shows to be swept. The others stay unswept. Idempotent.
    pub(super) async fn conclude(
        &self,
        view: &View,
        batch: &Batch,
        receipt: &Receipt,
    ) -> Result<(), ChainError> {
        view.check(receipt).await?;
        if !receipt.succeeded() {
            let (chain, transaction) = (&self.context.chain.name, receipt.transaction_hash);
            tracing::error!(chain, %transaction, "a transaction failed as a whole: its orders are tried again");
        }
        for sweep in &batch.orders {
            self.conclude_order(view, sweep, receipt).await?;
        }
        Ok(())
    }

    async fn conclude_order(
        &self,
        view: &View,
        sweep: &OrderSweep,
        receipt: &Receipt,
    ) -> Result<(), ChainError> {
        let before = match sweep.is_whole_in(receipt) {
            true => Some(Vec::new()),
            // Another sender has swept a part of it before, or all.
            false => self.sweeps_before(view, sweep, receipt).await,
        };
        let Some(before) = before else {
            // The receipt alone would show less than the recipient has got, for good.
            return self.waste(sweep.order_id, receipt.transaction_hash, false).await;
        };
        let sweeps = before.iter().chain([receipt]);
        let sweeps = Vec::from_iter(sweeps.filter(|receipt| sweep.is_in(receipt)));
        if sweep.is_done_by(&sweeps, receipt) {
            let evidence = self.executed(view, sweep, &sweeps).await?;
            return self.context.send(evidence.as_slice()).await;
        }
        let factory = self.wallet.as_ref().map(|wallet| wallet.factory);
        let (order_id, transaction) = (sweep.order_id, receipt.transaction_hash);
        tracing::warn!(%order_id, %transaction, "a transaction did not sweep an order");
        self.waste(order_id, transaction, has_failure(receipt, sweep, factory)).await
    }

    /// Executes an order whose forwarder is empty: another sender has swept it. If the sweep cannot be found now,
    /// the order waits, and no other for it.
    pub(super) async fn execute_swept(
        &self,
        view: &View,
        candidate: &Candidate,
        sweep: &OrderSweep,
    ) -> Result<(), ChainError> {
        match self.find_execution(view, candidate, sweep).await {
            Ok(evidence) => self.context.send(evidence.as_slice()).await?,
            Err(error) => self.context.log(&error),
        }
        self.put_off(&candidate.unswept).await
    }

    async fn find_execution(
        &self,
        view: &View,
        candidate: &Candidate,
        sweep: &OrderSweep,
    ) -> Result<Option<Evidence>, ChainError> {
        let sweeps = self.sweeps(view, sweep, view.last_final).await?;
        let sweeps = Vec::from_iter(&sweeps);
        match candidate.is_covered_by(sweep.left_by(&sweeps)) {
            true => Ok(self.executed(view, sweep, &sweeps).await?),
            false => Ok(None),
        }
    }

    /// The evidence that the last of these transactions executed an order, with the amount that all of them
    /// brought its recipient. Every sweeper gives it the same id.
    async fn executed(
        &self,
        view: &View,
        sweep: &OrderSweep,
        sweeps: &[&Receipt],
    ) -> NodeResult<Option<Evidence>> {
        let Some(receipt) = sweeps.last() else { return Ok(None) };
        let block = view.node.block(receipt.block_number()).await?;
        let block = block.filter(|block| block.hash == receipt.block_hash);
        let block = block.ok_or(NodeError::Inconsistent("a receipt is of a block that is not there"))?;
        let (chain, transaction) = (self.context.chain.id, receipt.transaction_hash);
        let amount = sweep.delivered_by(sweeps);
        Ok(sweep.last_index_in(receipt).zip(amount).and_then(|(index, amount)| {
            let id = format!("{}:{transaction}:{index}:{}", chain.number(), receipt.block_hash);
            let token = shared::kernel::Address::parse_token(chain, &format!("{:#x}", sweep.token)).ok();
            let fact = Fact::Executed { chain, tx_hash: transaction.to_string(), token, amount };
            let (order_id, occurred_at) = (sweep.order_id, block.time());
            Some(Evidence { order_id, id: EvidenceId::new(id)?, occurred_at, fact })
        }))
    }
}

/// `true` if the factory shows that the order itself failed.
fn has_failure(receipt: &Receipt, sweep: &OrderSweep, factory: Option<Address>) -> bool {
    factory.is_some_and(|factory| receipt.logs.iter().any(|log| sweep.is_failed_by(log, factory)))
}
