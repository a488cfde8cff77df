//! A shop on a simulated chain, with a watcher and a sweeper that are polled by hand.

use std::collections::BTreeMap;

use crate::terms;
use chain::{ChainContext, ChainError, Sweeper, Watcher};
use local::acting_as;
use serde_json::{Value, json};
use shared::chains::Chains;
use tests::{
    client::{Api, SHOP},
    dynamodb::ENDPOINT_VARIABLE,
    proxy::Proxy,
    scenario::Scenario,
    sim::{Payment, SimChain, SimNode, TOKEN},
};

pub(crate) const CHAIN: u64 = 31337;
/// The number of blocks on top that confirm.
pub(crate) const DEPTH: u64 = 3;
/// The key of the gas wallet.
pub(crate) const GAS_KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";
/// The gas wallet's balance at first, in wei.
const FUNDS: u128 = 1_000_000_000_000_000_000;
/// The price of an order.
pub(crate) const PRICE: u128 = 1_000_000;

pub(crate) struct Shop {
    pub(crate) chain: SimChain,
    pub(crate) nodes: Vec<SimNode>,
    pub(crate) api: Api,
    watcher: Watcher,
    sweeper: Sweeper,
}

/// An order that waits for its payment.
#[derive(Debug, Clone)]
pub(crate) struct Sale {
    pub(crate) session: String,
    pub(crate) id: String,
    pub(crate) address: String,
}

impl Shop {
    /// With one node.
    pub(crate) async fn open() -> Self {
        Self::with(1, json!({})).await
    }

    /// With so many nodes, and other settings of the chain than the usual ones.
    pub(crate) async fn with(nodes: usize, settings: Value) -> Self {
        Self::on(nodes, settings, None, std::env::var(ENDPOINT_VARIABLE).ok()).await
    }

    /// With a proxy between everything and the database.
    pub(crate) async fn behind(proxy: &Proxy, nodes: usize) -> Self {
        Self::on(nodes, json!({}), None, Some(proxy.url.clone())).await
    }

    /// With a gas wallet that has money.
    pub(crate) async fn with_gas_wallet(nodes: usize, settings: Value) -> Self {
        Self::on_gas(nodes, settings, std::env::var(ENDPOINT_VARIABLE).ok()).await
    }

    /// The same with a proxy between everything and the database.
    pub(crate) async fn with_gas_wallet_behind(proxy: &Proxy) -> Self {
        Self::on_gas(1, json!({}), Some(proxy.url.clone())).await
    }

    async fn on_gas(nodes: usize, settings: Value, endpoint: Option<String>) -> Self {
        let shop = Self::on(nodes, settings, Some(GAS_KEY.to_owned()), endpoint).await;
        shop.chain.include(&[Payment::native(&shop.gas_account(), FUNDS)]);
        shop
    }

    async fn on(nodes: usize, settings: Value, gas_key: Option<String>, endpoint: Option<String>) -> Self {
        chain::use_ring();
        let chain = SimChain::new(100, shared::edge::Clock::default().now().millis());
        let mut servers = Vec::new();
        for _ in 0..nodes {
            servers.push(SimNode::start(CHAIN, &chain).await);
        }
        let urls: Vec<_> = servers.iter().map(|node| node.url.clone()).collect();
        let mut entry = json!({
            "rpc": urls, "tokens": [TOKEN], "confirmations": DEPTH, "rpc_timeout_seconds": 1,
        });
        for (name, value) in settings.as_object().unwrap() {
            entry[name] = value.clone();
        }
        let chains = Chains::parse(&json!({CHAIN.to_string(): entry}).to_string()).unwrap();
        let scenario = Scenario::new().watching(chains);
        let api = scenario
            .with(|it| (it.gas_key, it.leave_chains, it.endpoint) = (gas_key, true, endpoint))
            .start()
            .await;
        let context = api.server.chain_contexts[0].clone();
        let (watcher, sweeper) =
            (Watcher::new(context.clone()), Sweeper::new(context, api.server.gas_wallet.clone()));
        Self { chain, nodes: servers, api, watcher, sweeper }
    }

    /// A shop that has been polled once, and an order in it.
    pub(crate) async fn waiting(nodes: usize) -> (Self, Sale) {
        let mut shop = Self::with(nodes, json!({})).await;
        let sale = shop.sell().await;
        shop.watch().await;
        (shop, sale)
    }

    /// A session with an order of [`PRICE`].
    pub(crate) async fn sell(&self) -> Sale {
        self.sell_for(TOKEN).await
    }

    pub(crate) async fn sell_for(&self, token: &str) -> Sale {
        let session = self.api.create_session().await;
        self.order_for(session, token).await
    }

    /// An order for a session with these payment options: token and amount.
    pub(crate) async fn sell_for_any_of(&self, options: &[(&str, u128)]) -> Sale {
        let options: Vec<_> = options
            .iter()
            .map(|(token, amount)| {
                json!({"chain": CHAIN, "token_address": token, "amount": amount.to_string()})
            })
            .collect();
        let payment = json!({"recipient_address": SHOP, "options": options});
        let session = terms::session(&self.api, &payment).await;
        self.order_for(session, TOKEN).await
    }

    async fn order_for(&self, session: String, token: &str) -> Sale {
        let order = json!({
            "type": "swap", "checkoutSessionId": session, "recipientAddress": SHOP,
            "srcChain": CHAIN, "dstChain": CHAIN, "srcTokenAddress": token, "dstTokenAddress": token,
            "srcAmount": PRICE.to_string(), "payload": {"expectedDstAmount": PRICE.to_string()},
        });
        let order = self.api.post("/orders", &order).await.ok();
        let text = |name: &str| order[name].as_str().unwrap().to_owned();
        Sale { session, id: text("id"), address: text("globalAddress") }
    }

    /// The context of another watcher or sweeper.
    pub(crate) fn context(&self) -> ChainContext {
        let worker = format!("{:032x}", fastrand::u128(..));
        ChainContext { worker, ..self.api.server.chain_contexts[0].clone() }
    }

    /// Replaces the watcher and the sweeper by others, as if they had died. Their leases have to end first.
    pub(crate) async fn restart(&mut self) {
        self.wait(31).await;
        let context = self.context();
        self.watcher = Watcher::new(context.clone());
        self.sweeper = Sweeper::new(context, self.api.server.gas_wallet.clone());
    }

    /// Time passes, for the shop and for the chain.
    pub(crate) async fn wait(&self, seconds: u32) {
        self.api.advance_clock(seconds.into()).await;
        self.chain.advance(seconds.into());
    }

    pub(crate) async fn try_watch(&mut self) -> Result<bool, ChainError> {
        acting_as("watch-deposits", self.watcher.poll()).await
    }

    pub(crate) async fn watch(&mut self) {
        assert!(self.try_watch().await.unwrap(), "another watcher has the lease");
    }

    pub(crate) async fn try_sweep(&self) -> Result<bool, ChainError> {
        acting_as("sweep-deposits", self.sweeper.poll()).await
    }

    /// Sweeps what can be swept, including what was put off.
    pub(crate) async fn sweep(&self) {
        self.wait(2).await;
        assert!(self.try_sweep().await.unwrap(), "another sweeper has the lease");
    }

    /// The account that pays for gas.
    pub(crate) fn gas_account(&self) -> String {
        format!("{:#x}", self.api.server.gas_wallet.as_ref().unwrap().account())
    }

    /// Blocks go on until everything so far is confirmed and swept.
    pub(crate) async fn confirm(&mut self) {
        self.chain.mine(DEPTH);
        self.watch().await;
        self.sweep().await;
    }

    /// The order's status and its session's.
    pub(crate) async fn status(&self, sale: &Sale) -> (String, String) {
        let session = self.api.session(&sale.session).await;
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        let order = self.api.order(&sale.id).await.status().to_owned();
        assert_eq!(text("order_status"), order);
        (order, text("status"))
    }

    #[track_caller]
    pub(crate) fn assert_status<'a>(
        &'a self,
        sale: &'a Sale,
        order: &'a str,
        session: &'a str,
    ) -> impl Future<Output = ()> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let is = self.status(sale).await;
            assert_eq!((is.0.as_str(), is.1.as_str()), (order, session), "at {place}");
        }
    }

    /// The order's deposits by status: the amounts of each, in rising order.
    pub(crate) async fn deposits(&self, sale: &Sale) -> BTreeMap<String, Vec<u128>> {
        let mut found = BTreeMap::<String, Vec<u128>>::new();
        for deposit in self.api.order(&sale.id).await["depositTxs"].as_array().unwrap() {
            let amount = deposit["amount"].as_str().unwrap().parse().unwrap();
            found.entry(deposit["status"].as_str().unwrap().to_owned()).or_default().push(amount);
        }
        found.values_mut().for_each(|amounts| amounts.sort_unstable());
        found
    }

    /// The amounts of the order's deposits that count.
    pub(crate) async fn counted(&self, sale: &Sale) -> Vec<u128> {
        self.deposits(sale).await.remove("counted").unwrap_or_default()
    }

    /// Asserts that the order is executed, with exactly so much, and its session complete.
    pub(crate) async fn assert_executed(&self, sale: &Sale, amount: u128) {
        self.assert_status(sale, "executed", "complete").await;
        let seen = self.api.order(&sale.id).await;
        assert_eq!(seen["order"]["settlement"]["actualDstAmount"], amount.to_string(), "{seen:#}");
        assert_eq!(self.counted(sale).await.iter().sum::<u128>(), amount, "{seen:#}");
    }
}

/// The order's price in one payment.
pub(crate) fn whole(sale: &Sale) -> Payment {
    Payment::new(&sale.address, PRICE)
}
