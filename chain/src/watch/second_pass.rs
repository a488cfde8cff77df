//! The second pass of a poll: confirmation of the deposits in final blocks.

use super::{
    fork::stands_on,
    progress::Progress,
    sightings::Known,
    votes::{Verdict, verdict},
    watcher::Watcher,
};
use crate::{
    error::ChainError,
    node::{Block, Node, NodeError, NodeResult},
    scan::Scanned,
    sighting::{Deposit, Sighting},
};

/// The time by which a node may be behind another one and still confirm, in milliseconds.
const STALE_MILLIS: i64 = 60_000;

impl Watcher {
    /// Confirms final deposits through another node than the one with `index`, if another can be used.
    /// Returns the index of the node to begin with next time.
    pub(super) async fn confirm_from(
        &mut self,
        index: usize,
        head: &Block,
        mut progress: Progress,
    ) -> Result<usize, ChainError> {
        let mut elsewhere = Vec::new();
        for turn in 1..self.context.nodes.count() {
            let other = (index + turn) % self.context.nodes.count();
            let node = self.context.nodes.get(other)?;
            match self.confirm_through(&node, head, &mut progress).await {
                Ok(newest) => return Ok(if is_stale(head, &newest) { other } else { index }),
                Err(ChainError::Node(NodeError::OtherFork)) => elsewhere.push(other),
                Err(ChainError::Node(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(other) = elsewhere.first() {
            // Two against one: the next poll is through one of those two.
            if elsewhere.len() > 1 {
                self.preferred = *other;
            }
            return Err(ChainError::Contradiction);
        }
        let node = self.context.nodes.get(index)?;
        self.confirm_through(&node, head, &mut progress).await.map(|_| index)
    }

    /// Confirms final deposits through `node`. Returns its newest block.
    async fn confirm_through(
        &mut self,
        node: &Node,
        seen_head: &Block,
        progress: &mut Progress,
    ) -> Result<Block, ChainError> {
        let (head, last) = self.last_final(node, seen_head, progress).await?;
        if last <= progress.confirmed.number {
            return Ok(head);
        }
        let mut known = self.known(progress.confirmed.number + 1).await?;
        while progress.confirmed.number < last {
            let scanned = self.scan(node, progress.confirmed, last).await?;
            self.withdraw_missing(node, &mut known, progress.confirmed.number, &scanned).await?;
            self.confirm(&mut known, &scanned.deposits).await?;
            progress.confirmed = scanned.end;
            self.lease.save(progress).await?;
        }
        Ok(head)
    }

    /// The newest block of a node that follows the same chain, and the number of the last block that is final and
    /// seen.
    async fn last_final(
        &self,
        node: &Node,
        seen_head: &Block,
        progress: &Progress,
    ) -> NodeResult<(Block, u64)> {
        self.context.nodes.check_chain(node).await?;
        let head = node.head().await?;
        let newest = progress.points_up_to(head.number()).into_iter().next();
        let Some(newest) = newest.filter(|_| !is_stale(&head, seen_head)) else {
            return Err(NodeError::Inconsistent("the node is far behind"));
        };
        if !stands_on(node, newest).await? {
            return Err(NodeError::OtherFork);
        }
        let last = node.final_block(&head, self.context.chain.confirmations).await?;
        Ok((head, last.map_or(0, |block| block.number()).min(newest.number)))
    }

    /// Withdraws the deposits that were seen in the scanned blocks and are not among the final ones.
    async fn withdraw_missing(
        &self,
        node: &Node,
        known: &mut Known,
        below: u64,
        scanned: &Scanned,
    ) -> Result<(), ChainError> {
        let range = below + 1..=scanned.end.number;
        let seen = known.values().filter(|seen| range.contains(&seen.deposit.block.number));
        let missing = seen.filter(|seen| !scanned.deposits.contains(&seen.deposit));
        for sighting in missing.cloned().collect::<Vec<_>>() {
            let withdrawn = self.withdraw_unless_there(node, &sighting).await?;
            known.insert(withdrawn.deposit.place(), withdrawn);
        }
        Ok(())
    }

    /// Withdraws a deposit whose block is gone. If the block is still there, some node is wrong.
    async fn withdraw_unless_there(&self, node: &Node, sighting: &Sighting) -> Result<Sighting, ChainError> {
        if !sighting.withdrawn && stands_on(node, sighting.deposit.block).await? {
            match verdict(&self.context.nodes, &sighting.deposit).await {
                Verdict::NotThere => {}
                Verdict::Contradiction => return Err(ChainError::Contradiction),
                Verdict::There => {
                    let wrong = "a deposit is missing from a block that has it";
                    return Err(NodeError::Inconsistent(wrong).into());
                }
            }
        }
        self.withdraw(sighting).await
    }

    /// Sends evidence of these deposits and confirms them. Deposits that were not known count only if the nodes
    /// agree. Where nodes contradict each other, the deposits stay visible, and nothing is confirmed.
    async fn confirm(&self, known: &mut Known, deposits: &[Deposit]) -> Result<(), ChainError> {
        let (sure, doubted) = self.judge(known, deposits).await?;
        self.report(known, &sure, false).await?;
        self.report(known, &doubted, true).await?;
        if !doubted.is_empty() {
            return Err(ChainError::Contradiction);
        }
        let (chain, store) = (self.context.chain.id, &self.context.store);
        for deposit in deposits {
            let Some(sighting) = known.get(&deposit.place()) else { continue };
            let (id, block) = (sighting.evidence_id(chain), deposit.block.number);
            store.confirm(chain, deposit.order_id, &id, block, self.context.now()).await?;
        }
        Ok(())
    }

    /// Splits deposits into those that are sure and those that nodes contradict each other on.
    async fn judge(
        &self,
        known: &Known,
        deposits: &[Deposit],
    ) -> Result<(Vec<Deposit>, Vec<Deposit>), ChainError> {
        let (mut sure, mut doubted) = (Vec::with_capacity(deposits.len()), Vec::new());
        for deposit in deposits {
            let is_known = known.get(&deposit.place()).is_some_and(|seen| !seen.withdrawn && !seen.doubted);
            match if is_known { Verdict::There } else { verdict(&self.context.nodes, deposit).await } {
                Verdict::There => sure.push(deposit.clone()),
                Verdict::Contradiction => doubted.push(deposit.clone()),
                Verdict::NotThere => {
                    return Err(NodeError::Inconsistent("no other node knows of a deposit").into());
                }
            }
        }
        Ok((sure, doubted))
    }
}

/// `true` if a node with the newest block `head` is far behind one with `other`.
fn is_stale(head: &Block, other: &Block) -> bool {
    head.time().plus_millis(STALE_MILLIS) < other.time()
}
