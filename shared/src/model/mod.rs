//! What sessions and orders are and may do: pure rules without AWS, HTTP or a clock.

mod address;
mod amount;
mod api_key;
mod chain_document;
mod chains;
mod deposit_address;
mod event;
mod event_id;
mod evidence;
mod id;
mod idempotency;
mod json;
mod ledger;
mod order;
mod owner;
mod redirect;
#[cfg(test)]
mod sample;
mod session;
mod status;
mod story;
mod time;
mod token;
mod webhook_delivery;
mod webhook_endpoint;

pub use address::{Address, ChainId};
pub use amount::BaseUnits;
pub use api_key::{ApiKey, ApiKeyId, ApiKeyText, Scope};
pub use chain_document::ChainsError;
pub use chains::{
    AnyToken, Chain, Chains, Confirmations, FinalityTag, NativeDeposits, RouteError, RpcUrl, Tokens,
};
pub use deposit_address::{DepositAddress, ForwarderAddress, ForwarderSettingError};
pub use event::{Effect, Event, EventObject, EventType, OrderState, ToldDeposit};
pub use event_id::{Cursor, EventId, Subject};
pub use evidence::{Evidence, EvidenceId, Fact, RefundStatus, RelayStatus};
pub use id::{OrderId, SessionId};
pub use idempotency::{IdempotencyKey, UsedKey};
pub use json::RawJson;
pub use ledger::Recorded;
pub(crate) use ledger::withdrawn_ids;
pub use order::{Onramp, OnrampVendor, Order, OrderTerms, OrderType};
pub use owner::{Owned, Owner};
pub use redirect::RedirectUrl;
pub use session::{NewSession, Session, SessionState};
pub use status::{ExpiredReason, OrderStatus, ProgressStatus, SessionStatus, Step};
pub use story::Story;
pub use time::Timestamp;
use token::public_metadata;
pub use token::token_metadata;
pub use webhook_delivery::{Attempt, Delivery, DeliveryId, DeliveryStatus, Occasion};
pub use webhook_endpoint::{Endpoint, EndpointId, MOST_ENDPOINTS, SecretInUse, WebhookSecret};

/// The longest request body, in bytes (contract, "Endpoints").
pub const MAX_BODY_BYTES: usize = 64 * 1024;
