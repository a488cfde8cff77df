//! Whether a deposit is there, where nodes contradict each other.

use std::cmp::Ordering;

use alloy::{primitives::U256, rpc::types::Log};

use super::Tools;
use crate::{
    node::{Node, NodeResult},
    sighting::{BlockRef, Deposit},
};

/// What most nodes say of a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    There,
    NotThere,
    /// As many say the one as the other.
    Contradiction,
}

impl Tools {
    /// Asks every node for the deposit itself: its receipt, or its block. Those that cannot say, since they
    /// fail, are behind or are on another fork, have no vote.
    pub(super) async fn verdict(&self, deposit: &Deposit) -> Verdict {
        let (mut for_it, mut against) = (0, 0);
        for node in &self.nodes {
            if self.check_chain(node).await.is_err() {
                continue;
            }
            match has(node, deposit).await {
                Ok(Some(true)) => for_it += 1,
                Ok(Some(false)) => against += 1,
                Ok(None) | Err(_) => {}
            }
        }
        match for_it.cmp(&against) {
            Ordering::Greater => Verdict::There,
            Ordering::Less => Verdict::NotThere,
            Ordering::Equal => Verdict::Contradiction,
        }
    }
}

/// Whether a node has the deposit; `None` where it does not have its block.
async fn has(node: &Node, deposit: &Deposit) -> NodeResult<Option<bool>> {
    let number = deposit.block.number;
    let block = node.block(number).await?.filter(|block| block.hash == deposit.block.hash);
    let Some(block) = block else { return Ok(None) };
    let receipt = node.receipt(deposit.tx_hash).await?;
    let Some(receipt) = receipt.filter(|receipt| receipt.block_hash == block.hash && receipt.succeeded())
    else {
        return Ok(Some(false));
    };
    let there = match deposit.log_index {
        Some(_) => receipt.logs.iter().any(|log| is_log_of(log, deposit)),
        None => node.full_blocks(number..=number).await?.iter().flat_map(|block| &block.transactions).any(
            |transaction| {
                let (from, to) = (transaction.from, transaction.to);
                let same = (transaction.hash, from, to) == (deposit.tx_hash, deposit.from, Some(deposit.to));
                same && transaction.value == deposit.amount
            },
        ),
    };
    Ok(Some(there && BlockRef::from(&block) == deposit.block))
}

fn is_log_of(log: &Log, deposit: &Deposit) -> bool {
    let parties = [deposit.from.into_word(), deposit.to.into_word()];
    log.log_index == deposit.log_index
        && log.address() == deposit.token
        && log.topics().get(1..) == Some(parties.as_slice())
        && U256::try_from_be_slice(&log.data().data) == Some(deposit.amount)
}
