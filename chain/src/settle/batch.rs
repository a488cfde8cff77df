//! Transactions that flush.

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718 as _,
    primitives::{Address, B256, Bytes, U256},
    signers::SignerSync as _,
    sol_types::SolCall as _,
};

use futures_util::future::join_all;

use super::{
    Batch, Book, Flush, ForwarderFactory, Purse, Settler, Signed, View, balanceOfCall, ready::Ready,
};
use crate::{
    node::{Node, NodeError},
    store::Work,
    tools::ChainError,
};

/// How long a transaction may wait for its block before it is replaced by one that pays more, in
/// milliseconds.
const PATIENCE_MILLIS: i64 = 30_000;

/// How long a transaction is sent again that cannot be replaced, since its key is not ours any more.
const ABANDONED_MILLIS: i64 = 10 * 60 * 1000;

/// What a transaction costs by itself, its call data included, in gas.
const TRANSACTION_GAS: u64 = 25_000;

/// What a byte of a transaction's data may cost, at the least that Ethereum charges for it all (EIP-7623).
const CALL_DATA_GAS: u64 = 40;

/// What the factory sets aside for each order beside its grant (`LOOP_GAS` in `ForwarderFactory.sol`).
const LOOP_GAS: u64 = 10_000;

/// How many orders a node may fail at before the next one is asked.
const MOST_FAILURES: usize = 3;

const REFUSED: &str = "the recipient or the token refuses the transfer";

const OTHER_FACTORY: &str =
    "its deposit address is not of this factory: flush it by hand (contracts/README.md)";

/// What is found of an order that is to be flushed.
enum Finding {
    /// There is nothing in its forwarder.
    Empty,
    /// Its forwarder is none of this factory's.
    OtherFactory,
    /// Its flush would succeed.
    Passes,
}

/// What nodes want of a replacement is a tenth more; this is a bit beyond.
fn raised(fee: u128) -> u128 {
    fee + fee / 8 + 1
}

impl Settler {
    /// Flushes the orders whose forwarders hold something that their recipients take.
    pub(super) async fn flush(
        &self,
        view: &View,
        purse: &Purse,
        ready: Vec<Ready>,
    ) -> Result<(), ChainError> {
        if ready.is_empty() {
            return Ok(());
        }
        if view.node.code(purse.factory).await?.is_empty() {
            return Err(ChainError::NoFactory(purse.factory));
        }
        let (mut flushes, mut failed) = (Vec::new(), Vec::new());
        for order in &ready {
            let Some(flush) = Flush::of(order) else { continue };
            match self.examine(view, purse, &flush).await {
                Ok(Finding::Empty) => self.execute_flushed(view, order, &flush).await?,
                Ok(Finding::OtherFactory) => {
                    let chain = &self.tools.chain.name;
                    tracing::warn!(chain, order_id = %flush.order_id, "{OTHER_FACTORY}");
                    self.tools.put_off(&order.unsettled).await?;
                }
                Ok(Finding::Passes) if order.wastes_gas() => self.tools.fail(order, REFUSED).await?,
                Ok(Finding::Passes) => {
                    self.tools.passes(order).await?;
                    flushes.push(flush);
                }
                Err(NodeError::Reverted { .. }) => self.tools.put_off_or_give_up(order, REFUSED).await?,
                Err(error) => {
                    // It may be for what this order asks, so the others do not wait for it.
                    if view.is_last {
                        self.tools.put_off(&order.unsettled).await?;
                    }
                    failed.push(error);
                    if failed.len() == MOST_FAILURES {
                        break;
                    }
                }
            }
        }
        match failed.pop() {
            Some(error) if flushes.is_empty() => return Err(error.into()),
            Some(error) => self.tools.log(&error.into()),
            None => {}
        }
        if flushes.is_empty() {
            return Ok(());
        }
        let Some((max_fee, tip)) = self.fees(view).await? else { return Ok(()) };
        let call = flush_many(&flushes, self.tools.chain.flush_gas);
        let estimate = view.node.estimate_gas(purse.account(), purse.factory, &call).await?;
        let gas_limit = (estimate + estimate / 10).max(self.least_gas(flushes.len(), &call));
        self.check_purse(view, purse, gas_limit, max_fee).await?;
        let batch = Batch {
            from: purse.account(),
            nonce: view.node.nonce(purse.account(), view.head.number()).await?,
            gas_limit,
            call,
            orders: flushes,
            signed: Vec::new(),
            sent_at: self.tools.now(),
        };
        self.sign_and_send(view, purse, batch, max_fee, tip).await
    }

    /// What the factory wants before it begins, and what comes before that: with less, all would be paid for
    /// nothing, however a node's estimate came about. Some chains add what data costs elsewhere to it.
    fn least_gas(&self, orders: usize, call: &Bytes) -> u64 {
        let flush_gas = self.tools.chain.flush_gas;
        let wanted = orders as u64 * (flush_gas + LOOP_GAS) + flush_gas / 63;
        TRANSACTION_GAS + CALL_DATA_GAS * call.len() as u64 + wanted
    }

    /// What flushing an order by itself, within its share of gas, would come to.
    async fn examine(&self, view: &View, purse: &Purse, flush: &Flush) -> Result<Finding, NodeError> {
        if balance(&view.node, flush).await?.is_zero() {
            return Ok(Finding::Empty);
        }
        let (salt, recipient, token) = (flush.salt(), flush.recipient, flush.token);
        let call = ForwarderFactory::addressOfCall { salt, recipient }.abi_encode();
        let address = match view.node.call(purse.account(), purse.factory, &call).await {
            Ok(answer) => ForwarderFactory::addressOfCall::abi_decode_returns(&answer).ok(),
            // Whatever there is, it is no factory of ours.
            Err(NodeError::Reverted { .. }) => None,
            Err(error) => return Err(error),
        };
        if address != Some(flush.forwarder) {
            return Ok(Finding::OtherFactory);
        }
        let call = ForwarderFactory::flushCall { salt, recipient, token }.abi_encode();
        let gas = self.tools.chain.flush_gas + TRANSACTION_GAS;
        view.node.call_within(purse.account(), purse.factory, &call, gas).await?;
        Ok(Finding::Passes)
    }

    /// The most to pay for a unit of gas, and the tip in it; `None` while that is beyond the ceiling.
    async fn fees(&self, view: &View) -> Result<Option<(u128, u128)>, NodeError> {
        let tip = match view.node.tip().await {
            Ok(tip) => tip,
            // Chains without tips do not know the question.
            Err(NodeError::Refused { .. }) => 0,
            Err(error) => return Err(error),
        };
        let ceiling = self.tools.chain.max_fee_per_gas;
        let base = view.head.base_fee();
        if base.saturating_add(tip) > ceiling {
            let chain = &self.tools.chain.name;
            tracing::warn!(chain, base, tip, ceiling, "gas costs more than max_fee_per_gas: orders wait");
            return Ok(None);
        }
        // Some room is left below the ceiling for replacements, where prices allow.
        let room = (ceiling / 4 * 3).max(base + tip);
        Ok(Some((base.saturating_mul(2).saturating_add(tip).min(room), tip)))
    }

    /// Signs a transaction, writes it down, and only then sends it.
    async fn sign_and_send(
        &self,
        view: &View,
        purse: &Purse,
        mut batch: Batch,
        max_fee: u128,
        tip: u128,
    ) -> Result<(), ChainError> {
        batch.signed.push(sign(purse, self.tools.chain.id.number(), &batch, max_fee, tip)?);
        batch.sent_at = self.tools.now();
        let book = Book { batch: Some(batch) };
        self.tools.save(Work::Settle, &book).await?;
        if let Some(batch) = &book.batch {
            self.send(view, batch).await;
        }
        Ok(())
    }

    /// Sends the last signed transaction, through all nodes. One that has it already says so, which does no harm;
    /// what they refuse for another reason shows in the log, and is tried again at the next look.
    async fn send(&self, view: &View, batch: &Batch) {
        let Some(signed) = batch.signed.last() else { return };
        let sent = join_all(view.nodes.iter().map(|(node, _)| node.send(&signed.raw))).await;
        if let Some(Err(error)) = sent.iter().find(|sent| sent.is_ok()).or(sent.first()) {
            let chain = &self.tools.chain.name;
            tracing::warn!(chain, transaction = %signed.hash, "{error}");
        }
    }

    /// Keeps a transaction on its way that is in no block yet: sends it again, and pays more after a while.
    /// `true` once it is given up: should it get into a block all the same, its orders' forwarders are empty
    /// by then, or another flush of them comes to nothing.
    pub(super) async fn push(&self, view: &View, batch: Batch) -> Result<bool, ChainError> {
        self.send(view, &batch).await;
        let waited = self.tools.now().millis() - batch.sent_at.millis();
        let Some(purse) = self.purse.as_ref().filter(|purse| purse.account() == batch.from) else {
            if waited >= ABANDONED_MILLIS {
                self.tools.save(Work::Settle, &Book::default()).await?;
            }
            return Ok(waited >= ABANDONED_MILLIS);
        };
        let Some(last) = batch.signed.last().filter(|_| waited >= PATIENCE_MILLIS) else { return Ok(false) };
        let (least_fee, least_tip) = (raised(last.max_fee), raised(last.tip));
        let Some((fee, tip)) = self.fees(view).await? else { return Ok(false) };
        let (fee, tip) = (fee.max(least_fee), tip.max(least_tip));
        if fee <= self.tools.chain.max_fee_per_gas {
            self.check_purse(view, purse, batch.gas_limit, fee).await?;
            self.sign_and_send(view, purse, batch, fee, tip.min(fee)).await?;
        }
        Ok(false)
    }

    async fn check_purse(&self, view: &View, purse: &Purse, gas: u64, fee: u128) -> Result<(), ChainError> {
        let cost = U256::from(gas).saturating_mul(U256::from(fee));
        if view.node.balance(purse.account()).await? < cost {
            return Err(ChainError::EmptyPurse(purse.account()));
        }
        Ok(())
    }
}

impl Flush {
    fn of(ready: &Ready) -> Option<Self> {
        Some(Self {
            order_id: ready.order.id,
            forwarder: ready.forwarder()?,
            recipient: ready.order.terms.recipient_address.evm()?,
            token: ready.order.terms.src_token_address.evm()?,
            paid: ready.paid,
            from_block: ready.unsettled.from_block,
        })
    }

    pub(super) fn salt(&self) -> B256 {
        B256::left_padding_from(self.order_id.as_bytes())
    }
}

fn flush_many(flushes: &[Flush], gas_per_order: u64) -> Bytes {
    let order = |flush: &Flush| ForwarderFactory::Order {
        salt: flush.salt(),
        recipient: flush.recipient,
        token: flush.token,
    };
    let orders = flushes.iter().map(order).collect();
    ForwarderFactory::flushManyCall { orders, gasPerOrder: U256::from(gas_per_order) }.abi_encode().into()
}

async fn balance(node: &Node, flush: &Flush) -> Result<U256, NodeError> {
    if flush.token == Address::ZERO {
        return node.balance(flush.forwarder).await;
    }
    let call = balanceOfCall { account: flush.forwarder }.abi_encode();
    let answer = node.call(flush.forwarder, flush.token, &call).await?;
    balanceOfCall::abi_decode_returns(&answer)
        .map_err(|_| NodeError::Reverted { message: "its balance cannot be read".to_owned() })
}

fn sign(
    purse: &Purse,
    chain_id: u64,
    batch: &Batch,
    max_fee: u128,
    tip: u128,
) -> Result<Signed, shared::dynamo::StoreError> {
    let transaction = TxEip1559 {
        chain_id,
        nonce: batch.nonce,
        gas_limit: batch.gas_limit,
        max_fee_per_gas: max_fee,
        max_priority_fee_per_gas: tip,
        to: purse.factory.into(),
        input: batch.call.clone(),
        ..TxEip1559::default()
    };
    let signature = purse.signer.sign_hash_sync(&transaction.signature_hash());
    let signature = signature.map_err(|error| shared::dynamo::StoreError::Internal(error.into()))?;
    let signed = TxEnvelope::from(transaction.into_signed(signature));
    Ok(Signed { hash: *signed.tx_hash(), raw: signed.encoded_2718().into(), max_fee, tip })
}
