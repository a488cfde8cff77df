//! The block to begin at on a chain that has never been watched.

use super::watcher::Watcher;
use crate::{
    node::{Block, Node, NodeError, NodeResult},
    sighting::BlockRef,
};

impl Watcher {
    /// A block before the oldest order that is awaited.
    pub(super) async fn first_block(&self, node: &Node, head: &Block) -> NodeResult<BlockRef> {
        let Some(oldest) = self.awaited.oldest() else { return Ok(head.into()) };
        let before = oldest.plus_millis(-60_000);
        // Backwards in growing steps: many nodes do not have the oldest blocks.
        let (mut low, mut high, mut step) = (head.number(), head.number(), 64);
        while low > 0 && old_block(node, low).await?.time() > before {
            (low, high, step) = (low.saturating_sub(step), low, step * 4);
        }
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if old_block(node, middle).await?.time() <= before { low = middle } else { high = middle - 1 }
        }
        Ok((&old_block(node, low).await?).into())
    }
}

/// A block that the node must have.
pub(super) async fn old_block(node: &Node, number: u64) -> NodeResult<Block> {
    node.block(number).await?.ok_or(NodeError::Inconsistent("an old block is missing"))
}
