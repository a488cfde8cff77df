//! Reorganisations: back to the last block that is still in the chain.
//!
//! The cursor goes back first, and is saved. So whatever happens after that, everything above the fork is
//! looked at again, and what is gone is withdrawn then.

use std::{collections::HashMap, ops::RangeInclusive};

use super::{ChainError, Progress, passes::Known};
use crate::{
    node::{Block, Node, NodeError},
    sighting::{BlockRef, Sighting},
    store::Work,
    tools::Tools,
};

/// How far to go back, in blocks, where a reorganisation went deeper than what counts as final.
const DEEP: u64 = 1000;

impl Tools {
    /// Checks that the chain, as `node` has it, still holds what was seen before. If it does not, goes back
    /// to the fork.
    pub(super) async fn leave_fork(
        &self,
        node: &Node,
        mut progress: Progress,
        head: &Block,
    ) -> Result<Progress, ChainError> {
        let behind = NodeError::Inconsistent("the node is behind what was seen before");
        let mut known = progress.points_up_to(head.number()).into_iter();
        let Some(newest) = known.next() else { return Err(behind.into()) };
        if stands_on(node, newest).await? {
            if head.number() < progress.seen.number {
                return Err(behind.into());
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
        progress.go_back_to(fork);
        self.save(Work::Watch, &progress).await?;
        Ok(progress)
    }

    /// Takes back what is known of the blocks in `range` that are gone. What has been taken back before is
    /// taken back again: whoever did may have died before telling.
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

    /// Takes a deposit back: first writes it down, then tells of it. Who comes upon it once more does both
    /// again, and tells of every former withdrawal before telling of the deposit anew: if this dies in
    /// between and the chain goes back to the block, it must neither count twice nor not at all.
    pub(super) async fn withdraw(&self, sighting: &Sighting) -> Result<Sighting, ChainError> {
        let (chain, deposit, now) = (self.chain.id, &sighting.deposit, self.now());
        let out = if sighting.withdrawn { sighting.clone() } else { sighting.out() };
        self.store.remember_payment(chain, &out, now).await?;
        self.store.put_sighting(chain, sighting, &out, now).await?;
        for id in out.withdrawn_ids(chain) {
            self.store.unconfirm(chain, deposit.order_id, &id, deposit.block.number, now).await?;
        }
        self.tell_all(&out.withdrawals(chain).collect::<Vec<_>>()).await?;
        Ok(out)
    }
}

pub(super) async fn stands_on(node: &Node, block: BlockRef) -> Result<bool, NodeError> {
    Ok(node.block(block.number).await?.is_some_and(|found| found.hash == block.hash))
}
