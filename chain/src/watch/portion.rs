//! Scans in portions that a node can answer in time.

use std::time::Duration;

use super::watcher::Watcher;
use crate::{
    node::{Node, NodeError, NodeResult},
    scan::{Scanned, scan},
    sighting::BlockRef,
};

/// The longest time that a scan may take: a run of the function has time for a few such portions.
const LONGEST_SCAN: Duration = Duration::from_secs(20);

impl Watcher {
    /// Scans some of the blocks after `below`, up to number `last` at most. Each success doubles the number of
    /// blocks for the next time, and each failure halves it.
    pub(super) async fn scan(&mut self, node: &Node, below: BlockRef, last: u64) -> NodeResult<Scanned> {
        let chain = &self.context.chain;
        let to = last.min(below.number + self.portion);
        let scan = scan(node, chain, &mut self.limits, &self.awaited, below, to);
        let slow = NodeError::Inconsistent("it takes too long to look through the blocks");
        let scanned = tokio::time::timeout(LONGEST_SCAN, scan).await.unwrap_or(Err(slow));
        self.portion = match &scanned {
            Ok(_) => (self.portion * 2).min(chain.max_log_blocks),
            Err(_) => (self.portion / 2).max(1),
        };
        scanned
    }
}
