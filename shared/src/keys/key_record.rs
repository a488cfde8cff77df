//! API keys as they are stored.

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};

use crate::{
    dynamo::{Item, StoreError, from_item, to_item},
    kernel::{ApiKeyId, Owner, Timestamp},
    keys::{ApiKey, Scope},
};

/// An API key's attributes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ApiKeyRecord {
    id: ApiKeyId,
    owner: Owner,
    scope: Scope,
    secret_hash: B256,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl From<&ApiKey> for ApiKeyRecord {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.clone(),
            owner: key.owner.clone(),
            scope: key.scope,
            secret_hash: key.secret_hash,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

impl From<ApiKeyRecord> for ApiKey {
    fn from(record: ApiKeyRecord) -> Self {
        Self {
            id: record.id,
            owner: record.owner,
            scope: record.scope,
            secret_hash: record.secret_hash,
            created_at: record.created_at,
            expires_at: record.expires_at,
            revoked_at: record.revoked_at,
        }
    }
}

/// An API key's item.
pub(crate) fn key_item(key: &ApiKey) -> Result<Item, StoreError> {
    to_item(&ApiKeyRecord::from(key))
}

/// Reads an API key's item.
pub(crate) fn read_key(item: Item) -> Result<ApiKey, StoreError> {
    from_item::<ApiKeyRecord>("API key", item).map(ApiKey::from)
}
