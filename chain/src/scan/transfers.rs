//! Deposits of tokens, which emit a log for each transfer.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};

use alloy::{
    primitives::{Address, U256},
    rpc::types::Log,
};
use futures_util::future::try_join_all;
use shared::chains::{Chain, Tokens};

use crate::{
    abi::TRANSFER,
    awaited::AwaitedAddresses,
    node::{Block, Node, NodeError, NodeResult},
    sighting::{BlockRef, Deposit, Origin},
};

/// The tokens whose transfers are asked for; `None` for those of all.
pub(super) fn watched_tokens(chain: &Chain) -> Option<Vec<Address>> {
    match &chain.tokens {
        Tokens::Any(_) => None,
        Tokens::Listed(tokens) => Some(tokens.iter().filter_map(|token| token.evm()).collect()),
    }
}

/// True if the log is a transfer to an awaited address.
pub(super) fn is_awaited(awaited: &AwaitedAddresses, log: &Log) -> bool {
    log.topics().get(2).is_some_and(|to| awaited.order_at(&Address::from_word(*to)).is_some())
}

/// Asks for the blocks of logs that are not known yet.
pub(super) async fn learn_blocks(
    node: &Node,
    logs: &[Log],
    blocks: &mut HashMap<u64, Block>,
) -> NodeResult<()> {
    let numbers: HashSet<u64> = logs.iter().filter_map(|log| log.block_number).collect();
    let unknown: Vec<u64> = numbers.into_iter().filter(|number| !blocks.contains_key(number)).collect();
    for some in unknown.chunks(Node::AT_ONCE) {
        let found = try_join_all(some.iter().map(|number| node.block(*number))).await?;
        blocks.extend(found.into_iter().flatten().map(|block| (block.number(), block)));
    }
    Ok(())
}

/// The deposit that a log shows; `None` where it moves nothing. A log that was not asked for, or that
/// is of another block than the node says is there, discredits the whole answer.
pub(super) fn token_deposit(
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
