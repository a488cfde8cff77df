//! The functions behind queues and streams, called as Lambda calls them: an event in, an answer out, both JSON.

use aws_lambda_events::{dynamodb, sqs::SqsEvent};
use delivery::DeliveryQueue;
use publish_events::{Batch, Retries};
use serde_json::Value;
use shared::{App, edge::BatchResponse};

use crate::policies::acting_as;

/// Calls `record-payment` with a batch of its queue's messages.
pub(crate) async fn record_payment(app: &App, batch: Value) -> Result<BatchResponse, serde_json::Error> {
    let event: SqsEvent = serde_json::from_value(batch)?;
    Ok(acting_as("record-payment", record_payment::handle(app, event)).await)
}

/// Calls `publish-events` with a batch of its streams' records, or of its queue's messages.
pub(crate) async fn publish_events(
    app: &App,
    retries: &dyn Retries,
    batch: Value,
) -> Result<BatchResponse, serde_json::Error> {
    let publish = publish_events::handle(app, retries, Batch::parse(batch)?);
    Ok(acting_as("publish-events", publish).await)
}

/// Calls `queue-deliveries` with a batch of its stream's records.
pub(crate) async fn queue_deliveries(
    app: &App,
    queue: &dyn DeliveryQueue,
    batch: Value,
) -> Result<BatchResponse, serde_json::Error> {
    let event: dynamodb::Event = serde_json::from_value(batch)?;
    Ok(acting_as("queue-deliveries", queue_deliveries::handle(app, queue, event)).await)
}
