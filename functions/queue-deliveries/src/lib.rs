//! Creates the deliveries of new events, and has them sent. The events table's stream says only that a feed has grown;
//! this function computes which events lack deliveries. So stream records that are repeated, late or lost do no harm:
//! the next one makes up for them, and so does `retry-deliveries` every minute.

use std::{collections::BTreeMap, convert::Infallible, time::Instant};

use aws_lambda_events::dynamodb::{Event, EventRecord};
use delivery::{DeliveryQueue, FAN_OUT_TIME, queue_deliveries};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_dynamo::AttributeValue;
use shared::{
    App, Result,
    dynamo::owner_of_feed,
    edge::{self, BatchResponse},
    kernel::Owner,
};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let app = App::from_env().await?;
    let queue = delivery::aws::notifications().await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Event>| {
        Ok::<_, Infallible>(handle(&app, queue.as_ref(), event.payload).await)
    }))
    .await
}

/// Fans out each feed that has grown. The stream starts again from the first record that is reported as failed.
pub async fn handle(app: &App, queue: &dyn DeliveryQueue, event: Event) -> BatchResponse {
    let end = Instant::now() + FAN_OUT_TIME;
    let mut owners = BTreeMap::new();
    for (position, record) in event.records.iter().enumerate() {
        if let Some(owner) = grown(record) {
            owners.entry(owner.as_str().to_owned()).or_insert((position, owner));
        }
    }
    let mut first_failed = None::<usize>;
    for (position, owner) in owners.into_values() {
        if let Err(error) = queue_deliveries(app, queue, &owner, end).await {
            edge::log_failure(owner.as_str(), &error);
            first_failed = Some(first_failed.map_or(position, |first| first.min(position)));
        }
    }
    let mut response = BatchResponse::default();
    if let Some(record) = first_failed.and_then(|position| event.records.get(position)) {
        response.add(record.change.sequence_number.clone());
    }
    response
}

/// The owner of the feed that has grown, by a stream record.
fn grown(record: &EventRecord) -> Option<Owner> {
    match record.change.keys.get("pk")? {
        AttributeValue::S(key) => owner_of_feed(key),
        _ => None,
    }
}
