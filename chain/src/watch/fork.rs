//! Reorganisations: back to the last block that is still in the chain.
//!
//! The progress goes back first, and is saved. Whatever happens after that, everything above the fork is scanned
//! again, and deposits that are gone are withdrawn then.

use std::{collections::HashMap, ops::RangeInclusive};

use super::{first_block::old_block, progress::Progress, sightings::Known, watcher::Watcher};
use crate::{
    error::ChainError,
    node::{Block, Node, NodeError, NodeResult},
    sighting::BlockRef,
};

/// The number of blocks to go back after a reorganisation of final blocks.
const DEEP: u64 = 1000;

impl Watcher {
    /// Checks that the chain, as `node` has it, still holds the blocks that were seen. If it does not, goes back
    /// to the fork.
    pub(super) async fn leave_fork(
        &self,
        node: &Node,
        mut progress: Progress,
        head: &Block,
    ) -> Result<Progress, ChainError> {
        let behind = NodeError::Inconsistent("the node is behind what was seen before");
        let mut points = progress.points_up_to(head.number()).into_iter();
        let Some(newest) = points.next() else { return Err(behind.into()) };
        if stands_on(node, newest).await? {
            if head.number() < progress.seen.number {
                return Err(behind.into());
            }
            return Ok(progress);
        }
        let fork = match first_standing(node, points).await? {
            Some(fork) => fork,
            None => self.deep_fork(node, &progress).await?,
        };
        progress.go_back_to(fork);
        self.lease.save(&progress).await?;
        Ok(progress)
    }

    /// A block far below a fork that no remembered block is below of.
    async fn deep_fork(&self, node: &Node, progress: &Progress) -> NodeResult<BlockRef> {
        let chain = &self.context.chain.name;
        tracing::error!(chain, "the chain was reorganised deeper than what counts as final");
        let block = old_block(node, progress.confirmed.number.saturating_sub(DEEP)).await?;
        Ok((&block).into())
    }

    /// Withdraws the known deposits in blocks of `range` that are gone. Deposits that are withdrawn already are
    /// withdrawn again: the watcher that did so may have died before it sent evidence.
    pub(super) async fn withdraw_gone(
        &self,
        node: &Node,
        known: &mut Known,
        range: RangeInclusive<u64>,
    ) -> Result<(), ChainError> {
        let mut blocks = HashMap::new();
        for sighting in known.values_mut().filter(|seen| range.contains(&seen.deposit.block.number)) {
            let block = sighting.deposit.block;
            let there = match blocks.get(&block) {
                Some(there) => *there,
                None => {
                    let there = stands_on(node, block).await?;
                    blocks.insert(block, there);
                    there
                }
            };
            if !there || sighting.withdrawn {
                *sighting = self.withdraw(sighting).await?;
            }
        }
        Ok(())
    }
}

/// `true` if the node has this block.
pub(super) async fn stands_on(node: &Node, block: BlockRef) -> NodeResult<bool> {
    Ok(node.block(block.number).await?.is_some_and(|found| found.hash == block.hash))
}

async fn first_standing(node: &Node, points: impl Iterator<Item = BlockRef>) -> NodeResult<Option<BlockRef>> {
    for point in points {
        if stands_on(node, point).await? {
            return Ok(Some(point));
        }
    }
    Ok(None)
}
