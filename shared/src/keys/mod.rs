//! API keys.

mod api_key;
mod key_store;

pub use api_key::{ApiKey, ApiKeyId, ApiKeyText, Scope};
pub(crate) use key_store::KeyCache;
