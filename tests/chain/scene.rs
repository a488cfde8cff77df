//! A shop whose chain is looked at by hand.

use chain::{Settler, Tools, Watcher};
use local::acting_as;
use serde_json::{Value, json};

use crate::{
    anvil::{GAS_ACCOUNT, GAS_KEY},
    shop::{Shop, Waiting},
};

/// A shop, its watcher and its settler.
pub(crate) struct Scene {
    pub(crate) shop: Shop,
    pub(crate) watcher: Watcher,
    pub(crate) settler: Settler,
}

impl Scene {
    pub(crate) async fn set(settings: Value) -> Self {
        Self::of(Shop::unattended(Some(GAS_KEY.to_owned()), settings).await)
    }

    pub(crate) fn of(shop: Shop) -> Self {
        let tools = shop.api.server.chain_tools[0].clone();
        let settler = Settler::new(tools.clone(), shop.api.server.purse.clone());
        Self { watcher: Watcher::new(tools), settler, shop }
    }

    /// Another settler, whose lease nobody knows.
    pub(crate) fn settler_of_its_own(&self) -> Settler {
        let me = format!("{:032x}", fastrand::u128(..));
        let tools = Tools { me, ..self.shop.api.server.chain_tools[0].clone() };
        Settler::new(tools, self.shop.api.server.purse.clone())
    }

    /// Pays the price of what [`Shop::sell`] sells.
    pub(crate) async fn pay(&self, order: &Waiting) {
        self.shop.anvil.mint(&self.shop.anvil.token, &order.address, 1_000_000).await;
    }

    pub(crate) async fn look(&mut self) {
        assert!(acting_as("watch-deposits", self.watcher.look()).await.unwrap());
        assert!(acting_as("settle-orders", self.settler.look()).await.unwrap());
    }

    /// Lets enough blocks and time pass for everything that is put off to be tried again.
    pub(crate) async fn settle(&mut self) {
        for _ in 0..8 {
            self.shop.anvil.mine(2).await;
            self.shop.api.advance_clock(20.0).await;
            self.look().await;
        }
    }

    pub(crate) async fn status(&self, order: &Waiting) -> Value {
        self.shop.api.order(&order.id).await["order"]["status"].clone()
    }

    pub(crate) async fn gas_transactions(&self, tag: &str) -> u64 {
        let count = self.shop.anvil.rpc("eth_getTransactionCount", json!([GAS_ACCOUNT, tag])).await;
        u64::from_str_radix(&count.as_str().unwrap()[2..], 16).unwrap()
    }

    /// What waits for a block.
    pub(crate) async fn pending(&self) -> Vec<Value> {
        let block = self.shop.anvil.rpc("eth_getBlockByNumber", json!(["pending", true])).await;
        block["transactions"].as_array().unwrap().clone()
    }
}
