//! Blocks: payments, and signed transactions with their effects.

use super::{NATIVE, TOKEN, contracts::Order, transaction::SignedTransaction};

/// A transaction that pays an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The transaction's hash, which stays the same in whichever block it is.
    pub hash: String,
    /// The zero address is the native token.
    pub token: String,
    pub from: String,
    pub to: String,
    pub amount: u128,
}

/// A block.
#[derive(Debug)]
pub struct Block {
    pub number: u64,
    pub hash: String,
    pub parent: String,
    /// In seconds.
    pub time: u64,
    pub payments: Vec<Payment>,
    /// The signed transactions in it, which come after the payments.
    pub mined: Vec<Mined>,
    /// The price of a unit of gas in it before tips, in wei.
    pub base_fee: u128,
}

/// A signed transaction in a block, with its effects.
#[derive(Debug, Clone)]
pub struct Mined {
    pub transaction: SignedTransaction,
    pub succeeded: bool,
    /// Its sweeps that moved money.
    pub swept: Vec<Swept>,
    /// The orders that it could not sweep.
    pub(super) failed: Vec<Order>,
    /// The price of its gas, in wei.
    pub(super) cost: u128,
}

/// Money that went from a deposit address to its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    pub forwarder: String,
    pub recipient: String,
    pub token: String,
    pub amount: u128,
}

impl Payment {
    /// So much of the token, in a transaction of its own.
    pub fn new(to: &str, amount: u128) -> Self {
        Self::of(TOKEN, to, amount)
    }

    /// So much of the chain's native token.
    pub fn native(to: &str, amount: u128) -> Self {
        Self::of(NATIVE, to, amount)
    }

    pub fn of(token: &str, to: &str, amount: u128) -> Self {
        let from = "0xb0b0000000000000000000000000000000000b0b".to_owned();
        Self { hash: random_hash(), token: token.to_owned(), from, to: to.to_owned(), amount }
    }

    pub fn is_native(&self) -> bool {
        self.token == NATIVE
    }
}

/// The hash of a new block or payment.
pub(super) fn random_hash() -> String {
    format!("0x{:032x}{:032x}", fastrand::u128(..), fastrand::u128(..))
}
