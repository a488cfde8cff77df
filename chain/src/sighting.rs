//! A deposit as it was seen in a block, and its evidence.

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use shared::{
    checkout::{Evidence, Fact},
    kernel::{Address as OrderAddress, BaseUnits, ChainId, EvidenceId, OrderId, Timestamp},
};

use crate::node::Block;

/// A block that was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct BlockRef {
    pub(crate) number: u64,
    pub(crate) hash: B256,
    pub(crate) time: Timestamp,
}

impl From<&Block> for BlockRef {
    fn from(block: &Block) -> Self {
        Self { number: block.number(), hash: block.hash, time: block.time() }
    }
}

/// A deposit in a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deposit {
    pub(crate) order_id: OrderId,
    pub(crate) block: BlockRef,
    /// Its transaction. Money that a contract sent on shows only in a balance; this is its block's hash then.
    pub(crate) tx_hash: B256,
    pub(crate) origin: Origin,
    /// The sender, where it is known.
    pub(crate) from: Option<Address>,
    /// The order's address.
    pub(crate) to: Address,
    /// The zero address is the native token.
    pub(crate) token: Address,
    pub(crate) amount: U256,
}

/// The way in which a deposit shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// By the token's log of this index.
    Log(u64),
    /// By the native token that its transaction carried.
    Transaction,
    /// By the balance of native token that rose in its block.
    Balance,
}

/// The record of a deposit that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    pub(crate) deposit: Deposit,
    /// The earliest time of a block that its transaction was in. A buyer who paid in time does not lose
    /// because a reorganisation moved the payment into a later block.
    pub(crate) first_at: Timestamp,
    /// The number of times that it has been withdrawn. A chain may come back to a block that it had dropped; the
    /// same deposit is then another piece of evidence.
    pub(crate) withdrawals: u32,
    /// `true` while its block is out of the chain.
    pub(crate) withdrawn: bool,
    /// `true` if nodes contradicted each other on it when it was found.
    #[serde(default)]
    pub(crate) doubted: bool,
}

impl Deposit {
    /// The part of its key that tells it from every other deposit on its chain.
    pub(crate) fn place(&self) -> String {
        match self.origin {
            Origin::Log(index) => format!("{}:{index}:{}", self.tx_hash, self.block.hash),
            Origin::Transaction => format!("{}:native:{}", self.tx_hash, self.block.hash),
            Origin::Balance => format!("{}:balance:{}", self.order_id, self.block.hash),
        }
    }
}

impl Sighting {
    pub(crate) fn new(deposit: Deposit, first_at: Timestamp) -> Self {
        Self { deposit, first_at, withdrawals: 0, withdrawn: false, doubted: false }
    }

    /// The sighting once `deposit` is back in the chain.
    pub(crate) fn back(&self, deposit: &Deposit) -> Self {
        Self { deposit: deposit.clone(), withdrawn: false, ..self.clone() }
    }

    /// The sighting once its block is out of the chain.
    pub(crate) fn out(&self) -> Self {
        Self { withdrawn: true, withdrawals: self.withdrawals + 1, ..self.clone() }
    }

    /// The id of the deposit's evidence. The block's hash is in it, since a transaction that comes back in another
    /// block is another piece of evidence.
    pub(crate) fn evidence_id(&self, chain: ChainId) -> String {
        self.id_after(self.withdrawals, chain)
    }

    /// The ids that have been withdrawn.
    pub(crate) fn withdrawn_ids(&self, chain: ChainId) -> impl Iterator<Item = String> {
        (0..self.withdrawals).map(move |times| self.id_after(times, chain))
    }

    fn id_after(&self, withdrawals: u32, chain: ChainId) -> String {
        let place = self.deposit.place();
        match withdrawals {
            0 => format!("{}:{place}", chain.number()),
            times => format!("{}:{place}:{times}", chain.number()),
        }
    }

    /// The evidence of the deposit, while it is in the chain.
    pub(crate) fn evidence(&self, chain: ChainId) -> Option<Evidence> {
        if self.withdrawn {
            return None;
        }
        let deposit = &self.deposit;
        let address = |address: &Address| OrderAddress::parse_token(chain, &format!("{address:#x}")).ok();
        Some(Evidence {
            order_id: deposit.order_id,
            id: EvidenceId::new(self.evidence_id(chain))?,
            occurred_at: self.first_at,
            fact: Fact::Deposit {
                chain,
                tx_hash: deposit.tx_hash.to_string(),
                from: deposit.from.as_ref().and_then(address),
                token: address(&deposit.token)?,
                amount: BaseUnits::parse(&deposit.amount.to_string())?,
            },
        })
    }

    /// The evidence of each of its withdrawals.
    pub(crate) fn withdrawals(&self, chain: ChainId) -> impl Iterator<Item = Evidence> {
        self.withdrawn_ids(chain).filter_map(|id| {
            Some(Evidence {
                order_id: self.deposit.order_id,
                id: EvidenceId::new(format!("withdrawn:{id}"))?,
                occurred_at: self.first_at,
                fact: Fact::Withdrawn { evidence: EvidenceId::new(id)? },
            })
        })
    }
}

#[cfg(test)]
#[path = "sighting_tests.rs"]
mod tests;
