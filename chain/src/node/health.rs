//! The health of a node: whether it answers. The log says once that it fails, and once that it answers again.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use super::error::NodeError;

/// The health of one node, shared by all that ask it.
pub(super) struct Health {
    /// The node's name in the log: its URL may hold an access key.
    name: String,
    answers: AtomicBool,
}

impl Health {
    pub(super) fn new(name: String) -> Self {
        Self { name, answers: AtomicBool::new(true) }
    }

    /// Takes note of an answer.
    pub(super) fn answered(&self) {
        if !self.answers.swap(true, Ordering::Relaxed) {
            tracing::warn!("{} answers again", self.name);
        }
    }

    /// Takes note of a failure. A refusal is an answer.
    pub(super) fn failed(&self, error: &NodeError) {
        let fails = matches!(error, NodeError::Limited | NodeError::Failed { .. });
        if fails && self.answers.swap(false, Ordering::Relaxed) {
            tracing::warn!("{} fails: {error}", self.name);
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
