//! The two passes of a look.

use std::{collections::HashMap, time::Duration};

use super::{ChainError, Progress, Tools, Watcher, fork::stands_on, votes::Verdict};
use crate::{
    node::{Block, Node, NodeError},
    scan::{Scanned, scan},
    sighting::{BlockRef, Deposit, Sighting},
    store::Work,
};

/// What was seen before, by where it was seen.
pub(super) type Known = HashMap<String, Sighting>;

/// How long looking through some blocks may take: a run of the function has time for a few such portions.
const LONGEST_SCAN: Duration = Duration::from_secs(20);

/// How far a node may be behind another one and still be asked what is final, in milliseconds.
const STALE_MILLIS: i64 = 60_000;

impl Watcher {
    /// The first pass: tells of the deposits up to the head.
    pub(super) async fn see_up_to(
        &mut self,
        node: &Node,
        mut progress: Progress,
        head: &Block,
    ) -> Result<Progress, ChainError> {
        if progress.seen.number >= head.number() {
            return Ok(progress);
        }
        let mut known = self.tools.known(progress.seen.number.min(progress.confirmed.number) + 1).await?;
        // Nothing, unless the chain was reorganised or another watcher died here.
        self.tools.withdraw_gone(node, &mut known, progress.seen.number + 1..=head.number()).await?;
        while progress.seen.number < head.number() {
            let scanned = self.scan(node, progress.seen, head.number()).await?;
            self.tools.tell(&mut known, &scanned.deposits, false).await?;
            progress.see(scanned.end);
            self.tools.save(Work::Watch, &progress).await?;
        }
        Ok(progress)
    }

    /// The second pass: confirms what has become final, as another node tells of it than the one with
    /// `index`, if there is another and it can be used. Tells which node the next look is to begin with.
    pub(super) async fn confirm_from(
        &mut self,
        index: usize,
        head: &Block,
        mut progress: Progress,
    ) -> Result<usize, ChainError> {
        let mut elsewhere = Vec::new();
        for turn in 1..self.tools.nodes.len() {
            let other = (index + turn) % self.tools.nodes.len();
            let node = self.tools.node(other)?;
            match self.confirm_through(&node, head, &mut progress).await {
                Ok(newest) => return Ok(if is_stale(head, &newest) { other } else { index }),
                Err(ChainError::Node(NodeError::OtherFork)) => elsewhere.push(other),
                Err(ChainError::Node(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(other) = elsewhere.first() {
            // Two against one: the next look is through one of those two.
            if elsewhere.len() > 1 {
                self.preferred = *other;
            }
            return Err(ChainError::Contradiction);
        }
        let node = self.tools.node(index)?;
        self.confirm_through(&node, head, &mut progress).await.map(|_| index)
    }

    /// Confirms what is final according to `node`; its newest block.
    async fn confirm_through(
        &mut self,
        node: &Node,
        seen_head: &Block,
        progress: &mut Progress,
    ) -> Result<Block, ChainError> {
        self.tools.check_chain(node).await?;
        let head = node.head().await?;
        let newest = progress.points_up_to(head.number()).into_iter().next();
        let Some(newest) = newest.filter(|_| !is_stale(&head, seen_head)) else {
            return Err(NodeError::Inconsistent("the node is far behind").into());
        };
        if !stands_on(node, newest).await? {
            return Err(NodeError::OtherFork.into());
        }
        let last = node.final_block(&head, self.tools.chain.confirmations).await?;
        let last = last.map_or(0, |block| block.number()).min(newest.number);
        if last <= progress.confirmed.number {
            return Ok(head);
        }
        let mut known = self.tools.known(progress.confirmed.number + 1).await?;
        while progress.confirmed.number < last {
            let below = progress.confirmed;
            let scanned = self.scan(node, below, last).await?;
            let range = below.number + 1..=scanned.end.number;
            let seen = known.values().filter(|seen| range.contains(&seen.deposit.block.number));
            let missing = seen.filter(|seen| !scanned.deposits.contains(&seen.deposit));
            for sighting in missing.cloned().collect::<Vec<_>>() {
                let out = self.tools.take_back(node, &sighting).await?;
                known.insert(out.deposit.place(), out);
            }
            self.tools.confirm(&mut known, &scanned.deposits).await?;
            progress.confirmed = scanned.end;
            self.tools.save(Work::Watch, progress).await?;
        }
        Ok(head)
    }
}

impl Watcher {
    /// Looks through some of the blocks after `below`, up to number `last` at most: as many as went well
    /// of late. What takes too long is too much, as is what fails: each time half as many are asked for.
    async fn scan(&mut self, node: &Node, below: BlockRef, last: u64) -> Result<Scanned, NodeError> {
        let chain = &self.tools.chain;
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

/// Whether a node whose newest block is `head` does not follow the chain as one whose newest is `other`.
fn is_stale(head: &Block, other: &Block) -> bool {
    head.time().plus_millis(STALE_MILLIS) < other.time()
}

impl Tools {
    async fn known(&self, from_block: u64) -> Result<Known, ChainError> {
        let sightings = self.store.sightings(self.chain.id, from_block).await?;
        Ok(sightings.into_iter().map(|sighting| (sighting.deposit.place(), sighting)).collect())
    }

    /// Writes down and tells of deposits, those that were told of before included: whoever saw them may
    /// have died before telling.
    async fn tell(&self, known: &mut Known, deposits: &[Deposit], doubted: bool) -> Result<(), ChainError> {
        let (mut withdrawals, mut evidence) = (Vec::new(), Vec::with_capacity(deposits.len()));
        for deposit in deposits {
            let sighting = self.see(known, deposit, doubted).await?;
            withdrawals.extend(sighting.withdrawals(self.chain.id));
            evidence.extend(sighting.evidence(self.chain.id));
        }
        // Before what came instead, which must not count beside it.
        self.tell_all(&withdrawals).await?;
        self.tell_all(&evidence).await
    }

    /// Tells of these deposits and confirms them. Those that were not known are believed only if the nodes
    /// agree; where they contradict each other, nobody misses sight of them, and nothing is confirmed.
    async fn confirm(&self, known: &mut Known, deposits: &[Deposit]) -> Result<(), ChainError> {
        let (mut sure, mut doubted) = (Vec::with_capacity(deposits.len()), Vec::new());
        for deposit in deposits {
            let is_known = known.get(&deposit.place()).is_some_and(|seen| !seen.withdrawn && !seen.doubted);
            match if is_known { Verdict::There } else { self.verdict(deposit).await } {
                Verdict::There => sure.push(deposit.clone()),
                Verdict::Contradiction => doubted.push(deposit.clone()),
                Verdict::NotThere => {
                    return Err(NodeError::Inconsistent("no other node knows of a deposit").into());
                }
            }
        }
        self.tell(known, &sure, false).await?;
        self.tell(known, &doubted, true).await?;
        if !doubted.is_empty() {
            return Err(ChainError::Contradiction);
        }
        for deposit in deposits {
            let Some(sighting) = known.get(&deposit.place()) else { continue };
            let id = sighting.evidence_id(self.chain.id);
            let block = deposit.block.number;
            self.store.confirm(self.chain.id, deposit.order_id, &id, block, self.now()).await?;
        }
        Ok(())
    }

    async fn see(&self, known: &mut Known, deposit: &Deposit, doubted: bool) -> Result<Sighting, ChainError> {
        let place = deposit.place();
        let (was, mut sighting) = match known.get(&place) {
            Some(seen) if !seen.withdrawn => return Ok(seen.clone()),
            Some(withdrawn) => (withdrawn.clone(), withdrawn.again(deposit)),
            None => {
                let before = self.store.payment_first_at(self.chain.id, deposit).await?;
                let first_at = before.map_or(deposit.block.time, |before| before.min(deposit.block.time));
                let new = Sighting::new(deposit.clone(), first_at);
                (new.clone(), new)
            }
        };
        sighting.doubted = doubted;
        self.store.put_sighting(self.chain.id, &was, &sighting, self.now()).await?;
        known.insert(place, sighting.clone());
        Ok(sighting)
    }

    /// A deposit that was seen is not among the final ones. If its block is gone, so is the deposit. If its
    /// block is still there, some node is wrong.
    async fn take_back(&self, node: &Node, sighting: &Sighting) -> Result<Sighting, ChainError> {
        let block = sighting.deposit.block;
        if !sighting.withdrawn && stands_on(node, block).await? {
            match self.verdict(&sighting.deposit).await {
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
}
