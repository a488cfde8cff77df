//! The callers of the functions that are not called over HTTP, at their worst: streams repeat records and change their
//! order, queues lose and repeat messages, functions die at any point.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};
use delivery::{Courier, Notification, Worker};
use fastrand::Rng;
use futures_util::{StreamExt as _, future::join_all, stream};
use local::{Server, StreamBatch};
use publish_events::Batch;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// The cloud around a server.
pub(crate) struct Cloud {
    pub(crate) server: Server,
    worker: Worker,
    pub(crate) mischief: Mischief,
    /// True while nothing goes wrong.
    pub(crate) is_calm: AtomicBool,
}

/// The result of a round.
struct Round {
    /// True if there was nothing to do.
    idle: bool,
    jobs: Vec<Job>,
}

/// A worker's call for an endpoint, and the time of its death, if it dies.
struct Job {
    notification: Notification,
    killed_after: Option<Duration>,
}

/// The counts of faults caused.
#[derive(Debug, Default)]
pub(crate) struct Mischief {
    pub(crate) rounds: AtomicU64,
    pub(crate) records: AtomicU64,
    pub(crate) records_doubled: AtomicU64,
    pub(crate) batches_refused: AtomicU64,
    pub(crate) notifications_lost: AtomicU64,
    pub(crate) notifications_doubled: AtomicU64,
    pub(crate) workers_killed: AtomicU64,
    pub(crate) sweeps_failed: AtomicU64,
}

impl Mischief {
    pub(crate) fn figures(&self) -> [(&'static str, u64); 8] {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        [
            ("rounds under faults", count(&self.rounds)),
            ("stream records", count(&self.records)),
            ("stream records doubled", count(&self.records_doubled)),
            ("stream batches refused", count(&self.batches_refused)),
            ("notifications lost", count(&self.notifications_lost)),
            ("notifications doubled", count(&self.notifications_doubled)),
            ("workers killed", count(&self.workers_killed)),
            ("sweeps failed", count(&self.sweeps_failed)),
        ]
    }
}

/// The time that a worker continues with one endpoint.
const WORKED: Duration = Duration::from_secs(5);

/// The time limit for a number of rounds.
const PATIENCE: Duration = Duration::from_secs(900);

/// The number of batches processed at the same time, as if streams had that many shards.
const SHARDS: usize = 4;

/// The time that the clock advances in each round, in milliseconds.
const ROUND_MILLIS: u64 = 5_000;

impl Cloud {
    pub(crate) fn new(server: Server) -> Result<Arc<Self>> {
        let courier = Courier::new(server.app.clone()).map_err(|error| anyhow!(error))?;
        let worker = Worker::new(courier, server.queues.clone());
        Ok(Arc::new(Self { server, worker, mischief: Mischief::default(), is_calm: AtomicBool::new(false) }))
    }

    pub(crate) fn now(&self) -> i64 {
        self.server.app.clock.now().millis()
    }

    fn happens(&self, random: &mut Rng, one_in: usize) -> bool {
        !self.is_calm.load(Ordering::Relaxed) && random.usize(..one_in) == 0
    }

    /// Runs streams, schedules and queues, round after round, until `over`; then running workers die.
    pub(crate) async fn run(self: Arc<Self>, mut random: Rng, over: &AtomicBool) -> Result<()> {
        let mut at_work = JoinSet::new();
        while !over.load(Ordering::Relaxed) {
            self.server.app.clock.advance(ROUND_MILLIS);
            self.mischief.rounds.fetch_add(1, Ordering::Relaxed);
            for job in self.round(&mut random).await?.jobs {
                let cloud = self.clone();
                at_work.spawn(async move { cloud.work(job).await });
            }
            while at_work.try_join_next().is_some() {}
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Waits for this many rounds.
    pub(crate) async fn rounds(&self, count: u64) -> Result<()> {
        let end = self.mischief.rounds.load(Ordering::Relaxed) + count;
        let come = async {
            while self.mischief.rounds.load(Ordering::Relaxed) < end {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, come).await.context("streams, schedules and queues make no progress")
    }

    /// Runs everything once, except for the deliveries that it leads to.
    async fn round(&self, random: &mut Rng) -> Result<Round> {
        let app = &self.server.app;
        if expire_overdue::handle(app).await.is_err() {
            self.mischief.sweeps_failed.fetch_add(1, Ordering::Relaxed);
        }
        // After a failed read the next one begins at the streams' start.
        let batches = self.server.read_streams().await.unwrap_or_default();
        let mut idle = batches.is_empty();
        let parts = self.torn(batches, random);
        let handed = stream::iter(parts).map(|part| self.hand_on(part)).buffer_unordered(SHARDS);
        let handed: Vec<_> = handed.collect().await;
        self.publish_retries().await?;
        let queues = self.server.queues.as_ref();
        idle &= retry_deliveries::handle(app, queues).await.is_ok();
        let mut jobs = Vec::new();
        for notification in queues.take_notifications() {
            if self.happens(random, 10) {
                self.mischief.notifications_lost.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            if self.happens(random, 10) {
                self.mischief.notifications_doubled.fetch_add(1, Ordering::Relaxed);
                jobs.push(Job { notification: notification.clone(), killed_after: None });
            }
            let killed_after = self.happens(random, 4).then(|| Duration::from_millis(random.u64(1..250)));
            jobs.push(Job { notification, killed_after });
        }
        idle &= jobs.is_empty() && handed.iter().all(|taken| *taken);
        Ok(Round { idle, jobs })
    }

    /// Records in other batches and another order than they came in, some of them twice.
    fn torn(&self, batches: Vec<StreamBatch>, random: &mut Rng) -> Vec<StreamBatch> {
        let mut parts = Vec::new();
        for StreamBatch { table, event } in batches {
            let Some(Value::Array(mut records)) = event.get("Records").cloned() else { continue };
            self.mischief.records.fetch_add(records.len() as u64, Ordering::Relaxed);
            let again: Vec<_> = records.iter().filter(|_| self.happens(random, 10)).cloned().collect();
            self.mischief.records_doubled.fetch_add(again.len() as u64, Ordering::Relaxed);
            records.extend(again);
            random.shuffle(&mut records);
            while !records.is_empty() {
                let rest = records.split_off(records.len().min(random.usize(1..=40)));
                parts.push(StreamBatch { table: table.clone(), event: json!({"Records": records}) });
                records = rest;
            }
        }
        random.shuffle(&mut parts);
        parts
    }

    /// Repeats a batch until it succeeds, as a stream does; without a limit only when calm.
    async fn hand_on(&self, batch: StreamBatch) -> bool {
        let (app, queues) = (&self.server.app, self.server.queues.as_ref());
        for _ in 0..20 {
            let taken = if batch.table == app.feed.events_table() {
                let Ok(event) = serde_json::from_value(batch.event.clone()) else { return false };
                queue_deliveries::handle(app, queues, event).await.batch_item_failures.is_empty()
            } else {
                let Ok(event) = Batch::parse(batch.event.clone()) else { return false };
                publish_events::handle(app, queues, event).await.batch_item_failures.is_empty()
            };
            if taken {
                return true;
            }
            self.mischief.batches_refused.fetch_add(1, Ordering::Relaxed);
        }
        false
    }

    /// Publishes failed subjects again, as their queue does.
    async fn publish_retries(&self) -> Result<()> {
        let queues = self.server.queues.as_ref();
        for subject in queues.take_unpublished() {
            let message = json!({"messageId": "1", "body": subject.to_string(), "eventSource": "aws:sqs"});
            let batch = Batch::parse(json!({"Records": [message]}))?;
            if !publish_events::handle(&self.server.app, queues, batch).await.batch_item_failures.is_empty() {
                let sent = publish_events::Retries::send(queues, &[subject]).await;
                sent.map_err(|error| anyhow!(error))?;
            }
        }
        Ok(())
    }

    async fn work(&self, Job { notification, killed_after }: Job) {
        let work = self.worker.work(&notification, Instant::now() + WORKED);
        match killed_after {
            None => drop(work.await),
            Some(after) => {
                if tokio::time::timeout(after, work).await.is_err() {
                    self.mischief.workers_killed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Runs until nothing is left to do, over the days that it takes.
    pub(crate) async fn come_to_rest(&self, random: &mut Rng) -> Result<usize> {
        self.is_calm.store(true, Ordering::Relaxed);
        for round in 0..400 {
            let Round { idle, jobs } = self.round(random).await?;
            if idle && round > 14 {
                return Ok(round);
            }
            join_all(jobs.into_iter().map(|job| self.work(job))).await;
            // Longer than any wait between two attempts, after all immediate work is done.
            self.server.app.clock.advance(36 * 3_600_000);
        }
        Err(anyhow!("work is left after 400 calm rounds"))
    }

    /// The failed deliveries, for an operator.
    pub(crate) fn given_up(&self) -> Vec<Notification> {
        self.server.queues.given_up()
    }
}
