//! Gives each event its place in its merchant's feed. The tables' streams say only what has changed; what of
//! it is not in the feed yet is found out here, so a record that comes twice, late or out of order does no
//! harm.

use std::collections::BTreeSet;

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use serde_dynamo::AttributeValue;
use shared::{
    App, Result, http,
    model::{Cursor, Subject},
    store::subject_of,
};

/// Publishes what the records' subjects have to tell: all together, or, if one of them is in the way, each
/// alone. The stream starts again from the first record that is reported as failed.
pub async fn handle(app: &App, event: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    let subjects: BTreeSet<_> = event.records.iter().filter_map(changed).collect();
    if publish(app, &Vec::from_iter(subjects.iter().copied())).await.is_ok() {
        return response;
    }
    let mut failed = BTreeSet::new();
    for subject in subjects {
        if let Err(error) = publish(app, &[subject]).await {
            http::log_failure(&subject.to_string(), &error);
            failed.insert(subject);
        }
    }
    let first = event.records.iter().find(|it| changed(it).is_some_and(|subject| failed.contains(&subject)));
    response.batch_item_failures.extend(first.map(|record| {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = record.change.sequence_number.clone();
        failure
    }));
    response
}

/// What a record is about, if it is a session or of an order.
fn changed(record: &EventRecord) -> Option<Subject> {
    let keys = &record.change.keys;
    match keys.get("id").or_else(|| keys.get("pk"))? {
        AttributeValue::S(key) => subject_of(key),
        _ => None,
    }
}

async fn publish(app: &App, subjects: &[Subject]) -> Result<()> {
    let render = |event: &_, cursor: Cursor| {
        http::render(&http::EventView::new(event, Some(cursor))).map(|text| text.get().to_owned())
    };
    app.store.publish(subjects, app.clock.now(), render).await
}
