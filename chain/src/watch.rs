//! Watches a chain for deposits.
//!
//! Each look has two passes. The first goes up to the head and tells of deposits at first sight. The
//! second follows where blocks have become final, asks another node if there is one, and so finds what
//! the first was not told of, takes back what is gone, and confirms the rest. Where the chain turns out
//! to have been reorganised, the first pass goes back to the last block that is still there.
//!
//! What is found is written down and told of before the cursor moves on. A watcher that dies in between
//! does it again, which changes nothing: a deposit's evidence has the same id each time.

mod fork;
mod passes;
#[cfg(test)]
mod stored_tests;
mod votes;

use std::time::Instant;

use serde::{Deserialize, Serialize};
use shared::{checkout::Awaited, kernel::Timestamp};

use crate::{
    awaited::AwaitedAddresses,
    node::{Block, Node, NodeError},
    scan::LogLimits,
    sighting::BlockRef,
    store::Work,
    tools::{ChainError, Tools},
};

/// Watches one chain.
#[derive(Debug)]
pub struct Watcher {
    tools: Tools,
    awaited: AwaitedAddresses,
    limits: LogLimits,
    /// How many blocks are looked through at a time.
    portion: u64,
    /// The node that is asked first.
    preferred: usize,
}

/// How far the watching is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The last block of the first pass.
    pub(crate) seen: BlockRef,
    /// The last block of the second pass.
    pub(crate) confirmed: BlockRef,
    /// Blocks that the first pass ended at, `seen` being the last: where it may have to go back to.
    trail: Vec<BlockRef>,
}

impl Progress {
    /// Few are enough, and each look writes them: where the trail ends, the second pass's block is there to
    /// go back to.
    const TRAIL: usize = 8;

    fn starting_at(block: BlockRef) -> Self {
        Self { seen: block, confirmed: block, trail: vec![block] }
    }

    fn see(&mut self, block: BlockRef) {
        self.seen = block;
        self.trail.push(block);
        if self.trail.len() > Self::TRAIL {
            self.trail.remove(0);
        }
    }

    /// What was seen up to block `number`, newest first.
    fn points_up_to(&self, number: u64) -> Vec<BlockRef> {
        let points = self.trail.iter().rev().chain([&self.confirmed]);
        points.filter(|point| point.number <= number).copied().collect()
    }

    fn go_back_to(&mut self, block: BlockRef) {
        self.seen = block;
        self.trail.retain(|point| point.number < block.number);
        self.trail.push(block);
        if block.number < self.confirmed.number {
            self.confirmed = block;
        }
    }
}

impl Watcher {
    /// A watcher that has not looked yet.
    pub fn new(tools: Tools) -> Self {
        let limits = LogLimits::new(&tools.chain);
        let portion = tools.chain.max_log_blocks;
        Self { tools, portion, awaited: AwaitedAddresses::default(), limits, preferred: 0 }
    }

    /// Looks at the chain again and again until `end`, then gives its lease back. Failures are logged.
    ///
    /// # Errors
    /// That of the last look, so that whoever runs this knows whether the chain is watched at present.
    pub async fn run(&mut self, end: Instant) -> Result<(), ChainError> {
        loop {
            let looked = self.look().await;
            if !self.tools.rest(Work::Watch, &looked, end).await {
                return looked.map(drop);
            }
        }
    }

    /// Looks at the chain once. `false`, and nothing is done, while another watcher is at it.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn look(&mut self) -> Result<bool, ChainError> {
        let mut failed = None;
        for turn in 0..self.tools.nodes.len() {
            let index = (self.preferred + turn) % self.tools.nodes.len();
            let Some(progress) = self.tools.acquire::<Progress>(Work::Watch).await? else {
                return Ok(false);
            };
            let tools = self.tools.clone();
            let looked = tokio::select! {
                looked = self.look_through(index, progress) => looked,
                lost = tools.keep_lease(Work::Watch) => Err(lost),
            };
            match looked {
                Ok(preferred) => {
                    self.preferred = preferred;
                    return Ok(true);
                }
                Err(ChainError::Node(error)) => failed = Some(error),
                // Another node would not help.
                Err(error) => return Err(error),
            }
        }
        let none = NodeError::Inconsistent("there is no node");
        Err(failed.unwrap_or(none).into())
    }

    /// Looks at the chain through the node with `index`, and tells with which the next look is to begin.
    async fn look_through(&mut self, index: usize, progress: Option<Progress>) -> Result<usize, ChainError> {
        let node = self.tools.node(index)?;
        self.tools.check_chain(&node).await?;
        let head = node.head().await?;
        // After the head: whoever paid in a block up to there knew the address before.
        let time = self.watched_since(progress.as_ref());
        self.awaited.refresh(&self.tools.orders, self.tools.chain.id, time).await?;
        let progress = match progress {
            Some(progress) => progress,
            None => Progress::starting_at(self.first_block(&node, &head).await?),
        };
        let progress = self.tools.leave_fork(&node, progress, &head).await?;
        let progress = self.see_up_to(&node, progress, &head).await?;
        self.confirm_from(index, &head, progress).await
    }

    /// Orders that were watched at this time matter. It is the chain's time, not the clock's: what was paid
    /// while nobody looked has to be found later, and what was seen has to be confirmed.
    fn watched_since(&self, progress: Option<&Progress>) -> Timestamp {
        let now = self.tools.now();
        let confirmed = progress.map_or(now, |progress| progress.confirmed.time);
        confirmed.min(now).max(now.plus_millis(-Awaited::KEPT_MILLIS))
    }

    /// Where to begin on a chain that has never been watched: before the oldest order that is awaited.
    async fn first_block(&self, node: &Node, head: &Block) -> Result<BlockRef, NodeError> {
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

async fn old_block(node: &Node, number: u64) -> Result<Block, NodeError> {
    node.block(number).await?.ok_or(NodeError::Inconsistent("an old block is missing"))
}
