//! What became of a flush.

use std::{cmp::Ordering, time::Duration};

use alloy::{primitives::U256, rpc::types::Log, sol_types::SolEvent as _};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared::{
    checkout::{Evidence, Fact},
    kernel::{BaseUnits, EvidenceId},
};

use super::{Batch, Book, Flush, FlushFailed, Flushed, Settler, View, ready::Ready};
use crate::{
    TRANSFER,
    node::{LogQuery, Node, NodeError, NodeResult, Receipt},
    scan::{LogLimits, portion},
    store::Work,
    tools::ChainError,
};

/// How long a node is asked for the flushes of one order. All others wait meanwhile.
const SEARCH: Duration = Duration::from_secs(10);

impl Settler {
    /// Follows a transaction that is under way. `true` once it is done with, one way or the other.
    pub(super) async fn follow(&self, view: &View, batch: Batch) -> Result<bool, ChainError> {
        for signed in &batch.signed {
            let Some(receipt) = view.node.receipt(signed.hash).await? else { continue };
            if receipt.block_number() > view.last_final {
                return Ok(false); // In a block that may still go.
            }
            self.conclude(view, &batch, &receipt).await?;
            self.tools.save(Work::Settle, &Book::default()).await?;
            return Ok(true);
        }
        if view.node.nonce(batch.from, view.last_final).await? > batch.nonce {
            let chain = &self.tools.chain.name;
            tracing::warn!(chain, "the gas key's nonce was used by others: its orders are tried again");
            self.tools.save(Work::Settle, &Book::default()).await?;
            return Ok(true);
        }
        self.push(view, batch).await
    }

    /// Executes the orders that a final receipt shows to be flushed. The others stay to be settled. Doing so
    /// twice is doing it once.
    async fn conclude(&self, view: &View, batch: &Batch, receipt: &Receipt) -> Result<(), ChainError> {
        check_others(view, receipt).await?;
        if !receipt.succeeded() {
            let (chain, transaction) = (&self.tools.chain.name, receipt.transaction_hash);
            tracing::error!(chain, %transaction, "a transaction failed as a whole: its orders are tried again");
        }
        for flush in &batch.orders {
            let before = match receipt.logs.iter().find(|log| is_flush(log, flush)).and_then(flushed) {
                Some(amount) if base_units(amount) >= Some(flush.paid) => Vec::new(),
                // Somebody else has flushed a part of it before, or all.
                _ => self.flushes_before(view, flush, receipt).await,
            };
            let flushes = before.iter().chain([receipt]);
            let flushes = Vec::from_iter(flushes.filter(|receipt| has_flush(receipt, flush)));
            if is_flushed_by(&flushes, flush, receipt) {
                let evidence = self.executed(view, flush, &flushes).await?;
                self.tools.tell_all(evidence.as_slice()).await?;
            } else {
                let failed = receipt.logs.iter().any(|log| self.is_failure(log, flush));
                let (order_id, transaction) = (flush.order_id, receipt.transaction_hash);
                tracing::warn!(%order_id, %transaction, "a transaction did not flush an order");
                self.tools.refused_in_block(order_id, transaction, failed).await?;
            }
        }
        Ok(())
    }

    /// Whether a log is the factory's word that an order would not let itself be flushed.
    fn is_failure(&self, log: &Log, flush: &Flush) -> bool {
        let event = FlushFailed::decode_log(&log.inner).ok();
        let order = event.map(|event| (event.salt, event.recipient, event.token));
        self.purse.as_ref().is_some_and(|purse| purse.factory == log.address())
            && order == Some((flush.salt(), flush.recipient, flush.token))
    }

    /// Where an order was flushed before `receipt`; nothing where no node can say, so that no order holds
    /// the others of its transaction up.
    async fn flushes_before(&self, view: &View, flush: &Flush, receipt: &Receipt) -> Vec<Receipt> {
        let found = self.flushes(view, flush, receipt.block_number()).await;
        let mut flushes = found.inspect_err(|error| self.tools.log(error)).unwrap_or_default();
        flushes.retain(|other| other.transaction_hash != receipt.transaction_hash);
        flushes
    }

    /// An order whose forwarder is empty has been flushed by somebody else: looks for where. If that cannot be
    /// found out now, the order waits, and no other for it.
    pub(super) async fn execute_flushed(
        &self,
        view: &View,
        ready: &Ready,
        flush: &Flush,
    ) -> Result<(), ChainError> {
        match self.find_execution(view, ready, flush).await {
            Ok(evidence) => self.tools.tell_all(evidence.as_slice()).await?,
            Err(error) => self.tools.log(&error),
        }
        self.tools.put_off(&ready.unsettled).await
    }

    async fn find_execution(
        &self,
        view: &View,
        ready: &Ready,
        flush: &Flush,
    ) -> Result<Option<Evidence>, ChainError> {
        let flushes = self.flushes(view, flush, view.last_final).await?;
        let flushes = Vec::from_iter(&flushes);
        match ready.is_covered_by(left_by_all(&flushes, flush)) {
            true => Ok(self.executed(view, flush, &flushes).await?),
            false => Ok(None),
        }
    }

    /// The transactions that flushed an order's forwarder of its token up to block `to`, the first first, as the
    /// first node knows them that can tell, in good time.
    async fn flushes(&self, view: &View, flush: &Flush, to: u64) -> Result<Vec<Receipt>, ChainError> {
        let mut failed = ChainError::Node(NodeError::Inconsistent("there is no node"));
        for (node, _) in &view.nodes {
            match tokio::time::timeout(SEARCH, self.flushes_by(view, node, flush, to)).await {
                Ok(Ok(flushes)) => return Ok(flushes),
                Ok(Err(error)) => failed = error,
                Err(_) => failed = NodeError::Inconsistent("it takes too long to find a flush").into(),
            }
        }
        Err(failed)
    }

    async fn flushes_by(
        &self,
        view: &View,
        node: &Node,
        flush: &Flush,
        to: u64,
    ) -> Result<Vec<Receipt>, ChainError> {
        let chain = &self.tools.chain;
        // A reorganisation may have moved things down a bit.
        let from = flush.from_block.saturating_sub(chain.max_log_blocks);
        let query = LogQuery::Flushes(flush.token);
        let ranges = (from..=to).step_by(usize::try_from(chain.max_log_blocks).unwrap_or(usize::MAX));
        let asked = ranges.map(|from| {
            let range = from..=to.min(from.saturating_add(chain.max_log_blocks - 1));
            let (query, forwarder) = (&query, [flush.forwarder]);
            async move { portion(node, chain, LogLimits::new(chain), query, &forwarder, &range).await }
        });
        let portions: Vec<_> = stream::iter(asked).buffered(Node::AT_ONCE).try_collect().await?;
        let logs = portions.into_iter().flat_map(|(_, logs)| logs);
        let mut transactions: Vec<_> =
            logs.filter(|log| is_flush(log, flush)).filter_map(|log| log.transaction_hash).collect();
        transactions.dedup();
        let mut receipts = Vec::with_capacity(transactions.len());
        for transaction in transactions {
            let receipt = node.receipt(transaction).await?;
            let receipt = receipt.ok_or(NodeError::Inconsistent("a flush's receipt is missing"))?;
            check_others(view, &receipt).await?;
            receipts.push(receipt);
        }
        receipts.retain(|receipt| has_flush(receipt, flush));
        Ok(receipts)
    }

    /// The evidence that an order was executed by the last of these flushes, and what all of them have brought
    /// its recipient. Whoever looks at that flush gives it the same id.
    async fn executed(
        &self,
        view: &View,
        flush: &Flush,
        flushes: &[&Receipt],
    ) -> NodeResult<Option<Evidence>> {
        let Some(receipt) = flushes.last() else { return Ok(None) };
        let block = view.node.block(receipt.block_number()).await?;
        let block = block.filter(|block| block.hash == receipt.block_hash);
        let block = block.ok_or(NodeError::Inconsistent("a receipt is of a block that is not there"))?;
        let (chain, transaction) = (self.tools.chain.id, receipt.transaction_hash);
        let amounts = flushes.iter().map(|receipt| delivered(flush, &receipt.logs));
        let amount = base_units(sum(amounts));
        let index = receipt.logs.iter().rfind(|log| is_flush(log, flush)).and_then(|log| log.log_index);
        Ok(index.zip(amount).and_then(|(index, amount)| {
            let id = format!("{}:{transaction}:{index}:{}", chain.number(), receipt.block_hash);
            let fact = Fact::Executed { chain, tx_hash: transaction.to_string(), amount };
            let (order_id, occurred_at) = (flush.order_id, block.time());
            Some(Evidence { order_id, id: EvidenceId::new(id)?, occurred_at, fact })
        }))
    }
}

/// Has the nodes that have come as far confirm a receipt, as far as they answer. An order that is executed stays
/// so: one node's word is not enough where there are more.
async fn check_others(view: &View, receipt: &Receipt) -> Result<(), ChainError> {
    let (mut for_it, mut against) = (0, 0);
    for (node, head) in &view.nodes {
        if head.number() >= receipt.block_number() {
            match node.receipt(receipt.transaction_hash).await {
                Ok(Some(other)) if other.tells_the_same_as(receipt) => for_it += 1,
                Ok(_) => against += 1,
                Err(_) => {}
            }
        }
    }
    match for_it.cmp(&against) {
        Ordering::Greater => Ok(()),
        Ordering::Equal => Err(ChainError::Contradiction),
        Ordering::Less => Err(NodeError::OtherFork.into()),
    }
}

/// Whether these flushes, or the transaction that was made for it, have done all that was to be done. What a
/// forwarder was emptied of before our transaction leaves that one nothing to tell.
fn is_flushed_by(flushes: &[&Receipt], flush: &Flush, receipt: &Receipt) -> bool {
    let left = left_by_all(flushes, flush);
    has_flush(receipt, flush) || (!left.is_zero() && base_units(left) >= Some(flush.paid))
}

fn has_flush(receipt: &Receipt, flush: &Flush) -> bool {
    receipt.logs.iter().any(|log| is_flush(log, flush))
}

/// How much these transactions took out of an order's forwarder.
fn left_by_all(flushes: &[&Receipt], flush: &Flush) -> U256 {
    sum(flushes.iter().map(|receipt| left_by(&receipt.logs, flush)))
}

fn sum(amounts: impl Iterator<Item = U256>) -> U256 {
    amounts.fold(U256::ZERO, U256::saturating_add)
}

/// How much a transaction took out of an order's forwarder.
fn left_by(logs: &[Log], flush: &Flush) -> U256 {
    sum(logs.iter().filter(|log| is_flush(log, flush)).filter_map(flushed))
}

fn base_units(amount: U256) -> Option<BaseUnits> {
    BaseUnits::parse(&amount.to_string())
}

/// How much left a forwarder, if that is what a log tells.
fn flushed(log: &Log) -> Option<U256> {
    Flushed::decode_log(&log.inner).ok().map(|event| event.amount)
}

fn is_flush(log: &Log, flush: &Flush) -> bool {
    let event = Flushed::decode_log(&log.inner).ok();
    log.address() == flush.forwarder
        && event.is_some_and(|event| event.token == flush.token && event.recipient == flush.recipient)
}

/// What a transaction with these logs brought the recipient. A token that takes a fee delivers less than left
/// the forwarder, as its own `Transfer` says; where there is none, what left it counts.
fn delivered(flush: &Flush, logs: &[Log]) -> U256 {
    let (forwarder, recipient) = (flush.forwarder.into_word(), flush.recipient.into_word());
    let deliveries = logs
        .iter()
        .filter(|log| log.address() == flush.token && log.topics() == [TRANSFER, forwarder, recipient])
        .filter_map(|log| U256::try_from_be_slice(&log.data().data));
    deliveries.reduce(U256::saturating_add).unwrap_or_else(|| left_by(logs, flush))
}
