//! Ids of pieces of evidence.

use serde::{Deserialize, Deserializer, Serialize, de};

/// A piece of evidence's id, 1 to 512 bytes: it becomes a part of a DynamoDB sort key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EvidenceId(String);

impl EvidenceId {
    /// The longest id, in bytes.
    pub const MAX_BYTES: usize = 512;

    /// `None` unless `text` has 1 to [`EvidenceId::MAX_BYTES`] bytes.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (1..=Self::MAX_BYTES).contains(&text.len()).then_some(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for EvidenceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?)
            .ok_or_else(|| de::Error::custom("an evidence id must have 1 to 512 bytes"))
    }
}
