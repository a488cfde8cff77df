//! The answers of a node, as far as they matter here.

use alloy::{
    primitives::{Address, B256, U64, U128, U256},
    rpc::types::Log,
};
use serde::Deserialize;
use shared::kernel::Timestamp;

/// A block's header, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Block {
    number: U64,
    /// Its hash.
    pub(crate) hash: B256,
    /// The hash of the block below.
    pub(crate) parent_hash: B256,
    timestamp: U64,
    base_fee_per_gas: Option<U128>,
}

/// A block with its transactions.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FullBlock {
    /// The header.
    #[serde(flatten)]
    pub(crate) header: Block,
    /// Its transactions.
    pub(crate) transactions: Vec<Transaction>,
}

/// A transaction, as far as it matters here; those that only some chains know included.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Transaction {
    /// Its hash.
    pub(crate) hash: B256,
    /// The sender.
    pub(crate) from: Address,
    /// The account that it calls; `None` where it makes a contract.
    pub(crate) to: Option<Address>,
    /// The amount of the native token that it carries.
    pub(crate) value: U256,
}

/// The outcome of a transaction that is in a block.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    status: Option<U64>,
    /// The transaction.
    pub(crate) transaction_hash: B256,
    /// The block that it is in.
    pub(crate) block_hash: B256,
    block_number: U64,
    /// Its logs.
    pub(crate) logs: Vec<Log>,
}

impl Block {
    /// The number of blocks below it.
    pub(crate) fn number(&self) -> u64 {
        self.number.to()
    }

    /// Its own time.
    pub(crate) fn time(&self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.timestamp.to::<u64>()).unwrap_or(i64::MAX / 1000) * 1000)
    }

    /// The price of a unit of gas in it before tips, in wei; zero on chains without such a price.
    pub(crate) fn base_fee(&self) -> u128 {
        self.base_fee_per_gas.map_or(0, |fee| fee.to())
    }
}

impl Receipt {
    /// `true` unless the transaction reverted.
    pub(crate) fn succeeded(&self) -> bool {
        self.status == Some(U64::from(1))
    }

    /// The number of the block that it is in.
    pub(crate) fn block_number(&self) -> u64 {
        self.block_number.to()
    }

    /// `true` if another node's receipt says the same of block, success and logs.
    pub(crate) fn tells_the_same_as(&self, other: &Self) -> bool {
        // What else nodes write into logs is their own affair.
        let logs = |receipt: &Self| {
            Vec::from_iter(receipt.logs.iter().map(|log| (log.log_index, log.inner.clone())))
        };
        (self.block_hash, self.succeeded()) == (other.block_hash, other.succeeded())
            && logs(self) == logs(other)
    }
}
