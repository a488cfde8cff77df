//! API keys: looked up by requests, created and revoked by the `keys` command.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    dynamo::{Database, Item, StoreError, keys, number, store_error},
    kernel::{ApiKeyId, Timestamp},
    keys::{
        ApiKey,
        key_record::{key_item, read_key},
    },
};

/// The time for which a function keeps a key that it has looked up, in milliseconds. A revoked key may work for that
/// long.
const REMEMBERED_MILLIS: i64 = 60_000;

/// The most keys that a function keeps; beyond it, the function drops all and looks them up again.
const MOST_REMEMBERED: usize = 1_000;

/// The keys that a warm function has looked up, and the times of that.
#[derive(Debug, Clone, Default)]
struct KeyCache(Arc<Mutex<HashMap<ApiKeyId, (ApiKey, Timestamp)>>>);

impl KeyCache {
    fn entries(&self) -> MutexGuard<'_, HashMap<ApiKeyId, (ApiKey, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, id: &ApiKeyId, now: Timestamp) -> Option<ApiKey> {
        let entries = self.entries();
        let (key, since) = entries.get(id)?;
        (now < since.plus_millis(REMEMBERED_MILLIS)).then(|| key.clone())
    }

    fn put(&self, key: &ApiKey, now: Timestamp) {
        let mut entries = self.entries();
        if entries.len() >= MOST_REMEMBERED {
            entries.clear();
        }
        entries.insert(key.id.clone(), (key.clone(), now));
    }
}

/// API keys. A store caches the keys that it has looked up.
#[derive(Debug, Clone)]
pub struct KeyStore {
    database: Database,
    cache: KeyCache,
}

/// The outcome of revoking a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// It is revoked, by this call or an earlier one.
    Revoked,
    /// There is no such key.
    NoSuchKey,
}

impl KeyStore {
    /// Creates the store on these tables.
    pub fn new(database: Database) -> Self {
        Self { database, cache: KeyCache::default() }
    }

    /// The key of this id, at most a minute old. One round trip, or none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<Option<ApiKey>, StoreError> {
        if let Some(key) = self.cache.get(id, now) {
            return Ok(Some(key));
        }
        let read = self
            .database
            .client
            .get_item()
            .table_name(&self.database.tables.keys)
            .set_key(Some(keys::api_key(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(store_error)?;
        let key = read.item.map(read_key).transpose()?;
        // Unknown ids are not cached: any caller can ask for them.
        if let Some(key) = &key {
            self.cache.put(key, now);
        }
        Ok(key)
    }

    /// Stores a new key.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn add_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        let put = self
            .database
            .client
            .put_item()
            .table_name(&self.database.tables.keys)
            .set_item(Some(key_item(key)?));
        // The id is new and random; if it is taken, an earlier attempt of this call took it.
        match put.condition_expression("attribute_not_exists(id)").send().await {
            Err(error)
                if !error.as_service_error().is_some_and(|it| it.is_conditional_check_failed_exception()) =>
            {
                Err(store_error(error))
            }
            _ => Ok(()),
        }
    }

    /// Revokes a key from `now` on. A revoked key keeps its earlier time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn revoke_api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<Revocation, StoreError> {
        let update = self
            .database
            .client
            .update_item()
            .table_name(&self.database.tables.keys)
            .set_key(Some(keys::api_key(id)));
        let sent = update
            .update_expression("SET revoked_at = if_not_exists(revoked_at, :now)")
            .condition_expression("attribute_exists(id)")
            .expression_attribute_values(":now", number(now.millis()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Revocation::Revoked),
            Err(error)
                if error.as_service_error().is_some_and(|it| it.is_conditional_check_failed_exception()) =>
            {
                Ok(Revocation::NoSuchKey)
            }
            Err(error) => Err(store_error(error)),
        }
    }

    /// All keys, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        let scan = self.database.client.scan().table_name(&self.database.tables.keys).consistent_read(true);
        let items: Vec<Item> =
            scan.into_paginator().items().send().collect::<Result<_, _>>().await.map_err(store_error)?;
        let mut keys = items.into_iter().map(read_key).collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }
}
