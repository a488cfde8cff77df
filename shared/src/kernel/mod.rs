//! Ids, time, amounts, addresses, owners, redirect URLs, and JSON kept as it was sent: pure, without AWS, HTTP or a clock.

mod address;
mod amount;
mod api_key_id;
mod cursor;
mod event_id;
mod evidence_id;
mod id;
pub(crate) mod json;
mod owner;
mod redirect_url;
mod time;
mod webhook_id;

pub use address::{Address, ChainId};
pub use amount::BaseUnits;
pub use api_key_id::ApiKeyId;
pub use cursor::{Cursor, FeedPlace, LanePosition, MOST_LANES, MOST_SEGMENT_EVENTS};
pub use event_id::{EventId, Subject};
pub use evidence_id::EvidenceId;
pub use id::{OrderId, SessionId};
pub use json::RawJson;
pub use owner::{Owned, Owner};
pub use redirect_url::RedirectUrl;
pub use time::Timestamp;
pub use webhook_id::{DeliveryId, EndpointId};
