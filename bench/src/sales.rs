//! The units of a sale, by table and index, and the number of sales in a second before a partition takes no more.
//!
//! Two merchants sell, one after the other. Partitions that both use are shared by all merchants.
#![allow(clippy::indexing_slicing, reason = "a missing member of a JSON value is null")]

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};
use publish_events::Batch;
use serde::Serialize;
use serde_json::json;
use shared::{feed::Growth, keys::Scope};
use tests::{
    client::{Api, SHOP, executed, order},
    proxy::Proxy,
    scenario::Scenario,
};

use crate::partitions::{Count, Meter, Partition, READS_A_SECOND, Units, WRITES_A_SECOND};

/// The merchants.
const OWNERS: [&str; 2] = ["shop-a", "shop-b"];

/// The units that sales took.
#[derive(Debug, Serialize)]
pub(crate) struct Sales {
    pub(crate) steps: Vec<StepUnits>,
    pub(crate) partitions: Vec<Load>,
}

/// The units that a step of one sale takes from a table or an index.
#[derive(Debug, Serialize)]
pub(crate) struct StepUnits {
    pub(crate) step: &'static str,
    pub(crate) of: String,
    pub(crate) units: f64,
}

/// The load of partitions of one kind, which differ by a number at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Load {
    pub(crate) partitions: String,
    pub(crate) number: usize,
    /// Units of a sale, of all of them together.
    pub(crate) writing: f64,
    pub(crate) reading: f64,
    /// True if all merchants use them.
    pub(crate) shared: bool,
    /// The number of sales in a second that they take, of one merchant or, if shared, of all.
    pub(crate) sales_a_second: f64,
}

/// The requests of the merchant, publishing after each of them, and deliveries.
const STEPS: [&str; 6] =
    ["create a session", "create an order", "deposit", "execution", "publish", "fan out"];
const PUBLISH: usize = 4;
const FAN_OUT: usize = 5;

struct Counter {
    proxy: Proxy,
    api: Api,
    meter: Meter,
    steps: [Count; STEPS.len()],
    of_owner: Count,
}

/// Plays `count` sales for each merchant, if wanted with feeds that have `grown`.
pub(crate) async fn measure(count: usize, grown: bool) -> Result<Sales> {
    let proxy = Proxy::start().await;
    let api = Scenario::new().behind(&proxy).with_keys().start().await;
    let mut by_owner = Vec::new();
    let mut keys = Vec::new();
    for owner in OWNERS {
        keys.push(api.make_key(owner, Scope::Write, None).await);
    }
    proxy.take_exchanges();
    let mut counter = Counter {
        proxy,
        api,
        meter: Meter::default(),
        steps: Default::default(),
        of_owner: Count::default(),
    };
    for (key, owner) in keys.iter().zip(OWNERS) {
        counter.api.use_key(Some(key));
        if grown {
            counter.grow(owner).await?;
        }
        for number in 0..count {
            counter.sell(&format!("{owner}-{number}")).await?;
        }
        by_owner.push(std::mem::take(&mut counter.of_owner));
    }
    Ok(counter.sales(count, &by_owner))
}

impl Counter {
    /// Has a merchant's feed grow: each of the four segments of its first sale doubles the lanes.
    async fn grow(&mut self, owner: &str) -> Result<()> {
        let growth = Growth { hot_units: 1, pause_millis: 0 };
        let usual = std::mem::replace(&mut self.api.server.app.feed.growth, growth);
        let (steps, of_owner) = (std::mem::take(&mut self.steps), std::mem::take(&mut self.of_owner));
        self.sell(&format!("{owner}-first")).await?;
        (self.steps, self.of_owner) = (steps, of_owner);
        self.api.server.app.feed.growth = usual;
        Ok(())
    }

    async fn sell(&mut self, reference: &str) -> Result<()> {
        let url = "https://merchant.example/done?session_id={SESSION_ID}";
        let body = json!({"success_url": url, "cancel_url": url, "metadata": {"sku": "widget-1"},
                          "client_reference_id": reference});
        let made = self.api.post("/checkout-sessions", &body).await.ok();
        self.step(0).await?;
        let mut wanted = order(made["id"].as_str());
        wanted["creatorAddress"] = SHOP.into();
        let made = self.api.post("/orders", &wanted).await.ok();
        self.step(1).await?;
        let id = made["id"].as_str().unwrap_or_default();
        self.api.tell(id, &self.api.deposit("a", 1_000_000)).await.ok();
        self.step(2).await?;
        self.api.tell(id, &executed("b", self.api.now())).await.ok();
        self.step(3).await
    }

    /// Counts a request, and then what the streams cause.
    async fn step(&mut self, step: usize) -> Result<()> {
        self.count(step).await;
        for batch in self.api.server.read_streams().await.map_err(|error| anyhow!(error))? {
            let (app, queues) = (&self.api.server.app, self.api.server.queues.as_ref());
            if batch.table.ends_with("EventsTable") {
                queue_deliveries::handle(app, queues, serde_json::from_value(batch.event)?).await;
                self.count(FAN_OUT).await;
            } else {
                publish_events::handle(app, queues, Batch::parse(batch.event)?).await;
                self.count(PUBLISH).await;
            }
        }
        // The published events are in a stream of their own.
        for batch in self.api.server.read_streams().await.map_err(|error| anyhow!(error))? {
            let (app, queues) = (&self.api.server.app, self.api.server.queues.as_ref());
            queue_deliveries::handle(app, queues, serde_json::from_value(batch.event)?).await;
            self.count(FAN_OUT).await;
        }
        Ok(())
    }

    async fn count(&mut self, step: usize) {
        let exchanges = self.proxy.take_exchanges();
        let count = self.meter.count(&self.proxy, &exchanges).await;
        self.of_owner.extend(&count);
        if let Some(sum) = self.steps.get_mut(step) {
            sum.extend(&count);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody plays 2^53 sales")]
    fn sales(&self, count: usize, by_owner: &[Count]) -> Sales {
        let all = (count * OWNERS.len()) as f64;
        let mut steps = Vec::new();
        for (name, sum) in STEPS.into_iter().zip(&self.steps) {
            let tables = sum.by_table();
            let whole: f64 = tables.values().sum();
            steps.push(StepUnits { step: name, of: "together".to_owned(), units: whole / all });
            steps.extend(tables.into_iter().map(|(of, units)| StepUnits {
                step: name,
                of,
                units: units / all,
            }));
        }
        Sales { steps, partitions: loads(count, by_owner) }
    }
}

/// The loads, those that limit first. Ids are random, so partitions of a kind are loaded evenly in the long run.
#[expect(clippy::cast_precision_loss, reason = "nobody plays 2^53 sales")]
fn loads(count: usize, by_owner: &[Count]) -> Vec<Load> {
    let mut kinds = BTreeMap::<Partition, Vec<(usize, String, Units)>>::new();
    for (owner, of_owner) in by_owner.iter().enumerate() {
        for (partition, units) in &of_owner.partitions {
            let kind = (partition.0.clone(), kind(&partition.1));
            kinds.entry(kind).or_default().push((owner, partition.1.clone(), *units));
        }
    }
    let load = |((table, kind), found): (Partition, Vec<(usize, String, Units)>)| {
        let owners: BTreeSet<_> = found.iter().map(|(owner, ..)| owner).collect();
        let keys: BTreeSet<_> = found.iter().map(|(_, key, _)| key).collect();
        let sales = (count * owners.len()) as f64;
        let writing = found.iter().map(|it| it.2.writing).sum::<f64>() / sales;
        let reading = found.iter().map(|it| it.2.reading).sum::<f64>() / sales;
        let busiest = (writing / WRITES_A_SECOND).max(reading / READS_A_SECOND) / keys.len() as f64;
        let shared = owners.len() > 1;
        let (partitions, number) = (format!("{table}: {kind}"), keys.len());
        Load { partitions, number, writing, reading, shared, sales_a_second: 1.0 / busiest }
    };
    let mut loads: Vec<_> = kinds.into_iter().map(load).filter(|it| it.sales_a_second < 1e6).collect();
    loads.sort_by(|one, other| one.sales_a_second.total_cmp(&other.sales_a_second));
    loads.truncate(20);
    loads
}

/// A partition key without its ids and its number: `#` and digits at the end.
fn kind(key: &str) -> String {
    let parts = key.split('#').map(|part| match part.parse::<u64>() {
        Ok(_) => "*",
        _ if part.len() == 36 || part.starts_with("shop-a-") || part.starts_with("shop-b-") => "<id>",
        _ => part,
    });
    parts.collect::<Vec<_>>().join("#")
}
