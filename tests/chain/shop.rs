//! A shop on a development chain.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::chains::Chains;
use tests::{
    client::{Api, Order},
    scenario::Scenario,
};

use crate::anvil::{Anvil, GAS_KEY};

pub(crate) const NATIVE: &str = "0x0000000000000000000000000000000000000000";

pub(crate) struct Shop {
    pub(crate) anvil: Anvil,
    pub(crate) api: Api,
}

/// An order that waits for its payment.
pub(crate) struct Waiting {
    pub(crate) session: String,
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) recipient: String,
}

impl Shop {
    /// Without a gas key, and two blocks on top confirm.
    pub(crate) async fn open() -> Self {
        Self::with(None, json!({})).await
    }

    pub(crate) async fn with_gas_key() -> Self {
        Self::with(Some(GAS_KEY.to_owned()), json!({})).await
    }

    pub(crate) async fn with(gas_key: Option<String>, settings: Value) -> Self {
        Self::start(gas_key, settings, false).await
    }

    /// A shop without a watcher and a sweeper.
    pub(crate) async fn unattended(gas_key: Option<String>, settings: Value) -> Self {
        Self::start(gas_key, settings, true).await
    }

    async fn start(gas_key: Option<String>, settings: Value, leave_chains: bool) -> Self {
        let anvil = Anvil::start().await;
        Self::on(anvil, gas_key, settings, leave_chains).await
    }

    /// On a chain that is there already, asked through other nodes where the settings name some.
    pub(crate) async fn on(
        anvil: Anvil,
        gas_key: Option<String>,
        settings: Value,
        leave_chains: bool,
    ) -> Self {
        let mut chain = json!({"rpc": [anvil.url], "tokens": "any", "confirmations": 2, "poll_seconds": 0.1});
        for (name, value) in settings.as_object().unwrap() {
            chain[name] = value.clone();
        }
        let chains = Chains::parse(&json!({"31337": chain}).to_string()).unwrap();
        let scenario = Scenario::new().watching(chains);
        let scenario = scenario.with(|it| (it.gas_key, it.leave_chains) = (gas_key, leave_chains));
        let api = scenario.start().await;
        Self { anvil, api }
    }

    /// A session with an order of a million of the token, for a recipient of its own.
    pub(crate) async fn sell(&self) -> Waiting {
        self.sell_for(&self.anvil.token, 1_000_000).await
    }

    pub(crate) async fn sell_for(&self, token: &str, amount: u64) -> Waiting {
        let recipient = format!("0x{:040x}", fastrand::u128(1 << 100..));
        let session = self.api.create_session().await;
        let order = json!({
            "type": "swap", "checkoutSessionId": session, "recipientAddress": recipient,
            "srcChain": 31337, "dstChain": 31337, "srcTokenAddress": token, "dstTokenAddress": token,
            "srcAmount": amount.to_string(), "payload": {"expectedDstAmount": amount.to_string()},
        });
        let order = self.api.post("/orders", &order).await.ok();
        let text = |name: &str| order[name].as_str().unwrap().to_owned();
        Waiting { session, id: text("id"), address: text("globalAddress"), recipient }
    }

    /// Waits until the order is as asked for.
    pub(crate) async fn until(&self, order: &Waiting, what: &str, is: impl Fn(&Order) -> bool) -> Order {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let seen = self.api.order(&order.id).await;
            if is(&seen) {
                return seen;
            }
            assert!(Instant::now() < end, "not {what}: {seen:#}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn until_status(&self, order: &Waiting, status: &str) -> Order {
        self.until(order, status, |seen| seen.status() == status).await
    }

    pub(crate) async fn until_deposits(&self, order: &Waiting, statuses: &[&str]) -> Order {
        let is = |seen: &Order| deposit_statuses(seen) == statuses;
        self.until(order, &format!("{statuses:?}"), is).await
    }
}

pub(crate) fn deposit_statuses(seen: &Order) -> Vec<String> {
    let text = |deposit: &Value| deposit["status"].as_str().unwrap().to_owned();
    let mut statuses: Vec<_> = seen["depositTxs"].as_array().unwrap().iter().map(text).collect();
    statuses.sort();
    statuses
}
