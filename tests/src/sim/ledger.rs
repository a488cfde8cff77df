//! Balances and nonces on the simulated chain, worked out from its blocks.

use std::{collections::HashSet, sync::Arc};

use super::{
    NATIVE,
    block::{Block, Mined, Swept},
    contracts::{BatchCall, Order, forwarder},
    text::lower,
    transaction::SignedTransaction,
};

/// The gas that a sweep uses, and that its transaction uses beside.
const GAS_PER_SWEEP: u64 = 80_000;
const GAS_PER_TRANSACTION: u64 = 25_000;

/// All blocks up to some point.
pub(super) struct Ledger<'a> {
    pub(super) blocks: &'a [Arc<Block>],
    /// The block that is being made.
    pub(super) next: Option<&'a Block>,
}

impl Ledger<'_> {
    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().map(Arc::as_ref).chain(self.next)
    }

    fn mined(&self) -> impl Iterator<Item = &Mined> {
        self.blocks().flat_map(|block| &block.mined)
    }

    /// The amount of a token that an account has.
    pub(super) fn balance(&self, token: &str, account: &str) -> u128 {
        let payments = self.blocks().flat_map(|block| &block.payments);
        let paid = payments.filter(|payment| payment.token == token && payment.to == account);
        let swept = || self.mined().flat_map(|mined| &mined.swept).filter(|swept| swept.token == token);
        let gas = self.mined().filter(|mined| token == NATIVE && mined.transaction.from == account);
        let arrived = paid.map(|payment| payment.amount).sum::<u128>()
            + swept().filter(|swept| swept.recipient == account).map(|swept| swept.amount).sum::<u128>();
        let left = swept().filter(|swept| swept.forwarder == account).map(|swept| swept.amount).sum::<u128>()
            + gas.map(|mined| mined.cost).sum::<u128>();
        arrived.checked_sub(left).expect("nobody spends what they do not have")
    }

    /// The number of an account's transactions in blocks.
    pub(super) fn nonce(&self, account: &str) -> u64 {
        self.mined().filter(|mined| mined.transaction.from == account).count() as u64
    }

    /// Executes a transaction on top of these blocks.
    pub(super) fn execute(
        &self,
        transaction: SignedTransaction,
        base_fee: u128,
        refusing: &HashSet<String>,
    ) -> Mined {
        let batch = BatchCall::of(&transaction.to, &transaction.input);
        let succeeded = batch.as_ref().is_none_or(|batch| batch.gas_needed <= transaction.gas_limit);
        let orders = batch.filter(|_| succeeded).map(|batch| batch.orders).unwrap_or_default();
        let gas = (GAS_PER_TRANSACTION + GAS_PER_SWEEP * orders.len() as u64).min(transaction.gas_limit);
        let price = transaction.max_fee.min(base_fee + transaction.tip);
        let cost = u128::from(gas) * price;
        let (failed, passed): (Vec<_>, Vec<_>) =
            orders.into_iter().partition(|order| refusing.contains(&lower(order.recipient)));
        let mut swept: Vec<Swept> = Vec::new();
        for sweep in passed.iter().map(|order| self.sweep(order)) {
            let again = swept.iter().any(|before| before.forwarder == sweep.forwarder);
            if sweep.amount > 0 && !again {
                swept.push(sweep);
            }
        }
        Mined { transaction, succeeded, swept, failed, cost }
    }

    fn sweep(&self, order: &Order) -> Swept {
        let (forwarder, token) = (lower(forwarder(order.salt, order.recipient)), lower(order.token));
        let amount = self.balance(&token, &forwarder);
        Swept { forwarder, recipient: lower(order.recipient), token, amount }
    }
}
