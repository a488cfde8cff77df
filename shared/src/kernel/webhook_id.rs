//! Ids of webhook endpoints and of their deliveries.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Timestamp;

/// An endpoint's id: `we_` and 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId(Uuid);

impl EndpointId {
    /// Creates an id from random bits.
    pub fn new(random: u128) -> Self {
        Self(uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid())
    }

    /// Reads an id as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let id = Self(Uuid::try_parse(text.strip_prefix("we_")?).ok()?);
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "we_{}", self.0.simple())
    }
}

impl Serialize for EndpointId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EndpointId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an endpoint id"))
    }
}

/// A delivery's id, which sorts by creation time: `whd_<13 digits of milliseconds>_<event id>`. It follows from the
/// event, so creating a delivery again finds the first one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// The id of an event's delivery.
    pub fn new(created_at: Timestamp, event_id: &str) -> Self {
        Self(format!("whd_{:013}_{event_id}", created_at.millis()))
    }

    /// Reads an id as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let (time, event) = text.strip_prefix("whd_")?.split_once('_')?;
        let of_time = time.len() == 13 && time.bytes().all(|byte| byte.is_ascii_digit());
        let of_event = event.len() <= 80
            && event.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        (of_time && of_event).then(|| Self(text.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
