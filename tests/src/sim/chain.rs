//! The chain itself: blocks with payments in them.

use std::sync::{Arc, Mutex, MutexGuard};

use super::{NATIVE, TOKEN};

/// A transaction that pays somebody.
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
}

/// A chain. Clones are the same chain; [`SimChain::fork`] makes another one.
#[derive(Debug, Clone)]
pub struct SimChain(Arc<Mutex<State>>);

#[derive(Debug, Clone)]
struct State {
    blocks: Vec<Arc<Block>>,
    time: u64,
}

/// The time from one block to the next, in seconds.
const BLOCK_SECONDS: u64 = 2;

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

impl SimChain {
    /// A chain of `blocks` empty blocks, of which the newest is made at `now`, in milliseconds.
    pub fn new(blocks: u64, now: i64) -> Self {
        let now = now.unsigned_abs() / 1000;
        let time = now - blocks * BLOCK_SECONDS;
        let chain = Self(Arc::new(Mutex::new(State { blocks: Vec::new(), time })));
        chain.mine(blocks);
        chain
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The same blocks, on which other ones may follow.
    pub fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.state().clone())))
    }

    /// Makes a block with these payments.
    pub fn include(&self, payments: &[Payment]) -> Arc<Block> {
        let mut state = self.state();
        state.time += BLOCK_SECONDS;
        let block = Arc::new(Block {
            number: state.blocks.len() as u64,
            hash: random_hash(),
            parent: state.blocks.last().map_or_else(|| format!("0x{:064x}", 0), |last| last.hash.clone()),
            time: state.time,
            payments: payments.to_vec(),
        });
        state.blocks.push(block.clone());
        block
    }

    /// Makes so many empty blocks.
    pub fn mine(&self, blocks: u64) {
        for _ in 0..blocks {
            self.include(&[]);
        }
    }

    /// Lets time pass without a block.
    pub fn advance(&self, seconds: u64) {
        self.state().time += seconds;
    }

    /// Replaces the newest `depth` blocks by these. Time goes on from where it was.
    pub fn reorganise(&self, depth: usize, blocks: &[&[Payment]]) {
        {
            let mut state = self.state();
            let left = state.blocks.len() - depth;
            state.blocks.truncate(left);
        }
        for payments in blocks {
            self.include(payments);
        }
    }

    /// Goes over to what another chain has.
    pub fn switch_to(&self, other: &Self) {
        let other = other.state().clone();
        *self.state() = other;
    }

    /// Its blocks, by number.
    pub fn blocks(&self) -> Vec<Arc<Block>> {
        self.state().blocks.clone()
    }

    /// The number of the newest block.
    pub fn head(&self) -> u64 {
        self.state().blocks.len() as u64 - 1
    }

    pub(super) fn block(&self, number: u64) -> Option<Arc<Block>> {
        self.state().blocks.get(usize::try_from(number).ok()?).cloned()
    }

    pub(super) fn range(&self, from: u64, to: u64) -> Vec<Arc<Block>> {
        let state = self.state();
        let end = state.blocks.len().min(usize::try_from(to + 1).unwrap());
        state.blocks.get(usize::try_from(from).unwrap()..end).unwrap_or_default().to_vec()
    }

    /// Everything that these blocks paid to `address` in `token`.
    pub fn paid(&self, token: &str, address: &str) -> u128 {
        let blocks = self.blocks();
        let payments = blocks.iter().flat_map(|block| &block.payments);
        payments
            .filter(|payment| payment.token == token && payment.to == address)
            .map(|payment| payment.amount)
            .sum()
    }
}

fn random_hash() -> String {
    format!("0x{:032x}{:032x}", fastrand::u128(..), fastrand::u128(..))
}
