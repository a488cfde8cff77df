//! The command that publishes what streams no longer tell of: it looks at every session and order.
#![allow(clippy::print_stdout, reason = "this program talks to the person who started it")]

use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Parser;
use shared::{
    Error,
    checkout::CheckoutStore,
    dynamo::{Database, Tables, connect, connect_to},
    edge::{Clock, causes},
    feed::FeedStore,
    kernel::{Subject, Timestamp},
};

/// Publishes the events that the feeds of a deployment, or of a local server, lack.
///
/// What is published already stays as it is, and so may the deployment go on meanwhile.
#[derive(Parser)]
struct Arguments {
    /// The table of the sessions; the stack's output SessionsTableName
    #[arg(long, env = "SESSIONS_TABLE", default_value = "SessionsTable")]
    sessions_table: String,
    /// The table of the orders; the stack's output OrdersTableName
    #[arg(long, env = "ORDERS_TABLE", default_value = "OrdersTable")]
    orders_table: String,
    /// The table of the events; the stack's output EventsTableName
    #[arg(long, env = "EVENTS_TABLE", default_value = "EventsTable")]
    events_table: String,
    /// A DynamoDB that takes any credentials, such as the one that the local server prints. Without it:
    /// AWS, with the credentials and the region in the environment
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Only what was made then or later, such as 2026-01-02T03:04:05Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
}

/// How many are published together.
const SUBJECTS_AT_ONCE: usize = 50;

/// What has been done so far.
#[derive(Default)]
struct Progress {
    looked_at: usize,
    published: u64,
    failed: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let client = match &arguments.endpoint {
        Some(endpoint) => connect_to(endpoint),
        None => connect(false).await,
    };
    let client = client.map_err(|error| anyhow!(error)).context("no client for DynamoDB")?;
    let tables = Tables {
        sessions: arguments.sessions_table,
        orders: arguments.orders_table,
        keys: String::new(),
        events: arguments.events_table,
        webhooks: String::new(),
    };
    let (database, mut progress) = (Database::new(client, tables), Progress::default());
    let since = arguments.since.unwrap_or(Timestamp::from_millis(0));
    let (checkout, feed) = (CheckoutStore::new(database.clone()), FeedStore::new(database));
    let walk = checkout.each_subject(since, async |subjects| progress.publish(&feed, &subjects).await);
    walk.await.context("the tables cannot be read")?;
    println!("{} sessions and orders, {} events published", progress.looked_at, progress.published);
    match progress.failed {
        0 => Ok(()),
        failed => bail!("{failed} could not be published; they are named above"),
    }
}

impl Progress {
    /// All together, or, if one of them is in the way, each alone.
    async fn publish(&mut self, store: &FeedStore, subjects: &[Subject]) {
        for some in subjects.chunks(SUBJECTS_AT_ONCE) {
            match publish(store, some).await {
                Ok(published) => self.published += published,
                Err(_) => self.publish_each(store, some).await,
            }
        }
        self.looked_at += subjects.len();
        eprintln!("{} looked at, {} events published", self.looked_at, self.published);
    }

    async fn publish_each(&mut self, store: &FeedStore, subjects: &[Subject]) {
        for subject in subjects {
            match publish(store, &[*subject]).await {
                Ok(published) => self.published += published,
                Err(error) => {
                    self.failed += 1;
                    eprintln!("{subject} could not be published: {error}: {}", causes(&error));
                }
            }
        }
    }
}

async fn publish(store: &FeedStore, subjects: &[Subject]) -> Result<u64, Error> {
    shared::feed::publish(store, subjects, Clock::default().now()).await
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    let time = humantime::parse_rfc3339(text).ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let millis = time.and_then(|time| i64::try_from(time.as_millis()).ok());
    millis.map(Timestamp::from_millis).ok_or("must be a time such as 2026-01-02T03:04:05Z")
}
