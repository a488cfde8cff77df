//! A shop whose watcher and sweeper are polled by hand.

use chain::{ChainContext, Sweeper, Watcher};
use local::acting_as;
use serde_json::{Value, json};

use crate::{
    anvil::{GAS_ACCOUNT, GAS_KEY},
    shop::{Shop, Waiting},
};

/// A shop, its watcher and its sweeper.
pub(crate) struct Scene {
    pub(crate) shop: Shop,
    pub(crate) watcher: Watcher,
    pub(crate) sweeper: Sweeper,
}

impl Scene {
    pub(crate) async fn set(settings: Value) -> Self {
        Self::of(Shop::unattended(Some(GAS_KEY.to_owned()), settings).await)
    }

    pub(crate) fn of(shop: Shop) -> Self {
        let context = shop.api.server.chain_contexts[0].clone();
        let sweeper = Sweeper::new(context.clone(), shop.api.server.gas_wallet.clone());
        Self { watcher: Watcher::new(context), sweeper, shop }
    }

    /// Another sweeper, with a name of its own.
    pub(crate) fn sweeper_of_its_own(&self) -> Sweeper {
        let worker = format!("{:032x}", fastrand::u128(..));
        let context = ChainContext { worker, ..self.shop.api.server.chain_contexts[0].clone() };
        Sweeper::new(context, self.shop.api.server.gas_wallet.clone())
    }

    /// Pays the price of what [`Shop::sell`] sells.
    pub(crate) async fn pay(&self, order: &Waiting) {
        self.shop.anvil.mint(&self.shop.anvil.token, &order.address, 1_000_000).await;
    }

    pub(crate) async fn poll(&mut self) {
        assert!(acting_as("watch-deposits", self.watcher.poll()).await.unwrap());
        assert!(acting_as("sweep-deposits", self.sweeper.poll()).await.unwrap());
    }

    /// Lets enough blocks and time pass for everything that is put off to be tried again.
    pub(crate) async fn go_on(&mut self) {
        for _ in 0..8 {
            self.shop.anvil.mine(2).await;
            self.shop.api.advance_clock(20.0).await;
            self.poll().await;
        }
    }

    pub(crate) async fn status(&self, order: &Waiting) -> Value {
        self.shop.api.order(&order.id).await["order"]["status"].clone()
    }

    pub(crate) async fn gas_transactions(&self, tag: &str) -> u64 {
        let count = self.shop.anvil.rpc("eth_getTransactionCount", json!([GAS_ACCOUNT, tag])).await;
        u64::from_str_radix(&count.as_str().unwrap()[2..], 16).unwrap()
    }

    /// The transactions that wait for a block.
    pub(crate) async fn pending(&self) -> Vec<Value> {
        let block = self.shop.anvil.rpc("eth_getBlockByNumber", json!(["pending", true])).await;
        block["transactions"].as_array().unwrap().clone()
    }
}
