//! `admin republish`: publishes the events that no stream record tells of any more. It reads every session and order.

use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use shared::{
    checkout::CheckoutStore,
    dynamo::Tables,
    edge::{Clock, causes},
    feed::{FeedStore, Unpublished, publish_each},
    kernel::{Subject, Timestamp},
};

use crate::command::database::{DatabaseArguments, unused};

/// Publishes the events that the feeds lack.
///
/// For after an outage of publishing that was longer than a day, or a restore of the tables. Reads every session and
/// order; publishes nothing twice, and the deployment may be in use meanwhile. It needs AWS_REGION and credentials
/// that may read the tables of sessions and orders and write that of events in the environment.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Table of the sessions; the stack's output SessionsTableName
    #[arg(long, env = "SESSIONS_TABLE", default_value = "SessionsTable")]
    sessions_table: String,
    /// Table of the orders; the stack's output OrdersTableName
    #[arg(long, env = "ORDERS_TABLE", default_value = "OrdersTable")]
    orders_table: String,
    /// Table of the events; the stack's output EventsTableName
    #[arg(long, env = "EVENTS_TABLE", default_value = "EventsTable")]
    events_table: String,
    #[command(flatten)]
    database: DatabaseArguments,
    /// Only what was created at this time or later, such as 2026-01-02T03:04:05Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
}

const EXAMPLES: &str = "\
Example:
  admin republish --sessions-table STACK-SessionsTable --orders-table STACK-OrdersTable \\
    --events-table STACK-EventsTable --since 2026-01-02T00:00:00Z";

/// The number of subjects that are published together.
const SUBJECTS_AT_ONCE: usize = 50;

/// The counts so far.
#[derive(Default)]
struct Progress {
    looked_at: usize,
    published: u64,
    failed: usize,
}

/// Publishes what is missing.
///
/// # Errors
/// The tables cannot be read, or something could not be published.
pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    let tables = Tables {
        sessions: arguments.sessions_table,
        orders: arguments.orders_table,
        keys: unused(),
        events: arguments.events_table,
        webhooks: unused(),
    };
    let (database, mut progress) = (arguments.database.connect(tables).await?, Progress::default());
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
    async fn publish(&mut self, store: &FeedStore, subjects: &[Subject]) {
        for some in subjects.chunks(SUBJECTS_AT_ONCE) {
            let publishing = publish_each(store, some, Clock::default().now()).await;
            self.published += publishing.events;
            self.failed += publishing.failed.len();
            for Unpublished { subject, error } in publishing.failed {
                eprintln!("{subject} could not be published: {error}: {}", causes(&error));
            }
        }
        self.looked_at += subjects.len();
        eprintln!("{} looked at, {} events published", self.looked_at, self.published);
    }
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    let time = humantime::parse_rfc3339(text).ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let millis = time.and_then(|time| i64::try_from(time.as_millis()).ok());
    millis.map(Timestamp::from_millis).ok_or("must be a time such as 2026-01-02T03:04:05Z")
}
