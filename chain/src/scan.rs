//! Finds the deposits in a range of blocks, as one node tells of it.

mod native;

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};

use alloy::{
    primitives::{Address, U256},
    rpc::types::Log,
};
use futures_util::future::try_join_all;
use shared::chains::{Chain, NativeDeposits, Tokens};

use crate::{
    TRANSFER,
    awaited::AwaitedAddresses,
    node::{Block, LogQuery, Node, NodeError, NodeResult},
    sighting::{BlockRef, Deposit, Origin},
};

/// How much one `eth_getLogs` may ask for: what the settings allow, less after a refusal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogLimits {
    blocks: u64,
    addresses: usize,
}

/// What a range of blocks holds.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) deposits: Vec<Deposit>,
    /// The range's last block.
    pub(crate) end: BlockRef,
}

impl LogLimits {
    pub(crate) fn new(chain: &Chain) -> Self {
        Self { blocks: chain.max_log_blocks, addresses: chain.max_log_addresses }
    }

    /// After a refusal: blocks first, since a provider limits those most often. `false` where there is
    /// nothing left to halve.
    fn halve(&mut self, blocks: u64, addresses: usize) -> bool {
        if blocks > 1 {
            self.blocks = blocks / 2;
        } else if addresses > 1 {
            self.addresses = addresses / 2;
        } else {
            return false;
        }
        true
    }

    /// After a success: a refusal may have been a moment's.
    fn grow(&mut self, chain: &Chain) {
        self.blocks = (self.blocks + self.blocks / 8 + 1).min(chain.max_log_blocks);
        self.addresses = (self.addresses + self.addresses / 8 + 1).min(chain.max_log_addresses);
    }
}

impl From<&Block> for BlockRef {
    fn from(block: &Block) -> Self {
        Self { number: block.number(), hash: block.hash, time: block.time() }
    }
}

/// Looks through the blocks after `below`, up to number `to`, for deposits to the awaited addresses.
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
    let mut deposits = Vec::new();
    let mut blocks = HashMap::new();
    if !awaited.is_empty() {
        if chain.native != NativeDeposits::Ignored {
            let full = node.full_blocks(range.clone()).await?;
            if full.first().is_some_and(|first| first.header.parent_hash != below.hash) {
                return Err(NodeError::Inconsistent("the blocks are not on top of those seen before"));
            }
            deposits.extend(native::carried(node, awaited, &full).await?);
            blocks.extend(full.into_iter().map(|block| (block.header.number(), block.header)));
        }
        if chain.native == NativeDeposits::Balances {
            let flushes =
                logs(node, chain, limits, &LogQuery::Flushes(Address::ZERO), &awaited.native(), &range)
                    .await?;
            deposits.extend(native::sent_on(node, awaited, &range, &blocks, &deposits, &flushes).await?);
        }
        let transfers = LogQuery::Transfers(watched_tokens(chain));
        let logs = logs(node, chain, limits, &transfers, &awaited.addresses(), &range).await?;
        learn_blocks(node, &logs, &mut blocks).await?;
        for log in &logs {
            deposits.extend(token_deposit(chain, awaited, &blocks, &range, log)?);
        }
    }
    deposits.retain(|deposit| awaited.watches(&deposit.to, deposit.block.time));
    // Asked last: what the node said of blocks that it has dropped since must not count.
    let end = node.block(to).await?.ok_or(NodeError::Inconsistent("a block below the head is missing"))?;
    if blocks.get(&to).is_some_and(|seen| seen.hash != end.hash) {
        return Err(NodeError::Inconsistent("a block changed while it was looked at"));
    }
    Ok(Scanned { deposits, end: BlockRef::from(&end) })
}

/// The tokens whose transfers are asked for; `None` for those of all.
fn watched_tokens(chain: &Chain) -> Option<Vec<Address>> {
    match &chain.tokens {
        Tokens::Any(_) => None,
        Tokens::Listed(tokens) => Some(tokens.iter().filter_map(|token| token.evm()).collect()),
    }
}

/// The logs of these addresses, asked for in portions that the node takes.
async fn logs(
    node: &Node,
    chain: &Chain,
    limits: &mut LogLimits,
    query: &LogQuery,
    addresses: &[Address],
    range: &RangeInclusive<u64>,
) -> NodeResult<Vec<Log>> {
    if matches!(query, LogQuery::Transfers(Some(tokens)) if tokens.is_empty()) {
        return Ok(Vec::new());
    }
    let before = *limits;
    let addresses: Vec<_> = addresses.chunks(before.addresses).collect();
    let mut portions = Vec::with_capacity(addresses.len());
    for some in addresses.chunks(Node::AT_ONCE) {
        let asked = some.iter().map(|some| portion(node, chain, before, query, some, range));
        // Where even the least is refused, its size is not why.
        portions.extend(try_join_all(asked).await.inspect_err(|_| *limits = LogLimits::new(chain))?);
    }
    limits.blocks = portions.iter().map(|(limits, _)| limits.blocks).min().unwrap_or(before.blocks);
    limits.addresses = portions.iter().map(|(limits, _)| limits.addresses).min().unwrap_or(before.addresses);
    Ok(portions.into_iter().flat_map(|(_, logs)| logs).collect())
}

/// The logs of some of the addresses, the oldest first, and the limits that the node kept to at last.
pub(crate) async fn portion(
    node: &Node,
    chain: &Chain,
    mut limits: LogLimits,
    query: &LogQuery,
    addresses: &[Address],
    range: &RangeInclusive<u64>,
) -> NodeResult<(LogLimits, Vec<Log>)> {
    let mut logs = Vec::new();
    let mut open = vec![(addresses, *range.start())];
    while let Some((some, from)) = open.pop() {
        let to = (*range.end()).min(from.saturating_add(limits.blocks - 1));
        match node.logs_of(query, &(from..=to), some).await {
            Ok(found) => {
                logs.extend(found);
                limits.grow(chain);
                if to < *range.end() {
                    open.push((some, to + 1));
                }
            }
            Err(NodeError::Refused { .. }) if limits.halve(to - from + 1, some.len()) => {
                let (some, others) = some.split_at(some.len().min(limits.addresses));
                open.push((some, from));
                if !others.is_empty() {
                    open.push((others, from));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok((limits, logs))
}

/// Asks for the blocks of logs that are not known yet.
async fn learn_blocks(node: &Node, logs: &[Log], blocks: &mut HashMap<u64, Block>) -> NodeResult<()> {
    let numbers: HashSet<u64> = logs.iter().filter_map(|log| log.block_number).collect();
    let unknown: Vec<u64> = numbers.into_iter().filter(|number| !blocks.contains_key(number)).collect();
    for some in unknown.chunks(Node::AT_ONCE) {
        let found = try_join_all(some.iter().map(|number| node.block(*number))).await?;
        blocks.extend(found.into_iter().flatten().map(|block| (block.number(), block)));
    }
    Ok(())
}

/// The deposit that a log tells of; `None` where it moves nothing. A log that was not asked for, or that
/// is of another block than the node says is there, discredits the whole answer.
fn token_deposit(
    chain: &Chain,
    awaited: &AwaitedAddresses,
    blocks: &HashMap<u64, Block>,
    range: &RangeInclusive<u64>,
    log: &Log,
) -> NodeResult<Option<Deposit>> {
    let wrong = NodeError::Inconsistent("a log is not what was asked for");
    let block =
        log.block_number.filter(|number| range.contains(number)).and_then(|number| blocks.get(&number));
    let (Some(block), Some(tx_hash), Some(log_index)) = (block, log.transaction_hash, log.log_index) else {
        return Err(wrong);
    };
    let asked_for = match &chain.tokens {
        Tokens::Any(_) => true,
        Tokens::Listed(tokens) => tokens.iter().any(|token| token.evm() == Some(log.address())),
    };
    let &[event, from, to, ..] = log.topics() else { return Err(wrong) };
    let to = Address::from_word(to);
    let Some(order_id) = awaited.order_at(&to) else { return Err(wrong) };
    if event != TRANSFER || !asked_for || log.removed || log.block_hash != Some(block.hash) {
        return Err(wrong);
    }
    // NFTs have a fourth topic and no amount; some emit the same event.
    let Some(amount) = U256::try_from_be_slice(&log.data().data).filter(|_| log.topics().len() == 3) else {
        return Ok(None);
    };
    Ok((!amount.is_zero()).then(|| Deposit {
        order_id,
        block: BlockRef::from(block),
        tx_hash,
        origin: Origin::Log(log_index),
        from: Some(Address::from_word(from)),
        to,
        token: log.address(),
        amount,
    }))
}
