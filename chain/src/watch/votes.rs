//! The nodes' votes on a deposit that they contradict each other on.

use std::cmp::Ordering;

use alloy::{primitives::U256, rpc::types::Log};

use crate::{
    node::{Node, NodeResult, Receipt},
    nodes::Nodes,
    sighting::{BlockRef, Deposit, Origin},
};

/// The answer of most nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    There,
    NotThere,
    /// No majority answers one way or the other.
    Contradiction,
}

/// Asks every node for the deposit itself: its receipt, or its block. Nodes that fail, are behind or are on another
/// fork have no vote.
pub(super) async fn verdict(nodes: &Nodes, deposit: &Deposit) -> Verdict {
    let (mut for_it, mut against) = (0, 0);
    for node in nodes.iter() {
        if nodes.check_chain(node).await.is_err() {
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

/// A node's vote on a deposit; `None` where it does not have its block.
async fn has(node: &Node, deposit: &Deposit) -> NodeResult<Option<bool>> {
    let number = deposit.block.number;
    let block = node.block(number).await?.filter(|block| block.hash == deposit.block.hash);
    let Some(block) = block else { return Ok(None) };
    let there = match deposit.origin {
        Origin::Log(index) => {
            let receipt = receipt_in(node, deposit).await?;
            receipt.is_some_and(|receipt| receipt.logs.iter().any(|log| is_log_of(log, index, deposit)))
        }
        Origin::Transaction => {
            receipt_in(node, deposit).await?.is_some() && is_carried(node, deposit).await?
        }
        Origin::Balance => {
            let before = node.balance_at(deposit.to, number.saturating_sub(1)).await?;
            node.balance_at(deposit.to, number).await? >= before.saturating_add(deposit.amount)
        }
    };
    Ok(Some(there && BlockRef::from(&block) == deposit.block))
}

/// The deposit's transaction, if it is in its block and succeeded.
async fn receipt_in(node: &Node, deposit: &Deposit) -> NodeResult<Option<Receipt>> {
    let receipt = node.receipt(deposit.tx_hash).await?;
    Ok(receipt.filter(|receipt| receipt.block_hash == deposit.block.hash && receipt.succeeded()))
}

async fn is_carried(node: &Node, deposit: &Deposit) -> NodeResult<bool> {
    let number = deposit.block.number;
    let blocks = node.full_blocks(number..=number).await?;
    let mut transactions = blocks.iter().flat_map(|block| &block.transactions);
    Ok(transactions.any(|transaction| {
        let parties = (Some(transaction.from), transaction.to) == (deposit.from, Some(deposit.to));
        parties && (transaction.hash, transaction.value) == (deposit.tx_hash, deposit.amount)
    }))
}

fn is_log_of(log: &Log, index: u64, deposit: &Deposit) -> bool {
    let parties = [deposit.from.unwrap_or_default().into_word(), deposit.to.into_word()];
    log.log_index == Some(index)
        && log.address() == deposit.token
        && log.topics().get(1..) == Some(parties.as_slice())
        && U256::try_from_be_slice(&log.data().data) == Some(deposit.amount)
}
