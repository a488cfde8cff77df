//! Deposits of the native token, which emits no logs.

use std::{collections::HashMap, ops::RangeInclusive};

use alloy::{
    primitives::{Address, U256},
    rpc::types::Log,
};
use futures_util::future::try_join_all;
use shared::kernel::OrderId;

use crate::{
    awaited::AwaitedAddresses,
    node::{Block, FullBlock, Node, NodeError, NodeResult},
    sighting::{BlockRef, Deposit, Origin},
};

/// Transactions that carry the native token to an awaited address, and succeeded.
pub(super) async fn carried(
    node: &Node,
    awaited: &AwaitedAddresses,
    blocks: &[FullBlock],
) -> NodeResult<Vec<Deposit>> {
    let mut deposits = Vec::new();
    for block in blocks {
        for transaction in &block.transactions {
            let Some(to) = transaction.to else { continue };
            let Some(order_id) = awaited.order_at(&to) else { continue };
            if transaction.value.is_zero() {
                continue;
            }
            let receipt = node.receipt(transaction.hash).await?;
            let receipt = receipt.filter(|receipt| receipt.block_hash == block.header.hash);
            let receipt = receipt.ok_or(NodeError::Inconsistent("a transaction's receipt is missing"))?;
            if receipt.succeeded() {
                deposits.push(Deposit {
                    order_id,
                    block: BlockRef::from(&block.header),
                    tx_hash: transaction.hash,
                    origin: Origin::Transaction,
                    from: Some(transaction.from),
                    to,
                    token: Address::ZERO,
                    amount: transaction.value,
                });
            }
        }
    }
    Ok(deposits)
}

/// Money that contracts sent on to the addresses of orders that ask for the native token. It shows in their
/// balances alone, as a rise that no transaction explains. Needs the balances at these blocks, which nodes that are
/// no archives forget after minutes.
pub(super) async fn sent_on(
    node: &Node,
    awaited: &AwaitedAddresses,
    range: &RangeInclusive<u64>,
    blocks: &HashMap<u64, Block>,
    carried: &[Deposit],
    sweeps: &[Log],
) -> NodeResult<Vec<Deposit>> {
    let mut deposits = Vec::new();
    for some in awaited.native().chunks(Node::AT_ONCE) {
        let searches = some.iter().filter_map(|address| {
            let order_id = awaited.order_at(address)?;
            let account = Account::new(*address, order_id, carried, sweeps);
            Some(async move { account.find(node, range, blocks).await })
        });
        deposits.extend(try_join_all(searches).await?.into_iter().flatten());
    }
    Ok(deposits)
}

/// An address with its known receipts and sweeps.
struct Account {
    address: Address,
    order_id: OrderId,
    /// The amounts that transactions carried here, by block.
    carried: Vec<(u64, U256)>,
    /// The amounts that were swept from here, by block. Nothing else ever leaves a forwarder.
    swept: Vec<(u64, U256)>,
}

impl Account {
    fn new(address: Address, order_id: OrderId, carried: &[Deposit], sweeps: &[Log]) -> Self {
        let carried = carried.iter().filter(|deposit| deposit.order_id == order_id);
        let swept = sweeps
            .iter()
            .filter(|log| log.address() == address)
            .filter_map(|log| Some((log.block_number?, U256::try_from_be_slice(&log.data().data)?)));
        Self {
            address,
            order_id,
            carried: carried.map(|deposit| (deposit.block.number, deposit.amount)).collect(),
            swept: swept.collect(),
        }
    }

    /// Halves the range until each rise that nothing explains is down to its block.
    async fn find(
        &self,
        node: &Node,
        range: &RangeInclusive<u64>,
        blocks: &HashMap<u64, Block>,
    ) -> NodeResult<Vec<Deposit>> {
        let (below, to) = (range.start() - 1, *range.end());
        let balances =
            (node.balance_at(self.address, below).await?, node.balance_at(self.address, to).await?);
        let mut open = vec![(below, to, balances)];
        let mut deposits = Vec::new();
        while let Some((below, to, (before, after))) = open.pop() {
            let amount = self.unexplained(below, to, before, after);
            if amount.is_zero() {
                continue;
            }
            if to - below > 1 {
                let middle = below + (to - below) / 2;
                let balance = node.balance_at(self.address, middle).await?;
                open.extend([(below, middle, (before, balance)), (middle, to, (balance, after))]);
            } else if let Some(block) = blocks.get(&to) {
                deposits.push(self.deposit(block, amount));
            }
        }
        Ok(deposits)
    }

    fn unexplained(&self, below: u64, to: u64, before: U256, after: U256) -> U256 {
        let sum = |of: &[(u64, U256)]| {
            let there = of.iter().filter(|(block, _)| *block > below && *block <= to);
            there.fold(U256::ZERO, |sum, (_, amount)| sum.saturating_add(*amount))
        };
        after.saturating_add(sum(&self.swept)).saturating_sub(before).saturating_sub(sum(&self.carried))
    }

    fn deposit(&self, block: &Block, amount: U256) -> Deposit {
        Deposit {
            order_id: self.order_id,
            block: BlockRef::from(block),
            tx_hash: block.hash,
            origin: Origin::Balance,
            from: None,
            to: self.address,
            token: Address::ZERO,
            amount,
        }
    }
}
