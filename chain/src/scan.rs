//! The scan of a range of blocks for deposits, through one node.

mod logs;
mod native;
mod transfers;

use std::{collections::HashMap, ops::RangeInclusive};

use alloy::{primitives::Address, rpc::types::Log};
use shared::chains::{Chain, NativeDeposits};

use crate::{
    awaited::AwaitedAddresses,
    node::{Block, LogQuery, Node, NodeError, NodeResult},
    sighting::{BlockRef, Deposit},
};
pub(crate) use logs::{LogLimits, portion};

/// The most questions for one range of blocks that list addresses.
const MOST_QUESTIONS: usize = 4;

/// The deposits in a range of blocks.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) deposits: Vec<Deposit>,
    /// The range's last block.
    pub(crate) end: BlockRef,
}

/// A scan that is under way.
struct Scan<'a> {
    node: &'a Node,
    chain: &'a Chain,
    limits: &'a mut LogLimits,
    awaited: &'a AwaitedAddresses,
    range: RangeInclusive<u64>,
    /// The blocks that are known so far, by number.
    blocks: HashMap<u64, Block>,
}

/// Scans the blocks after `below`, up to number `to`, for deposits to the awaited addresses.
///
/// # Errors
/// [`NodeError::Inconsistent`] where the node does not stand on `below`, or changes its mind meanwhile.
pub(crate) async fn scan(
    node: &Node,
    chain: &Chain,
    limits: &mut LogLimits,
    awaited: &AwaitedAddresses,
    below: BlockRef,
    to: u64,
) -> NodeResult<Scanned> {
    let range = below.number + 1..=to;
    let mut scan = Scan { node, chain, limits, awaited, range, blocks: HashMap::new() };
    let mut deposits = Vec::new();
    if !awaited.is_empty() {
        deposits.extend(scan.native_deposits(below).await?);
        deposits.extend(scan.token_deposits().await?);
    }
    deposits.retain(|deposit| awaited.watches(&deposit.to, deposit.block.time));
    // Asked last: answers on blocks that the node has dropped since must not count.
    let end = node.block(to).await?.ok_or(NodeError::Inconsistent("a block below the head is missing"))?;
    if scan.blocks.get(&to).is_some_and(|seen| seen.hash != end.hash) {
        return Err(NodeError::Inconsistent("a block changed while it was looked at"));
    }
    Ok(Scanned { deposits, end: BlockRef::from(&end) })
}

impl Scan<'_> {
    async fn native_deposits(&mut self, below: BlockRef) -> NodeResult<Vec<Deposit>> {
        if self.chain.native == NativeDeposits::Ignored {
            return Ok(Vec::new());
        }
        let full = self.node.full_blocks(self.range.clone()).await?;
        if full.first().is_some_and(|first| first.header.parent_hash != below.hash) {
            return Err(NodeError::Inconsistent("the blocks are not on top of those seen before"));
        }
        let mut deposits = native::carried(self.node, self.awaited, &full).await?;
        self.blocks.extend(full.into_iter().map(|block| (block.header.number(), block.header)));
        if self.chain.native == NativeDeposits::Balances {
            let sweeps = self.logs(&LogQuery::Sweeps(Address::ZERO), &self.awaited.native()).await?;
            let carried = &deposits;
            let sent_on =
                native::sent_on(self.node, self.awaited, &self.range, &self.blocks, carried, &sweeps).await?;
            deposits.extend(sent_on);
        }
        Ok(deposits)
    }

    async fn token_deposits(&mut self) -> NodeResult<Vec<Deposit>> {
        let logs = self.transfers().await?;
        transfers::learn_blocks(self.node, &logs, &mut self.blocks).await?;
        let deposits = logs
            .iter()
            .map(|log| transfers::token_deposit(self.chain, self.awaited, &self.blocks, &self.range, log));
        Ok(deposits.collect::<NodeResult<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The transfers to awaited addresses. From some number of addresses on, all transfers are asked for and matched
    /// here, so that the number of requests does not grow with the orders.
    async fn transfers(&mut self) -> NodeResult<Vec<Log>> {
        let tokens = transfers::watched_tokens(self.chain);
        if tokens.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        if self.limits.questions(self.awaited.count()) > MOST_QUESTIONS {
            let query = LogQuery::TransfersToAll(tokens.clone());
            let (limits, keep) = (*self.limits, |log: &Log| transfers::is_awaited(self.awaited, log));
            match portion(self.node, self.chain, limits, &query, &[], &self.range, keep).await {
                // The transfers of one block are more than this node tells at once.
                Err(NodeError::Refused { .. }) => {}
                found => {
                    let (limits, logs) = found?;
                    *self.limits = limits;
                    return Ok(logs);
                }
            }
        }
        self.logs(&LogQuery::Transfers(tokens), &self.awaited.addresses()).await
    }

    async fn logs(&mut self, query: &LogQuery, addresses: &[Address]) -> NodeResult<Vec<Log>> {
        logs::logs(self.node, self.chain, self.limits, query, addresses, &self.range).await
    }
}
