//! API keys: looked up by requests, made and revoked by the `keys` command.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    Error,
    dynamo::{Item, Store, from_item, keys, number, store_error, to_item},
    kernel::Timestamp,
    keys::{ApiKey, ApiKeyId},
};

/// How long a function that has looked a key up goes without asking again, and so how long a revoked key
/// may go on working.
const REMEMBERED_MILLIS: i64 = 60_000;

/// Beyond this many, a function forgets all keys and asks again.
const MOST_REMEMBERED: usize = 1_000;

/// The keys that a warm function has looked up, and when.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyCache(Arc<Mutex<HashMap<ApiKeyId, (ApiKey, Timestamp)>>>);

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

impl Store {
    /// The key of this id, as it was at most a minute ago. One round trip, or none.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<Option<ApiKey>, Error> {
        if let Some(key) = self.key_cache.get(id, now) {
            return Ok(Some(key));
        }
        let read = self
            .client
            .get_item()
            .table_name(&self.tables.keys)
            .set_key(Some(keys::api_key(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(store_error)?;
        let key = read.item.map(read_key).transpose()?;
        // What does not exist is not remembered: anybody can ask for it.
        if let Some(key) = &key {
            self.key_cache.put(key, now);
        }
        Ok(key)
    }

    /// Keeps a new key.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn add_api_key(&self, key: &ApiKey) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.tables.keys).set_item(Some(to_item(key)?));
        // The id is new and random; where it is taken, an attempt of this very call took it.
        match put.condition_expression("attribute_not_exists(id)").send().await {
            Err(error)
                if !error.as_service_error().is_some_and(|it| it.is_conditional_check_failed_exception()) =>
            {
                Err(store_error(error))
            }
            _ => Ok(()),
        }
    }

    /// Makes a key void from `now` on, and returns whether there was such a key. One that is revoked
    /// already stays revoked since then.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn revoke_api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<bool, Error> {
        let update = self.client.update_item().table_name(&self.tables.keys).set_key(Some(keys::api_key(id)));
        let sent = update
            .update_expression("SET revoked_at = if_not_exists(revoked_at, :now)")
            .condition_expression("attribute_exists(id)")
            .expression_attribute_values(":now", number(now.millis()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|it| it.is_conditional_check_failed_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(store_error(error)),
        }
    }

    /// All keys, the oldest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn api_keys(&self) -> Result<Vec<ApiKey>, Error> {
        let scan = self.client.scan().table_name(&self.tables.keys).consistent_read(true);
        let items: Vec<Item> =
            scan.into_paginator().items().send().collect::<Result<_, _>>().await.map_err(store_error)?;
        let mut keys = items.into_iter().map(read_key).collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }
}

fn read_key(item: Item) -> Result<ApiKey, Error> {
    from_item("API key", item)
}
