//! JSON that is passed through untouched, and values that are kept as its text.

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

/// Keeps a value as the text of its JSON.
pub(super) mod json_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de, de::DeserializeOwned, ser};

    pub(in crate::model) fn serialize<T: Serialize, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(value).map_err(ser::Error::custom)?)
    }

    pub(in crate::model) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The same for a value that others share.
pub(super) mod shared_text {
    use std::sync::Arc;

    use serde::{Deserializer, Serialize, Serializer, de::DeserializeOwned};

    use super::json_text;

    pub(in crate::model) fn serialize<T: Serialize, S: Serializer>(
        value: &Arc<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        json_text::serialize(&**value, serializer)
    }

    pub(in crate::model) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<T>, D::Error> {
        json_text::deserialize(deserializer).map(Arc::new)
    }
}
