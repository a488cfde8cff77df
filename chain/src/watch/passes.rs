//! The two passes of a look.

use std::collections::{HashMap, HashSet};

use super::{ChainError, Progress, Tools, Watcher};
use crate::{
    node::{Block, Node, NodeError},
    scan::scan,
    sighting::{Deposit, Origin, Sighting},
    store::Work,
};

/// What was seen before, by where it was seen.
type Known = HashMap<String, Sighting>;

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
        while progress.seen.number < head.number() {
            let to = head.number().min(progress.seen.number + self.tools.chain.max_log_blocks);
            let chain = &self.tools.chain;
            let scanned = scan(node, chain, &mut self.limits, &self.awaited, progress.seen, to).await?;
            self.tools.tell(&mut known, &scanned.deposits).await?;
            progress.see(scanned.end);
            self.tools.save(Work::Watch, &progress).await?;
        }
        Ok(progress)
    }

    /// The second pass: confirms what has become final, as another node tells of it than the one with
    /// `index`, if there is another and it can be used.
    pub(super) async fn confirm_from(
        &mut self,
        index: usize,
        mut progress: Progress,
    ) -> Result<(), ChainError> {
        let mut failed = None;
        for turn in 1..=self.tools.nodes.len() {
            let node = self.tools.node((index + turn) % self.tools.nodes.len())?;
            match self.confirm_through(&node, &mut progress).await {
                Ok(()) => return Ok(()),
                Err(ChainError::Node(error)) => failed = Some(error),
                Err(error) => return Err(error),
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn confirm_through(&mut self, node: &Node, progress: &mut Progress) -> Result<(), ChainError> {
        self.tools.check_chain(node).await?;
        let head = node.head().await?;
        let last = node.final_block(&head, self.tools.chain.confirmations).await?;
        let last = last.map_or(0, |block| block.number()).min(progress.seen.number);
        if last <= progress.confirmed.number {
            return Ok(());
        }
        let mut known = self.tools.known(progress.confirmed.number + 1).await?;
        while progress.confirmed.number < last {
            let below = progress.confirmed;
            let to = last.min(below.number + self.tools.chain.max_log_blocks);
            let chain = &self.tools.chain;
            let scanned = scan(node, chain, &mut self.limits, &self.awaited, below, to).await?;
            let range = below.number + 1..=to;
            let there: HashSet<_> = scanned.deposits.iter().map(Deposit::place).collect();
            let in_range = known.values().filter(|seen| range.contains(&seen.deposit.block.number));
            let missing = in_range.filter(|seen| !seen.withdrawn && !there.contains(&seen.deposit.place()));
            for sighting in missing.cloned().collect::<Vec<_>>() {
                self.tools.take_back(node, &sighting).await?;
                known.remove(&sighting.deposit.place());
            }
            self.tools.confirm(&mut known, &scanned.deposits).await?;
            progress.confirmed = scanned.end;
            self.tools.save(Work::Watch, progress).await?;
        }
        Ok(())
    }
}

impl Tools {
    async fn known(&self, from_block: u64) -> Result<Known, ChainError> {
        let sightings = self.store.sightings(self.chain.id, from_block).await?;
        Ok(sightings.into_iter().map(|sighting| (sighting.deposit.place(), sighting)).collect())
    }

    /// Writes down and tells of deposits, those that were told of before included: whoever saw them may
    /// have died before telling.
    async fn tell(&self, known: &mut Known, deposits: &[Deposit]) -> Result<(), ChainError> {
        let mut evidence = Vec::with_capacity(deposits.len());
        for deposit in deposits {
            evidence.extend(self.see(known, deposit).await?.evidence(self.chain.id));
        }
        self.tell_all(&evidence).await
    }

    /// Tells of those deposits that were not known, and confirms all.
    async fn confirm(&self, known: &mut Known, deposits: &[Deposit]) -> Result<(), ChainError> {
        let told = |deposit: &&Deposit| known.get(&deposit.place()).is_some_and(|seen| !seen.withdrawn);
        let (_, new): (Vec<_>, Vec<_>) = deposits.iter().partition(told);
        let new: Vec<_> = new.into_iter().cloned().collect();
        self.tell(known, &new).await?;
        for deposit in deposits {
            let Some(sighting) = known.get(&deposit.place()) else { continue };
            let id = sighting.evidence_id(self.chain.id);
            let block = deposit.block.number;
            self.store.confirm(self.chain.id, deposit.order_id, &id, block, self.now()).await?;
        }
        Ok(())
    }

    async fn see(&self, known: &mut Known, deposit: &Deposit) -> Result<Sighting, ChainError> {
        let place = deposit.place();
        let (was, sighting) = match known.get(&place) {
            Some(seen) if !seen.withdrawn => return Ok(seen.clone()),
            Some(withdrawn) => (withdrawn.clone(), withdrawn.again()),
            None => {
                let same_payment = known.values().filter(|seen| {
                    seen.deposit.tx_hash == deposit.tx_hash && seen.deposit.order_id == deposit.order_id
                });
                let first_at = same_payment.map(|seen| seen.first_at).chain([deposit.block.time]).min();
                let new = Sighting::new(deposit.clone(), first_at.unwrap_or(deposit.block.time));
                (new.clone(), new)
            }
        };
        self.store.put_sighting(self.chain.id, &was, &sighting, self.now()).await?;
        known.insert(place, sighting.clone());
        Ok(sighting)
    }

    /// A deposit that was seen is not among the final ones. If its block is gone, so is the deposit. If its
    /// block is still there, one node is wrong; then the deposit goes only if most nodes deny it.
    async fn take_back(&self, node: &Node, sighting: &Sighting) -> Result<(), ChainError> {
        let block = sighting.deposit.block;
        let found = node.block(block.number).await?;
        if found.is_some_and(|found| found.hash == block.hash) && self.is_vouched_for(sighting).await {
            return Err(NodeError::Inconsistent("a deposit is missing from a block that had it").into());
        }
        self.withdraw(sighting).await.map(drop)
    }

    async fn is_vouched_for(&self, sighting: &Sighting) -> bool {
        let mut votes = 0;
        for node in &self.nodes {
            votes += usize::from(vouches(node, &sighting.deposit).await);
        }
        votes * 2 >= self.nodes.len()
    }
}

/// Whether a node has a deposit's transaction, with what shows it. A rise of a balance has none.
async fn vouches(node: &Node, deposit: &Deposit) -> bool {
    let Ok(Some(receipt)) = node.receipt(deposit.tx_hash).await else { return false };
    let shows = match deposit.origin {
        Origin::Log(index) => receipt.logs.iter().any(|log| log.log_index == Some(index)),
        Origin::Transaction => receipt.succeeded(),
        Origin::Balance => false,
    };
    shows && receipt.block_hash == deposit.block.hash
}
