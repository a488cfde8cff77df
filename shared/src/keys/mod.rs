//! API keys: rules, storage, and the callers who have one.

mod api_key;
mod caller;
mod key_record;
mod key_store;

pub use api_key::{ApiKey, ApiKeyText, Scope};
pub use caller::Caller;
pub use key_store::{KeyStore, Revocation};
