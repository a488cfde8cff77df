//! What in the cloud happens by itself: the tables' streams call `publish-events` and `queue-deliveries`, a
//! schedule calls `sweep-expired` and `retry-deliveries`, queues call `publish-events` and `deliver-webhooks`.

use std::{sync::Arc, time::Duration};

use delivery::{Courier, Worker};
use futures_util::future::join_all;
use publish_events::Retries as _;
use serde_json::json;
use shared::App;
use tokio::task::JoinSet;

use crate::{
    functions,
    policies::acting_as,
    queues::{Queues, deliver},
    server::BoxError,
    streams::{StreamBatch, Streams},
};

/// The functions that nobody calls over HTTP, and what calls them.
pub(crate) struct Background {
    app: App,
    pub(crate) streams: Streams,
    queues: Arc<Queues>,
    worker: Worker,
}

/// The time from one reading of the streams and deadlines to the next.
const INTERVAL: Duration = Duration::from_secs(1);

impl Background {
    pub(crate) fn new(app: App, courier: Courier, queues: Arc<Queues>, streams: Streams) -> Self {
        Self { app, streams, worker: Worker::new(courier, queues.clone()), queues }
    }

    /// Sweeps, publishes, and delivers, until nothing is left to do now.
    pub(crate) async fn catch_up(&self) -> Result<(), BoxError> {
        self.look_around().await?;
        loop {
            let notifications = self.queues.take_notifications();
            if notifications.is_empty() {
                return Ok(());
            }
            join_all(
                notifications.into_iter().map(|notification| deliver(self.worker.clone(), notification)),
            )
            .await;
        }
    }

    /// Goes on for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        // Beside each other and beside all else, so that an endpoint that hangs holds nothing up.
        let mut deliveries = JoinSet::new();
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.look_around().await {
                tracing::warn!("events wait to be published: {error}");
            }
            for notification in self.queues.take_notifications() {
                deliveries.spawn(deliver(self.worker.clone(), notification));
            }
            while deliveries.try_join_next().is_some() {}
        }
    }

    /// Sweeps, publishes until the streams have nothing new, and finds out what is to be delivered.
    async fn look_around(&self) -> Result<(), BoxError> {
        acting_as("sweep-expired", sweep_expired::handle(&self.app)).await?;
        // In this order: what is published is in the events' stream, which comes last.
        for table in self.streams.tables() {
            for batch in self.streams.read(table).await? {
                if let Err(error) = self.hand_on(batch).await {
                    self.streams.rewind().await;
                    return Err(error);
                }
            }
        }
        self.publish_again().await?;
        let retry = retry_deliveries::handle(&self.app, self.queues.as_ref());
        Ok(acting_as("retry-deliveries", retry).await?)
    }

    /// Hands a batch to the function that its stream is for.
    async fn hand_on(&self, batch: StreamBatch) -> Result<(), BoxError> {
        let taken = if batch.table == self.app.store.events_table() {
            let response = functions::queue_deliveries(&self.app, self.queues.as_ref(), batch.event).await?;
            response.batch_item_failures.is_empty()
        } else {
            let response = functions::publish_events(&self.app, self.queues.as_ref(), batch.event).await?;
            response.batch_item_failures.is_empty()
        };
        if taken { Ok(()) } else { Err("a record of a stream was not taken".into()) }
    }

    /// Brings back what could not be published, as its queue does until it can be.
    async fn publish_again(&self) -> Result<(), BoxError> {
        let mut failed = Vec::new();
        for subject in self.queues.take_unpublished() {
            let message = json!({"messageId": "1", "body": subject.to_string(), "eventSource": "aws:sqs"});
            let batch = json!({"Records": [message]});
            let response = functions::publish_events(&self.app, self.queues.as_ref(), batch).await?;
            failed.extend((!response.batch_item_failures.is_empty()).then_some(subject));
        }
        self.queues.send(&failed).await?;
        if failed.is_empty() { Ok(()) } else { Err("publish-events could not publish everything".into()) }
    }
}
