//! JSON that is passed through untouched.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The text of one valid JSON value, kept as it was sent: key order, number spelling, white space.
/// Stored as a string, since a DynamoDB map would keep none of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawJson(String);

impl RawJson {
    /// `{}`
    pub fn empty_object() -> Self {
        Self("{}".to_owned())
    }

    /// From an item's text.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value for serde_json to embed in an answer as it is. `null` stands in for text that is not
    /// JSON, which only a damaged item could hold.
    pub fn to_raw_value(&self) -> &RawValue {
        serde_json::from_str(&self.0).unwrap_or(RawValue::NULL)
    }
}

impl From<&RawValue> for RawJson {
    fn from(value: &RawValue) -> Self {
        Self(value.get().to_owned())
    }
}

impl From<Box<RawValue>> for RawJson {
    fn from(value: Box<RawValue>) -> Self {
        Self(Box::<str>::from(value).into())
    }
}
