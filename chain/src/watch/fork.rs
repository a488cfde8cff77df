//! Reorganisations: back to the last block that is still in the chain.

use std::collections::HashMap;

use super::{ChainError, Progress};
use crate::{
    node::{Block, Node, NodeError},
    sighting::{BlockRef, Sighting},
    store::Work,
    watch::Tools,
};

/// How far to go back, in blocks, where a reorganisation went deeper than what counts as final.
const DEEP: u64 = 1000;

impl Tools {
    /// Checks that the chain, as `node` has it, still holds what was seen before. If it does not, takes
    /// back the deposits that are gone and goes back to the fork.
    pub(super) async fn leave_fork(
        &self,
        node: &Node,
        mut progress: Progress,
        head: &Block,
    ) -> Result<Progress, ChainError> {
        let mut known = progress.points_up_to(head.number()).into_iter();
        let newest = known.next().unwrap_or(progress.confirmed);
        if stands_on(node, newest).await? {
            if head.number() < progress.seen.number {
                return Err(NodeError::Inconsistent("the node is behind what was seen before").into());
            }
            return Ok(progress);
        }
        let mut fork = None;
        for point in known {
            if stands_on(node, point).await? {
                fork = Some(point);
                break;
            }
        }
        let fork = match fork {
            Some(fork) => fork,
            None => {
                let chain = &self.chain.name;
                tracing::error!(chain, "the chain was reorganised deeper than what counts as final");
                let number = progress.confirmed.number.saturating_sub(DEEP);
                let block = node.block(number).await?;
                (&block.ok_or(NodeError::Inconsistent("an old block is missing"))?).into()
            }
        };
        self.withdraw_above(node, fork).await?;
        progress.go_back_to(fork);
        self.save(Work::Watch, &progress).await?;
        Ok(progress)
    }

    /// Takes back the deposits above the fork whose blocks are gone.
    async fn withdraw_above(&self, node: &Node, fork: BlockRef) -> Result<(), ChainError> {
        let mut blocks = HashMap::new();
        for sighting in self.store.sightings(self.chain.id, fork.number + 1).await? {
            let block = sighting.deposit.block;
            let there = match blocks.get(&block) {
                Some(there) => *there,
                None => {
                    let there = stands_on(node, block).await?;
                    blocks.insert(block, there);
                    there
                }
            };
            if !there && !sighting.withdrawn {
                self.withdraw(&sighting).await?;
            }
        }
        Ok(())
    }

    /// Takes a deposit back: first tells of it, then writes that down, so that it is told again if it
    /// could not be written down.
    pub(super) async fn withdraw(&self, sighting: &Sighting) -> Result<Sighting, ChainError> {
        let chain = self.chain.id;
        let order = sighting.deposit.order_id;
        self.tell_all(sighting.withdrawal(chain).as_slice()).await?;
        let block = sighting.deposit.block.number;
        self.store.unconfirm(chain, order, &sighting.evidence_id(chain), block, self.now()).await?;
        let out = sighting.out();
        self.store.put_sighting(chain, sighting, &out, self.now()).await?;
        Ok(out)
    }
}

async fn stands_on(node: &Node, block: BlockRef) -> Result<bool, NodeError> {
    Ok(node.block(block.number).await?.is_some_and(|found| found.hash == block.hash))
}
