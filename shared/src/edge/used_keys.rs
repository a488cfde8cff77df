//! Used idempotency keys.
//!
//! The transaction that carries out a request also writes its key. So a first request costs no more round trips than
//! one without a key, and a failed one does not use up its key. Of simultaneous twins, the loser finds the winner's
//! answer in the refusal.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde_json::value::RawValue;

use crate::{
    dynamo::{
        Database, Item, REMOVABLE_AT, StoreError, from_item, keys, number, store_error, to_item,
        transact::{Refusal, put_new},
    },
    edge::{Creation, IdempotencyKey, KeyHolder},
    kernel::Timestamp,
};

/// A key to use up, with its request's answer.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The key.
    pub key: &'a IdempotencyKey,
    /// The `data` of the answer.
    pub answer: &'a RawValue,
}

impl Database {
    /// The key's part of the transaction that carries out its request.
    pub(crate) fn use_key(&self, claim: &Claim<'_>, now: Timestamp) -> Result<TransactWriteItem, StoreError> {
        let mut item = to_item(&claim.key.used(claim.answer.into(), now))?;
        item.extend(item_key(claim.key));
        // Rounded up: the key is kept for at least its lifetime.
        let removable_at = now.plus_millis(IdempotencyKey::LIFETIME_MILLIS).millis() / 1000 + 1;
        item.insert(REMOVABLE_AT.to_owned(), number(removable_at));
        put_new(&self.tables.sessions, "id", item)
    }

    /// The outcome of a request whose key is used; `None` if it is not.
    pub(crate) async fn replayed(&self, claim: &Claim<'_>) -> Result<Option<Creation>, StoreError> {
        let read = self.client.get_item().table_name(&self.tables.sessions).consistent_read(true);
        let answer = read.set_key(Some(item_key(claim.key))).send().await.map_err(store_error)?;
        answer.item.map(|found| replay(claim.key, Refusal { found: Some(found) })).transpose()
    }
}

/// The outcome of a request whose key is used.
pub(crate) fn replay(key: &IdempotencyKey, refusal: Refusal) -> Result<Creation, StoreError> {
    let found = refusal.found;
    let found =
        found.ok_or_else(|| StoreError::Internal("a used key was refused without its item".into()))?;
    Ok(key.replay(from_item("idempotency key", found)?))
}

fn item_key(key: &IdempotencyKey) -> Item {
    match &key.holder {
        KeyHolder::Merchant(owner) => keys::idempotency(owner, key.operation, &key.key),
        KeyHolder::Session(session) => keys::session_idempotency(*session, key.operation, &key.key),
    }
}
