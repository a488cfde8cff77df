//! The progress of watching a chain.

use serde::{Deserialize, Serialize};

use crate::sighting::BlockRef;

/// The record of a watcher's progress.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The last block of the first pass.
    pub(super) seen: BlockRef,
    /// The last block of the second pass.
    pub(super) confirmed: BlockRef,
    /// Blocks that the first pass ended at, `seen` being the last: where it may have to go back to.
    trail: Vec<BlockRef>,
}

impl Progress {
    /// The length of the trail. Few are enough: where it ends, the second pass's block is there to go back to.
    const TRAIL: usize = 8;

    pub(super) fn starting_at(block: BlockRef) -> Self {
        Self { seen: block, confirmed: block, trail: vec![block] }
    }

    /// Moves the first pass on to `block`.
    pub(super) fn see(&mut self, block: BlockRef) {
        self.seen = block;
        self.trail.push(block);
        if self.trail.len() > Self::TRAIL {
            self.trail.remove(0);
        }
    }

    /// The blocks that were seen up to block `number`, newest first.
    pub(super) fn points_up_to(&self, number: u64) -> Vec<BlockRef> {
        let points = self.trail.iter().rev().chain([&self.confirmed]);
        points.filter(|point| point.number <= number).copied().collect()
    }

    /// Moves both passes back to `block`, as far as they are beyond it.
    pub(super) fn go_back_to(&mut self, block: BlockRef) {
        self.seen = block;
        self.trail.retain(|point| point.number < block.number);
        self.trail.push(block);
        if block.number < self.confirmed.number {
            self.confirmed = block;
        }
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
