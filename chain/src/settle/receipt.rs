//! What became of a flush.

use std::{cmp::Ordering, collections::BTreeSet};

use alloy::{
    primitives::{B256, U256},
    rpc::types::Log,
    sol_types::SolEvent as _,
};
use shared::model::{BaseUnits, Evidence, EvidenceId, Fact, Timestamp};

use super::{Batch, Book, Flush, Flushed, Settler, View, ready::Ready};
use crate::{
    TRANSFER,
    node::{LogQuery, NodeError, NodeResult, Receipt},
    scan::{LogLimits, portion},
    store::Work,
    tools::ChainError,
};

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

    /// Executes the orders that a final receipt shows to be flushed. The others stay to be settled.
    async fn conclude(&self, view: &View, batch: &Batch, receipt: &Receipt) -> Result<(), ChainError> {
        self.check_others(view, receipt).await?;
        let time = self.time_of(view, receipt).await?;
        let mut evidence = Vec::new();
        for flush in &batch.orders {
            let log = receipt.logs.iter().find(|log| is_flush(log, flush));
            let Some(amount) = log.and_then(flushed) else {
                let (order_id, transaction) = (flush.order_id, receipt.transaction_hash);
                tracing::warn!(%order_id, %transaction, "a transaction did not flush an order");
                self.tools.refused_in_block(order_id, receipt.succeeded()).await?;
                continue;
            };
            let flushes = match base_units(amount) >= Some(flush.paid) {
                true => log.into_iter().cloned().collect(),
                // Somebody else has flushed a part of it before.
                false => self.flushes(view, flush, receipt.block_number()).await?,
            };
            evidence.extend(self.executed(view, flush, &flushes, receipt, time).await?);
        }
        self.tools.tell_all(&evidence).await
    }

    /// An order whose forwarder is empty has been flushed by somebody else: looks for where. If that cannot be
    /// found out now, the order waits, and no other for it.
    pub(super) async fn execute_flushed(
        &self,
        view: &View,
        ready: &Ready,
        flush: &Flush,
    ) -> Result<(), ChainError> {
        match self.find_flushes(view, ready, flush).await {
            Ok(evidence) => self.tools.tell_all(evidence.as_slice()).await?,
            Err(error @ ChainError::Node(_)) => self.tools.log(&error),
            Err(error) => return Err(error),
        }
        self.tools.put_off(&ready.unsettled).await
    }

    async fn find_flushes(
        &self,
        view: &View,
        ready: &Ready,
        flush: &Flush,
    ) -> Result<Option<Evidence>, ChainError> {
        let flushes = self.flushes(view, flush, view.last_final).await?;
        let all = flushes.iter().filter_map(flushed).fold(U256::ZERO, U256::saturating_add);
        let last = flushes.last().filter(|_| ready.is_covered_by(all));
        let Some(transaction) = last.and_then(|log| log.transaction_hash) else { return Ok(None) };
        let receipt = self.receipt(view, transaction).await?;
        self.check_others(view, &receipt).await?;
        let time = self.time_of(view, &receipt).await?;
        Ok(self.executed(view, flush, &flushes, &receipt, time).await?)
    }

    /// Where an order's forwarder was flushed of its token up to block `to`, the first time first.
    async fn flushes(&self, view: &View, flush: &Flush, to: u64) -> NodeResult<Vec<Log>> {
        let chain = &self.tools.chain;
        // A reorganisation may have moved things down a bit.
        let range = flush.from_block.saturating_sub(chain.max_log_blocks)..=to;
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let (query, limits) = (LogQuery::Flushes(flush.token), LogLimits::new(chain));
        let (_, mut logs) = portion(&view.node, chain, limits, &query, &[flush.forwarder], &range).await?;
        logs.retain(|log| is_flush(log, flush));
        Ok(logs)
    }

    async fn time_of(&self, view: &View, receipt: &Receipt) -> NodeResult<Timestamp> {
        let block = view.node.block(receipt.block_number()).await?;
        let block = block.filter(|block| block.hash == receipt.block_hash);
        Ok(block.ok_or(NodeError::Inconsistent("a receipt is of a block that is not there"))?.time())
    }

    async fn receipt(&self, view: &View, transaction: B256) -> NodeResult<Receipt> {
        let receipt = view.node.receipt(transaction).await?;
        receipt.ok_or(NodeError::Inconsistent("a flush's receipt is missing"))
    }

    /// Has the other nodes that have come as far confirm a receipt, as far as they answer. An order that is
    /// executed stays so: one node's word is not enough where there are more.
    async fn check_others(&self, view: &View, receipt: &Receipt) -> Result<(), ChainError> {
        let (mut for_it, mut against) = (1, 0);
        for (node, head) in &view.others {
            if head.number() < receipt.block_number() || self.tools.check_chain(node).await.is_err() {
                continue;
            }
            match node.receipt(receipt.transaction_hash).await {
                Ok(Some(other)) if other.block_hash == receipt.block_hash => for_it += 1,
                Ok(_) => against += 1,
                Err(_) => {}
            }
        }
        match for_it.cmp(&against) {
            Ordering::Greater => Ok(()),
            Ordering::Equal => Err(ChainError::Contradiction),
            // The next node is asked.
            Ordering::Less => Err(NodeError::OtherFork.into()),
        }
    }

    /// The evidence that an order was executed by the last of `flushes`, whose receipt this is, and what all of
    /// them have brought its recipient. Whoever looks at that flush gives it the same id.
    async fn executed(
        &self,
        view: &View,
        flush: &Flush,
        flushes: &[Log],
        receipt: &Receipt,
        time: Timestamp,
    ) -> NodeResult<Option<Evidence>> {
        let transactions: BTreeSet<_> = flushes.iter().filter_map(|log| log.transaction_hash).collect();
        let mut amount = U256::ZERO;
        for transaction in transactions {
            let part = match transaction == receipt.transaction_hash {
                true => delivered(flush, &receipt.logs),
                false => delivered(flush, &self.receipt(view, transaction).await?.logs),
            };
            amount = amount.saturating_add(part);
        }
        let chain = self.tools.chain.id;
        let place =
            flushes.last().and_then(|log| Some((log.transaction_hash?, log.log_index?, log.block_hash?)));
        Ok(place.and_then(|(transaction, index, block_hash)| {
            let id = EvidenceId::new(format!("{}:{transaction}:{index}:{block_hash}", chain.number()))?;
            let fact =
                Fact::Executed { chain, tx_hash: transaction.to_string(), amount: base_units(amount)? };
            Some(Evidence { order_id: flush.order_id, id, occurred_at: time, fact })
        }))
    }
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
    deliveries.reduce(U256::saturating_add).unwrap_or_else(|| {
        let flushes = logs.iter().filter(|log| is_flush(log, flush)).filter_map(flushed);
        flushes.fold(U256::ZERO, U256::saturating_add)
    })
}
