//! Answers of functions that are called with a batch of a queue or a stream.

use serde::Serialize;

use crate::{Error, edge::log_failure};

/// The parts of a batch that failed, as Lambda reads it: a queue delivers each failed message again, a stream starts again
/// from the first failed record.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// The failed messages or records.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A message or record that failed.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// The message's id, or the record's sequence number.
    pub item_identifier: Option<String>,
}

impl BatchResponse {
    /// Adds a failed message or record.
    pub fn add(&mut self, id: Option<String>) {
        self.batch_item_failures.push(BatchItemFailure { item_identifier: id });
    }

    /// Logs the failure of a message, and adds it.
    pub fn fail(&mut self, id: Option<String>, error: &Error) {
        log_failure(id.as_deref().unwrap_or_default(), error);
        self.add(id);
    }
}
