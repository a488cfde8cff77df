//! Signing and sending transactions. Each is stored before it is sent.

use alloy::primitives::{Bytes, U256};
use futures_util::future::join_all;

use super::{
    candidate::Candidate,
    fees::Fees,
    gas_wallet::GasWallet,
    in_flight::{Batch, InFlight},
    order_sweep::OrderSweep,
    sweeper::Sweeper,
    view::View,
};
use crate::{
    abi,
    error::ChainError,
    node::{NodeError, NodeResult},
};

/// The gas of a transaction itself, its call data included.
pub(super) const TRANSACTION_GAS: u64 = 25_000;

/// The gas of a byte of call data, at the least that Ethereum charges for all of it (EIP-7623).
const CALL_DATA_GAS: u64 = 40;

/// The gas that the factory sets aside for each order beside its grant (`LOOP_GAS` in `ForwarderFactory.sol`).
const LOOP_GAS: u64 = 10_000;

impl Sweeper {
    /// Sweeps the orders whose forwarders hold something that their recipients take, in one transaction.
    pub(super) async fn sweep(
        &self,
        view: &View,
        wallet: &GasWallet,
        candidates: &[Candidate],
    ) -> Result<(), ChainError> {
        if candidates.is_empty() {
            return Ok(());
        }
        if view.node.code(wallet.factory).await?.is_empty() {
            return Err(ChainError::NoFactory(wallet.factory));
        }
        let orders = self.sweepable(view, wallet, candidates).await?;
        if orders.is_empty() {
            return Ok(());
        }
        let Some(fees) = self.fees(view).await? else { return Ok(()) };
        let batch = self.batch(view, wallet, orders, fees).await?;
        self.sign_and_send(view, wallet, batch, fees).await
    }

    /// The transaction that sweeps these orders, not signed yet.
    async fn batch(
        &self,
        view: &View,
        wallet: &GasWallet,
        orders: Vec<OrderSweep>,
        fees: Fees,
    ) -> Result<Batch, ChainError> {
        let (from, sweep_gas) = (wallet.account(), self.context.chain.flush_gas);
        let call = abi::flush_many(orders.iter().map(OrderSweep::factory_order).collect(), sweep_gas);
        let estimate = view.node.estimate_gas(from, wallet.factory, &call).await?;
        let gas_limit = (estimate + estimate / 10).max(least_gas(orders.len(), &call, sweep_gas));
        check_balance(view, wallet, gas_limit, fees).await?;
        let nonce = view.node.nonce(from, view.head.number()).await?;
        let sent_at = self.context.now();
        Ok(Batch { from, nonce, gas_limit, call, orders, signed: Vec::new(), sent_at })
    }

    /// The present offer for gas; `None` while gas costs more than the settings allow.
    async fn fees(&self, view: &View) -> NodeResult<Option<Fees>> {
        let tip = match view.node.tip().await {
            Ok(tip) => tip,
            // Chains without tips do not know the question.
            Err(NodeError::Refused { .. }) => 0,
            Err(error) => return Err(error),
        };
        let (base, ceiling) = (view.head.base_fee(), self.context.chain.max_fee_per_gas);
        let fees = Fees::new(base, tip, ceiling);
        if fees.is_none() {
            let chain = &self.context.chain.name;
            tracing::warn!(chain, base, tip, ceiling, "gas costs more than max_fee_per_gas: orders wait");
        }
        Ok(fees)
    }

    /// Signs a transaction again with higher fees, as far as the settings allow.
    pub(super) async fn raise_fees(&self, view: &View, batch: Batch) -> Result<(), ChainError> {
        let (Some(wallet), Some(last)) = (&self.wallet, batch.last_signed()) else { return Ok(()) };
        let last = last.fees();
        let Some(fees) = self.fees(view).await? else { return Ok(()) };
        let Some(fees) = fees.raised_from(last, self.context.chain.max_fee_per_gas) else { return Ok(()) };
        check_balance(view, wallet, batch.gas_limit, fees).await?;
        self.sign_and_send(view, wallet, batch, fees).await
    }

    /// Signs a transaction, stores it, and only then sends it.
    async fn sign_and_send(
        &self,
        view: &View,
        wallet: &GasWallet,
        mut batch: Batch,
        fees: Fees,
    ) -> Result<(), ChainError> {
        batch.signed.push(wallet.sign(self.context.chain.id.number(), &batch, fees)?);
        batch.sent_at = self.context.now();
        let stored = InFlight { batch: Some(batch) };
        self.lease.save(&stored).await?;
        if let Some(batch) = &stored.batch {
            self.send(view, batch).await;
        }
        Ok(())
    }

    /// Sends the last signed transaction through all nodes. A node that has it already says so, which does no
    /// harm. Other refusals are logged, and the next poll sends it again.
    pub(super) async fn send(&self, view: &View, batch: &Batch) {
        let Some(signed) = batch.last_signed() else { return };
        let sent = join_all(view.nodes.iter().map(|(node, _)| node.send(&signed.raw))).await;
        if let Some(Err(error)) = sent.iter().find(|sent| sent.is_ok()).or(sent.first()) {
            let chain = &self.context.chain.name;
            tracing::warn!(chain, transaction = %signed.hash, "{error}");
        }
    }
}

/// The least gas for a batch, even if a node estimates less: the factory does not begin with less, and all gas would
/// be wasted. Chains that charge more for data estimate more.
fn least_gas(orders: usize, call: &Bytes, sweep_gas: u64) -> u64 {
    let wanted = orders as u64 * (sweep_gas + LOOP_GAS) + sweep_gas / 63;
    TRANSACTION_GAS + CALL_DATA_GAS * call.len() as u64 + wanted
}

async fn check_balance(view: &View, wallet: &GasWallet, gas: u64, fees: Fees) -> Result<(), ChainError> {
    let cost = U256::from(gas).saturating_mul(U256::from(fees.max));
    if view.node.balance(wallet.account()).await? < cost {
        return Err(ChainError::GasWalletEmpty(wallet.account()));
    }
    Ok(())
}
