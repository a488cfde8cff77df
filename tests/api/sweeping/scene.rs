//! A shop with a gas wallet, and orders whose payments are confirmed.

use serde_json::{Value, json};
use tests::{
    client::SHOP,
    sim::{Payment, SignedTransaction, TOKEN},
};

use crate::watching::shop::{DEPTH, PRICE, Sale, Shop, whole};

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
