//! Publishes events to their merchants' feeds. The tables' streams say only that something has changed; this function
//! computes which events the feed lacks. So stream records that are repeated, late or out of order do no harm. Failed
//! subjects come back through a queue of their own, so they do not block a stream.

mod retries;

use std::collections::BTreeSet;

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    sqs::{SqsEvent, SqsMessage},
};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_dynamo::AttributeValue;
use serde_json::Value;
use shared::{
    App, Error,
    dynamo::subject_of,
    edge::{self, BatchResponse, queue::Queue},
    feed::{publish, publish_each},
    kernel::Subject,
};

pub use retries::Retries;

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let app = App::from_env().await?;
    let retries = Queue::from_env("PUBLISHING_RETRIES_QUEUE_URL").await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        Ok::<_, lambda_runtime::Error>(handle(&app, &retries, Batch::parse(event.payload)?).await)
    }))
    .await
}

/// The function's input.
#[derive(Debug)]
pub enum Batch {
    /// A stream's records.
    Changes(Event),
    /// Messages of the queue.
    Retries(SqsEvent),
}

impl Batch {
    /// Reads an event from Lambda.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse(event: Value) -> serde_json::Result<Self> {
        match event.pointer("/Records/0/eventSource").and_then(Value::as_str) {
            Some("aws:sqs") => serde_json::from_value(event).map(Self::Retries),
            _ => serde_json::from_value(event).map(Self::Changes),
        }
    }
}

/// Publishes the events of a batch's subjects.
pub async fn handle(app: &App, retries: &dyn Retries, batch: Batch) -> BatchResponse {
    match batch {
        Batch::Changes(event) => publish_changes(app, retries, &event.records).await,
        Batch::Retries(event) => publish_retries(app, event.records).await,
    }
}

/// Publishes what has changed. Failed subjects go to the queue; only if that fails too, the stream repeats from the first
/// of them.
async fn publish_changes(app: &App, retries: &dyn Retries, records: &[EventRecord]) -> BatchResponse {
    let mut response = BatchResponse::default();
    let subjects = BTreeSet::from_iter(records.iter().filter_map(changed));
    let subjects = Vec::from_iter(subjects);
    let failed = publish_each(&app.feed, &subjects, app.clock.now()).await.failed;
    if failed.is_empty() {
        return response;
    }
    failed.iter().for_each(|it| edge::log_failure(&it.subject.to_string(), &it.error));
    let failed: Vec<_> = failed.into_iter().map(|it| it.subject).collect();
    if let Err(error) = retries.send(&failed).await {
        edge::log_failure("publishing retries queue", &Error::Unavailable(error));
        let left = |record: &&EventRecord| changed(record).is_some_and(|subject| failed.contains(&subject));
        if let Some(record) = records.iter().find(left) {
            response.add(record.change.sequence_number.clone());
        }
    }
    response
}

async fn publish_retries(app: &App, messages: Vec<SqsMessage>) -> BatchResponse {
    let mut response = BatchResponse::default();
    for message in messages {
        let subject = message.body.as_deref().and_then(Subject::parse);
        let outcome = match subject {
            Some(subject) => publish(&app.feed, subject, app.clock.now()).await.map(drop),
            None => Err(Error::Internal("the message body is not the id of a session or an order".into())),
        };
        if let Err(error) = outcome {
            let name = subject.map(|subject| subject.to_string()).or_else(|| message.message_id.clone());
            edge::log_failure(&name.unwrap_or_default(), &error);
            response.add(message.message_id);
        }
    }
    response
}

/// The subject of a stream record, if it is a session's or an order's.
fn changed(record: &EventRecord) -> Option<Subject> {
    let keys = &record.change.keys;
    match keys.get("id").or_else(|| keys.get("pk"))? {
        AttributeValue::S(key) => subject_of(key),
        _ => None,
    }
}
