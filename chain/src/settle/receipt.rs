//! What became of a flush.

use alloy::{primitives::U256, rpc::types::Log, sol_types::SolEvent as _};
use shared::model::{BaseUnits, Evidence, EvidenceId, Fact, Timestamp};

use super::{Batch, Book, Flush, Flushed, Settler, View, ready::Ready};
use crate::{
    TRANSFER,
    node::{NodeError, Receipt},
    store::Work,
    tools::{ChainError, Tools},
};

/// Gas has been paid for nothing: that is not tried again at once.
const REFUSED_IN_BLOCK: u32 = 6;

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
        let block = view.node.block(receipt.block_number()).await?;
        let block = block.filter(|block| block.hash == receipt.block_hash);
        let time = block.ok_or(NodeError::Inconsistent("a receipt is of a block that is not there"))?.time();
        let mut evidence = Vec::new();
        for flush in &batch.orders {
            match receipt.logs.iter().find(|log| is_flush(log, flush)) {
                Some(log) => evidence.extend(self.tools.executed(flush, log, &receipt.logs, time)),
                None => {
                    let (order_id, transaction) = (flush.order_id, receipt.transaction_hash);
                    tracing::warn!(%order_id, %transaction, "a transaction did not flush an order");
                    self.tools.refused(order_id, REFUSED_IN_BLOCK).await?;
                }
            }
        }
        self.tools.tell_all(&evidence).await
    }

    /// An order whose forwarder is empty has been flushed by somebody else: looks for where.
    pub(super) async fn execute_flushed(
        &self,
        view: &View,
        ready: &Ready,
        flush: &Flush,
    ) -> Result<(), ChainError> {
        let step = self.tools.chain.max_log_blocks;
        // A reorganisation may have moved things down a bit.
        let mut from = ready.unsettled.from_block.saturating_sub(step);
        let mut flushed = Vec::new();
        while from <= view.last_final {
            let to = view.last_final.min(from + step - 1);
            let logs = view.node.events_of(flush.forwarder, Flushed::SIGNATURE_HASH, from, to).await?;
            flushed.extend(logs.into_iter().filter(|log| is_flush(log, flush)));
            from = to + 1;
        }
        let amounts = flushed.iter().filter_map(|log| Some(Flushed::decode_log(&log.inner).ok()?.amount));
        let all = amounts.fold(U256::ZERO, U256::saturating_add);
        if let Some(last) = flushed.last().filter(|_| ready.is_covered_by(all)) {
            self.execute_by(view, flush, last).await?;
        }
        self.tools.put_off(&ready.unsettled).await
    }

    async fn execute_by(&self, view: &View, flush: &Flush, log: &Log) -> Result<(), ChainError> {
        let missing = || NodeError::Inconsistent("a flush's receipt is missing");
        let receipt = view.node.receipt(log.transaction_hash.ok_or_else(missing)?).await?;
        let receipt = receipt.ok_or_else(missing)?;
        let block = view.node.block(receipt.block_number()).await?.ok_or_else(missing)?;
        let evidence = self.tools.executed(flush, log, &receipt.logs, block.time());
        self.tools.tell_all(&evidence.into_iter().collect::<Vec<_>>()).await
    }
}

impl Tools {
    /// The evidence that an order was executed by the flush that `log` tells of. Whoever looks at that
    /// flush gives it the same id.
    fn executed(&self, flush: &Flush, log: &Log, all: &[Log], time: Timestamp) -> Option<Evidence> {
        let (transaction, index, block) = (log.transaction_hash?, log.log_index?, log.block_hash?);
        let id = EvidenceId::new(format!("{}:{transaction}:{index}:{block}", self.chain.id.number()))?;
        let fact = Fact::Executed {
            chain: self.chain.id,
            tx_hash: transaction.to_string(),
            amount: BaseUnits::parse(&delivered(flush, log, all)?.to_string())?,
        };
        Some(Evidence { order_id: flush.order_id, id, occurred_at: time, fact })
    }
}

fn is_flush(log: &Log, flush: &Flush) -> bool {
    let event = Flushed::decode_log(&log.inner).ok();
    log.address() == flush.forwarder
        && event.is_some_and(|event| event.token == flush.token && event.recipient == flush.recipient)
}

/// What reached the recipient. A token that takes a fee delivers less than left the forwarder, as its own
/// `Transfer` says.
fn delivered(flush: &Flush, log: &Log, all: &[Log]) -> Option<U256> {
    if flush.token.is_zero() {
        return Some(Flushed::decode_log(&log.inner).ok()?.amount);
    }
    let (forwarder, recipient) = (flush.forwarder.into_word(), flush.recipient.into_word());
    let deliveries = all
        .iter()
        .filter(|log| log.address() == flush.token && log.topics() == [TRANSFER, forwarder, recipient]);
    deliveries.filter_map(|log| U256::try_from_be_slice(&log.data().data)).reduce(U256::saturating_add)
}
