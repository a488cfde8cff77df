//! A soak: merchants and buyers at work while the database fails, streams repeat themselves, functions die and
//! endpoints hang, fail and vanish. At the end every story is complete and agrees with its events and their
//! deliveries, or the run fails.
#![expect(
    clippy::indexing_slicing,
    reason = "JSON that lacks a member gives null; the arrays have known lengths"
)]

mod cloud;
mod shop;
mod verdict;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use anyhow::{Context as _, Result, anyhow};
use fastrand::Rng;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use local::{Options, Server};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    edge::random_bits,
    kernel::Owner,
    keys::{ApiKey, ApiKeyText, Scope},
};
use tests::{
    client::deposit,
    proxy::{Fault, Proxy},
    receiver::{Manner, Receiver},
};

use cloud::Cloud;
use shop::{PLOTS, Plot, Shop, Story, text};
use verdict::{Endpoint, Fate};

/// The number of stories played at the same time.
const AT_ONCE: usize = 16;

/// One in this many requests to the database meets a fault.
const FAULT_ONE_IN: usize = 60;

/// The least number of rounds in each part of the storm: while one endpoint hangs, after that, and with late evidence.
const ROUNDS: u64 = 15;

/// Longer than any session's lifetime with its detection window, in milliseconds.
const LIFETIME_MILLIS: u64 = 86_400_000 + 120_000;

/// The counts of a soak.
#[derive(Debug, Serialize)]
pub(crate) struct Soak {
    pub(crate) seed: u64,
    pub(crate) figures: Vec<(&'static str, u64)>,
}

/// One merchant, with its stories and endpoints.
struct Merchant {
    shop: Shop,
    stories: Vec<Story>,
    endpoints: Vec<Endpoint>,
}

/// Plays this many stories.
///
/// # Errors
/// The first thing that is wrong in the end, or that kept the run from ending.
pub(crate) async fn run(sessions: usize, seed: u64) -> Result<Soak> {
    let started = Instant::now();
    let mut random = Rng::with_seed(seed);
    let proxy = Proxy::start().await;
    let options = Options { endpoint: Some(proxy.url.clone()), api_keys: true, ..Options::default() };
    let cloud = Cloud::new(Server::start(options).await?)?;
    let mut merchants = [open(&cloud, "one").await?, open(&cloud, "other").await?];
    let receivers = endpoints(&mut merchants).await?;
    // Hanging requests take a second each, so there are fewer of them.
    let passing = [Fault::Lost, Fault::AnswerLost, Fault::ServerError, Fault::Throttled];
    let faults: Vec<_> = passing.into_iter().cycle().take(24).chain([Fault::AnswerHangs]).collect();
    proxy.fail_at_random(FAULT_ONE_IN, &faults, random.u64(..));
    let played = play(&cloud, &mut merchants, &receivers, sessions, &mut random).await;
    let faults = proxy.stop_failing();
    played?;
    eprintln!("{sessions} stories played; waiting for the last attempts");
    for receiver in &receivers {
        receiver.behave(Manner::Answers(200));
    }
    let rounds = cloud.come_to_rest(&mut random).await?;
    eprintln!("at rest after {rounds} rounds; checking every story, event and delivery");
    let mut figures = vec![("stories", sessions as u64), ("database faults", faults)];
    figures.extend(cloud.mischief.figures());
    for merchant in &merchants {
        verdict::check(
            &merchant.shop,
            &merchant.stories,
            &merchant.endpoints,
            &cloud.given_up(),
            &mut figures,
        )
        .await?;
    }
    figures.push(("seconds", started.elapsed().as_secs()));
    Ok(Soak { seed, figures })
}

async fn open(cloud: &Cloud, name: &str) -> Result<Merchant> {
    let text = ApiKeyText::new(random_bits(), [random_bits(), random_bits()]);
    let owner = Owner::parse(name).context("no name")?;
    let key = ApiKey::new(&text, owner, Scope::Write, None, cloud.server.app.clock.now());
    cloud.server.app.keys.add_api_key(&key).await?;
    let http = reqwest::Client::builder().tls_certs_only([]).build()?;
    let shop = Shop { url: cloud.server.url.clone(), key: text.reveal(), http };
    Ok(Merchant { shop, stories: Vec::new(), endpoints: Vec::new() })
}

/// A good endpoint and one of each bad kind. The one that vanishes gets few event types, as all of its deliveries fail
/// after ten attempts.
async fn endpoints(merchants: &mut [Merchant; 2]) -> Result<Vec<Arc<Receiver>>> {
    let [one, other] = merchants;
    let mut receivers = Vec::new();
    let all = json!(["*"]);
    for manner in [Manner::Answers(200), Manner::TakesEvery(3), Manner::Hangs] {
        receivers.push(add_endpoint(one, manner, &all, Fate::Delivers).await?);
    }
    receivers.push(add_endpoint(other, Manner::Answers(200), &all, Fate::Delivers).await?);
    let few = json!(["checkout.session.completed"]);
    let vanishes = add_endpoint(other, Manner::Answers(200), &few, Fate::GivesUp).await?;
    vanishes.vanish();
    Ok(receivers)
}

async fn add_endpoint(
    merchant: &mut Merchant,
    manner: Manner,
    types: &Value,
    fate: Fate,
) -> Result<Arc<Receiver>> {
    let receiver = Arc::new(Receiver::start().await);
    receiver.behave(manner);
    let wanted = json!({"url": receiver.url, "event_types": types});
    let (status, made) = merchant.shop.ask("POST", "/webhook-endpoints", &wanted).await?;
    anyhow::ensure!(status == 200, "an endpoint was not created: {made}");
    merchant.endpoints.push(Endpoint { id: text(&made["id"])?, receiver: receiver.clone(), fate });
    Ok(receiver)
}

/// Plays all stories beside the cloud, and then sends the late evidence.
async fn play(
    cloud: &Arc<Cloud>,
    merchants: &mut [Merchant; 2],
    receivers: &[Arc<Receiver>],
    sessions: usize,
    random: &mut Rng,
) -> Result<()> {
    let over = Arc::new(AtomicBool::new(false));
    let (its_random, its_over, its_cloud) = (random.fork(), over.clone(), cloud.clone());
    let cloud_at_work = tokio::spawn(async move { its_cloud.run(its_random, &its_over).await });
    let shops = [merchants[0].shop.clone(), merchants[1].shop.clone()];
    let tasks: Vec<_> = (0..sessions).map(|number| (number, random.fork())).collect();
    let told = stream::iter(tasks).map(|(number, mut random)| {
        let (shop, cloud) = (shops[number % 2].clone(), cloud.clone());
        async move {
            // Each merchant plays every plot.
            let plot = PLOTS[number / 2 % PLOTS.len()];
            shop.play(plot, &mut random, || cloud.now()).await.map(|story| (number % 2, story))
        }
    });
    let told: Result<Vec<_>> = told.buffer_unordered(AT_ONCE).try_collect().await;
    for (merchant, story) in told? {
        merchants[merchant].stories.push(story);
    }
    cloud.rounds(ROUNDS).await?;
    receivers[2].behave(Manner::Answers(200));
    cloud.rounds(ROUNDS).await?;
    cloud.server.app.clock.advance(LIFETIME_MILLIS);
    for merchant in merchants.iter() {
        for story in merchant.stories.iter().filter(|story| story.plot == Plot::Late) {
            let order = story.order.as_ref().context("a late story has an order")?;
            let late = deposit("l", 1_000_000, cloud.now());
            merchant.shop.tell(order, vec![late], random).await?;
        }
    }
    cloud.rounds(ROUNDS).await?;
    over.store(true, Ordering::Relaxed);
    cloud_at_work.await.map_err(|error| anyhow!(error))?
}
