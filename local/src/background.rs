//! The calls that are automatic in the cloud: the tables' streams call `publish-events` and `queue-deliveries`, a
//! schedule calls `expire-overdue` and `retry-deliveries`, queues call `publish-events` and `deliver-webhooks`.

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

/// The functions that are not called over HTTP, and their callers.
pub(crate) struct Background {
    app: App,
    pub(crate) streams: Streams,
    queues: Arc<Queues>,
    worker: Worker,
}

/// The interval of reading streams and expiring sessions.
const INTERVAL: Duration = Duration::from_secs(1);

impl Background {
    pub(crate) fn new(app: App, courier: Courier, queues: Arc<Queues>, streams: Streams) -> Self {
        Self { app, streams, worker: Worker::new(courier, queues.clone()), queues }
    }

    /// Expires, publishes and delivers until nothing is left to do now.
    pub(crate) async fn catch_up(&self) -> Result<(), BoxError> {
        self.run_schedules_and_streams().await?;
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

    /// Runs forever.
    pub(crate) async fn run(self: Arc<Self>) {
        // Concurrent with each other and with all else, so that an endpoint that hangs blocks nothing.
        let mut deliveries = JoinSet::new();
        loop {
            tokio::time::sleep(INTERVAL).await;
            if let Err(error) = self.run_schedules_and_streams().await {
                tracing::warn!("streams, schedule or queues failed and will be retried: {error}");
            }
            for notification in self.queues.take_notifications() {
                deliveries.spawn(deliver(self.worker.clone(), notification));
            }
            while deliveries.try_join_next().is_some() {}
        }
    }

    /// Expires, publishes until the streams have nothing new, and queues notifications of due deliveries.
    async fn run_schedules_and_streams(&self) -> Result<(), BoxError> {
        acting_as("expire-overdue", expire_overdue::handle(&self.app)).await?;
        // In this order: the events' stream, which has the published events, comes last.
        for table in self.streams.tables() {
            for batch in self.streams.read(table).await? {
                if let Err(error) = self.pass_to_function(batch).await {
                    self.streams.rewind().await;
                    return Err(error);
                }
            }
        }
        self.publish_retries().await?;
        let retry = retry_deliveries::handle(&self.app, self.queues.as_ref());
        Ok(acting_as("retry-deliveries", retry).await?)
    }

    /// Passes a batch to the function of its stream.
    async fn pass_to_function(&self, batch: StreamBatch) -> Result<(), BoxError> {
        let taken = if batch.table == self.app.feed.events_table() {
            let response = functions::queue_deliveries(&self.app, self.queues.as_ref(), batch.event).await?;
            response.batch_item_failures.is_empty()
        } else {
            let response = functions::publish_events(&self.app, self.queues.as_ref(), batch.event).await?;
            response.batch_item_failures.is_empty()
        };
        if taken { Ok(()) } else { Err("a stream record could not be processed".into()) }
    }

    /// Publishes failed subjects again, as their queue does.
    async fn publish_retries(&self) -> Result<(), BoxError> {
        let mut failed = Vec::new();
        for subject in self.queues.take_unpublished() {
            let message = json!({"messageId": "1", "body": subject.to_string(), "eventSource": "aws:sqs"});
            let batch = json!({"Records": [message]});
            let response = functions::publish_events(&self.app, self.queues.as_ref(), batch).await?;
            failed.extend((!response.batch_item_failures.is_empty()).then_some(subject));
        }
        self.queues.send(&failed).await?;
        if failed.is_empty() { Ok(()) } else { Err("publish-events could not publish all subjects".into()) }
    }
}
