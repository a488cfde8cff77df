//! The search for sweeps that others made.

use std::time::Duration;

use alloy::{primitives::B256, rpc::types::Log};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{order_sweep::OrderSweep, sweeper::Sweeper, view::View};
use crate::{
    error::ChainError,
    node::{LogQuery, Node, NodeError, NodeResult, Receipt},
    scan::{LogLimits, portion},
};

/// The time for which a node is asked for the sweeps of one order. All others wait meanwhile.
const SEARCH: Duration = Duration::from_secs(10);

impl Sweeper {
    /// The sweeps of an order before `receipt`. `None` where no node can say, so that no order holds up the others of
    /// its transaction.
    pub(super) async fn sweeps_before(
        &self,
        view: &View,
        sweep: &OrderSweep,
        receipt: &Receipt,
    ) -> Option<Vec<Receipt>> {
        let found = self.sweeps(view, sweep, receipt.block_number()).await;
        let mut sweeps = found.inspect_err(|error| self.context.log(error)).ok()?;
        sweeps.retain(|other| other.transaction_hash != receipt.transaction_hash);
        Some(sweeps)
    }

    /// The transactions that swept an order up to block `to`, oldest first, from the first node that answers in
    /// time.
    pub(super) async fn sweeps(
        &self,
        view: &View,
        sweep: &OrderSweep,
        to: u64,
    ) -> Result<Vec<Receipt>, ChainError> {
        let mut failed = ChainError::Node(NodeError::Inconsistent("there is no node"));
        for (node, _) in &view.nodes {
            match tokio::time::timeout(SEARCH, self.sweeps_by(view, node, sweep, to)).await {
                Ok(Ok(sweeps)) => return Ok(sweeps),
                Ok(Err(error)) => failed = error,
                Err(_) => failed = NodeError::Inconsistent("it takes too long to find a sweep").into(),
            }
        }
        Err(failed)
    }

    async fn sweeps_by(
        &self,
        view: &View,
        node: &Node,
        sweep: &OrderSweep,
        to: u64,
    ) -> Result<Vec<Receipt>, ChainError> {
        let logs = self.sweep_logs(node, sweep, to).await?;
        let sweeps = logs.iter().filter(|log| sweep.is_shown_by(log));
        let mut transactions: Vec<B256> = sweeps.filter_map(|log| log.transaction_hash).collect();
        transactions.dedup();
        let mut receipts = Vec::with_capacity(transactions.len());
        for transaction in transactions {
            let receipt = node.receipt(transaction).await?;
            let receipt = receipt.ok_or(NodeError::Inconsistent("a sweep's receipt is missing"))?;
            view.check(&receipt).await?;
            receipts.push(receipt);
        }
        receipts.retain(|receipt| sweep.is_in(receipt));
        Ok(receipts)
    }

    /// The logs of the order's forwarder, oldest first.
    async fn sweep_logs(&self, node: &Node, sweep: &OrderSweep, to: u64) -> NodeResult<Vec<Log>> {
        let chain = &self.context.chain;
        // A reorganisation may have moved things down a bit.
        let from = sweep.from_block.saturating_sub(chain.max_log_blocks);
        let query = LogQuery::Sweeps(sweep.token);
        let ranges = (from..=to).step_by(usize::try_from(chain.max_log_blocks).unwrap_or(usize::MAX));
        let asked =
            ranges.map(|from| {
                let range = from..=to.min(from.saturating_add(chain.max_log_blocks - 1));
                let (query, forwarder) = (&query, [sweep.forwarder]);
                async move {
                    portion(node, chain, LogLimits::new(chain), query, &forwarder, &range, |_| true).await
                }
            });
        let portions: Vec<_> = stream::iter(asked).buffered(Node::AT_ONCE).try_collect().await?;
        Ok(portions.into_iter().flat_map(|(_, logs)| logs).collect())
    }
}
