//! The chain itself: blocks with payments in them.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard},
};

use super::{
    NATIVE,
    block::{Block, Mined, Payment, random_hash},
    ledger::Ledger,
    transaction::{Pool, SignedTransaction},
};

/// A chain. Clones are the same chain; [`SimChain::fork`] makes another one.
#[derive(Debug, Clone)]
pub struct SimChain(Arc<Mutex<State>>);

#[derive(Debug, Clone)]
struct State {
    blocks: Vec<Arc<Block>>,
    time: u64,
    pool: Pool,
    /// `true` while blocks leave signed transactions out.
    stalled: bool,
    base_fee: u128,
    /// The recipients that take no money.
    refusing: HashSet<String>,
}

/// The time from one block to the next, in seconds.
const BLOCK_SECONDS: u64 = 2;
/// The price of a unit of gas at first, in wei.
const BASE_FEE: u128 = 1_000_000_000;

impl SimChain {
    /// A chain of `blocks` empty blocks, of which the newest is made at `now`, in milliseconds.
    pub fn new(blocks: u64, now: i64) -> Self {
        let now = now.unsigned_abs() / 1000;
        let time = now - blocks * BLOCK_SECONDS;
        let chain = Self(Arc::new(Mutex::new(State {
            blocks: Vec::new(),
            time,
            pool: Pool::default(),
            stalled: false,
            base_fee: BASE_FEE,
            refusing: HashSet::new(),
        })));
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

    /// Makes a block with these payments, and with the transactions that wait for one.
    pub fn include(&self, payments: &[Payment]) -> Arc<Block> {
        let mut state = self.state();
        state.time += BLOCK_SECONDS;
        let mut block = Block {
            number: state.blocks.len() as u64,
            hash: random_hash(),
            parent: state.blocks.last().map_or_else(|| format!("0x{:064x}", 0), |last| last.hash.clone()),
            time: state.time,
            payments: payments.to_vec(),
            mined: Vec::new(),
            base_fee: state.base_fee,
        };
        state.execute_waiting(&mut block);
        let block = Arc::new(block);
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

    /// Replaces the newest `depth` blocks by these. Time goes on from where it was. The signed transactions of the
    /// old ones are forgotten.
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

    /// Takes over the blocks of another chain.
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

    /// The sum of all payments of `token` to `address`.
    pub fn paid(&self, token: &str, address: &str) -> u128 {
        let blocks = self.blocks();
        let payments = blocks.iter().flat_map(|block| &block.payments);
        payments
            .filter(|payment| payment.token == token && payment.to == address)
            .map(|payment| payment.amount)
            .sum()
    }
}

impl SimChain {
    /// Has blocks leave signed transactions out from now on, or not.
    pub fn stall(&self, stalled: bool) {
        self.state().stalled = stalled;
    }

    /// Sets the price of a unit of gas from the next block on, in wei.
    pub fn set_base_fee(&self, base_fee: u128) {
        self.state().base_fee = base_fee;
    }

    /// Has a recipient take no money from now on.
    pub fn refuse(&self, recipient: &str) {
        self.state().refusing.insert(recipient.to_owned());
    }

    /// Has every recipient take money again.
    pub fn accept(&self) {
        self.state().refusing.clear();
    }

    pub(super) fn refuses(&self, recipient: &str) -> bool {
        self.state().refusing.contains(recipient)
    }

    /// Takes a signed transaction in.
    pub(super) fn submit(&self, transaction: SignedTransaction) -> Result<(), String> {
        let mut state = self.state();
        let ledger = state.ledger(None);
        let nonce = ledger.nonce(&transaction.from);
        if ledger.balance(NATIVE, &transaction.from) < transaction.most() {
            return Err("insufficient funds for gas * price + value".to_owned());
        }
        state.pool.admit(transaction, nonce)
    }

    /// Forgets the transactions that wait for a block.
    pub fn drop_waiting(&self) {
        self.state().pool.clear();
    }

    /// The transactions that wait for a block.
    pub fn waiting(&self) -> Vec<SignedTransaction> {
        self.state().pool.waiting().to_vec()
    }

    /// Every transaction that was ever taken in.
    pub fn accepted(&self) -> Vec<SignedTransaction> {
        self.state().pool.accepted.clone()
    }

    /// The signed transactions in blocks.
    pub fn mined(&self) -> Vec<Mined> {
        self.blocks().iter().flat_map(|block| block.mined.clone()).collect()
    }

    /// The amount of a token that an account has now.
    pub fn balance(&self, token: &str, account: &str) -> u128 {
        self.state().ledger(None).balance(token, account)
    }

    pub(super) fn balance_at(&self, token: &str, account: &str, block: u64) -> u128 {
        Ledger { blocks: &self.range(0, block), next: None }.balance(token, account)
    }

    pub(super) fn nonce_at(&self, account: &str, block: u64) -> u64 {
        Ledger { blocks: &self.range(0, block), next: None }.nonce(account)
    }
}

impl State {
    fn ledger<'a>(&'a self, next: Option<&'a Block>) -> Ledger<'a> {
        Ledger { blocks: &self.blocks, next }
    }

    /// Executes the waiting transactions that can be in a new block.
    fn execute_waiting(&mut self, block: &mut Block) {
        if self.stalled {
            return;
        }
        let mut pool = std::mem::take(&mut self.pool);
        let next_nonce = |block: &Block, account: &str| self.ledger(Some(block)).nonce(account);
        while let Some(transaction) = pool.take(block.base_fee, |account| next_nonce(block, account)) {
            let mined = self.ledger(Some(block)).execute(transaction, block.base_fee, &self.refusing);
            block.mined.push(mined);
        }
        pool.drop_used(|account| next_nonce(block, account));
        self.pool = pool;
    }
}
