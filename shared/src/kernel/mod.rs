//! Ids, time, amounts, addresses, owners, redirect URLs, and JSON kept as it was sent: pure, without AWS, HTTP or a clock.

mod address;
mod amount;
mod api_key_id;
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
pub use event_id::{Cursor, EventId, Subject};
pub use evidence_id::EvidenceId;
pub use id::{OrderId, SessionId};
pub use json::RawJson;
pub use owner::{Owned, Owner};
pub use redirect_url::RedirectUrl;
pub use time::Timestamp;
pub use webhook_id::{DeliveryId, EndpointId};
