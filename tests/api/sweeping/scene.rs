//! A shop with a gas wallet, and orders whose payments are confirmed.

use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718 as _,
    primitives::hex,
    signers::{SignerSync as _, local::PrivateKeySigner},
};
use serde_json::{Value, json};
use shared::{chains::ForwarderAddress, kernel::OrderId};
use tests::{
    client::SHOP,
    sim::{Payment, SignedTransaction, TOKEN, sweep_call},
};

use crate::watching::shop::{CHAIN, DEPTH, PRICE, Sale, Shop, whole};

/// The seconds after which a transaction that waits is replaced.
pub(super) const PATIENCE: u32 = 31;

impl Shop {
    /// A shop with a gas wallet, and an order whose payment is confirmed.
    pub(super) async fn confirmed() -> (Self, Sale) {
        Self::confirmed_with(json!({})).await
    }

    pub(super) async fn confirmed_with(settings: Value) -> (Self, Sale) {
        let mut shop = Self::with_gas_wallet(1, settings).await;
        let sale = shop.sell_and_confirm().await;
        (shop, sale)
    }

    /// Sells, and has the payment confirmed.
    pub(super) async fn sell_and_confirm(&mut self) -> Sale {
        let sale = self.sell().await;
        self.watch().await;
        self.pay(&[&sale]).await;
        sale
    }

    /// Pays for orders in one block, and has the payments confirmed.
    pub(super) async fn pay(&mut self, sales: &[&Sale]) {
        let payments: Vec<Payment> = sales.iter().map(|sale| whole(sale)).collect();
        self.chain.include(&payments);
        self.chain.mine(DEPTH);
        self.watch().await;
    }

    /// A stranger sweeps an order, in a block of its own.
    pub(super) async fn swept_by_a_stranger(&self, sale: &Sale) {
        let key = "33".repeat(32);
        let account = format!("{:#x}", key.parse::<PrivateKeySigner>().unwrap().address());
        self.chain.include(&[Payment::native(&account, 1_000_000_000_000_000_000)]);
        let to = ForwarderAddress::new(None, None).unwrap().factory().into();
        let input = sweep_call(OrderId::parse(&sale.id).unwrap(), SHOP, TOKEN).into();
        let sweep = TxEip1559 { gas_limit: 500_000, to, input, ..generous() };
        self.nodes[0].send(&signed(&key, sweep)).await;
        self.chain.mine(1);
        assert_eq!(self.chain.balance(TOKEN, &sale.address), 0);
    }

    /// The one transaction that was taken in so far.
    pub(super) fn only_accepted(&self) -> SignedTransaction {
        let accepted = self.chain.accepted();
        let [transaction] = &accepted[..] else { panic!("{} transactions were taken in", accepted.len()) };
        transaction.clone()
    }

    /// The nonces of the gas wallet's transactions in blocks.
    pub(super) fn mined_nonces(&self) -> Vec<u64> {
        self.chain.mined().iter().map(|mined| mined.transaction.nonce).collect()
    }

    /// Blocks and time go by until everything that is put off has been tried again.
    pub(super) async fn go_on(&self) {
        for _ in 0..8 {
            self.chain.mine(DEPTH + 1);
            self.wait(20).await;
            self.sweep().await;
        }
    }

    /// The same until the order is executed.
    pub(super) async fn go_on_until_executed(&self, sale: &Sale) {
        for _ in 0..8 {
            self.chain.mine(DEPTH + 1);
            self.wait(20).await;
            self.sweep().await;
            if self.status(sale).await.0 == "executed" {
                return;
            }
        }
    }

    /// Asserts that the orders are executed, and that each price has been moved once.
    pub(super) async fn assert_swept(&self, sales: &[&Sale]) {
        for sale in sales {
            self.assert_executed(sale, PRICE).await;
            assert_eq!(self.chain.balance(TOKEN, &sale.address), 0);
        }
        assert_eq!(self.chain.balance(TOKEN, SHOP), PRICE * sales.len() as u128);
        let mined = self.chain.mined();
        let swept: Vec<_> = mined.iter().flat_map(|mined| &mined.swept).collect();
        assert_eq!(swept.len(), sales.len(), "{swept:?}");
    }
}

/// A transaction that pays more for its gas than the sweeper does.
pub(super) fn generous() -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN,
        max_fee_per_gas: 1_000_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000_000,
        ..TxEip1559::default()
    }
}

/// A transaction as nodes take it.
pub(super) fn signed(key: &str, transaction: TxEip1559) -> String {
    let signer: PrivateKeySigner = key.parse().unwrap();
    let signature = signer.sign_hash_sync(&transaction.signature_hash()).unwrap();
    hex::encode_prefixed(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718())
}
