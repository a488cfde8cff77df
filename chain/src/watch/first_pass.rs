//! The first pass of a poll: evidence of deposits up to the head.

use super::{progress::Progress, watcher::Watcher};
use crate::{
    error::ChainError,
    node::{Block, Node},
};

impl Watcher {
    /// Sends evidence of the deposits up to the head.
    pub(super) async fn see_up_to(
        &mut self,
        node: &Node,
        mut progress: Progress,
        head: &Block,
    ) -> Result<Progress, ChainError> {
        if progress.seen.number >= head.number() {
            return Ok(progress);
        }
        let mut known = self.known(progress.seen.number.min(progress.confirmed.number) + 1).await?;
        // Nothing, unless the chain was reorganised or another watcher died here.
        self.withdraw_gone(node, &mut known, progress.seen.number + 1..=head.number()).await?;
        while progress.seen.number < head.number() {
            let scanned = self.scan(node, progress.seen, head.number()).await?;
            self.report(&mut known, &scanned.deposits, false).await?;
            progress.see(scanned.end);
            self.lease.save(&progress).await?;
        }
        Ok(progress)
    }
}
