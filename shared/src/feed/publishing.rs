//! Publishing as functions and commands call it: renders events, and isolates subjects that fail.

use serde_json::value::to_raw_value;

use crate::{
    Error, Result,
    dynamo::StoreError,
    feed::{Event, EventView, FeedStore},
    kernel::{Cursor, Subject, Timestamp},
};

/// A subject whose events could not be published.
#[derive(Debug)]
pub struct Unpublished {
    /// The subject.
    pub subject: Subject,
    /// The reason.
    pub error: Error,
}

/// The outcome of publishing several subjects' events.
#[derive(Debug, Default)]
pub struct Publishing {
    /// The number of events published.
    pub events: u64,
    /// The subjects that could not be published.
    pub failed: Vec<Unpublished>,
}

/// Publishes the events of these subjects that their feeds lack, and returns their number.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Internal`]; some events may have been published.
pub async fn publish(store: &FeedStore, subjects: &[Subject], now: Timestamp) -> Result<u64> {
    let render = |event: &Event, cursor: Cursor| {
        to_raw_value(&EventView::new(event, Some(cursor))).map_err(|error| StoreError::Internal(error.into()))
    };
    // Boxed, as the compiler does not look into futures that are nested much deeper.
    Ok(Box::pin(store.publish(subjects, now, render)).await?)
}

/// Publishes the events of all subjects together or, if one of them fails, of each alone.
pub async fn publish_each(store: &FeedStore, subjects: &[Subject], now: Timestamp) -> Publishing {
    let mut publishing = Publishing::default();
    if let Ok(events) = publish(store, subjects, now).await {
        return Publishing { events, ..publishing };
    }
    for &subject in subjects {
        match publish(store, &[subject], now).await {
            Ok(events) => publishing.events += events,
            Err(error) => publishing.failed.push(Unpublished { subject, error }),
        }
    }
    publishing
}
