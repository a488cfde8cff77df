//! Requests that may be sent twice and take effect once (the draft `idempotency-key-header` of the IETF).

use alloy_primitives::keccak256;
use serde::{Deserialize, Serialize};

use crate::kernel::{Owner, RawJson, SessionId, Timestamp};

/// A key that a client gives to a request, so that sending it again only repeats the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The operation; each has keys of its own.
    pub operation: &'static str,
    /// The holder; each has keys of its own.
    pub holder: KeyHolder,
    /// The key, 1 to 255 characters.
    pub key: String,
    /// The hash of the request's body.
    pub body_hash: String,
}

/// The holder of idempotency keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyHolder {
    /// A merchant.
    Merchant(Owner),
    /// The unauthenticated callers who order for this session. Shared by all of them, a key would be squatted.
    Session(SessionId),
}

/// A used key with its request's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedKey {
    /// The hash of the first request's body.
    pub body_hash: String,
    /// The `data` of its answer.
    pub answer: RawJson,
    /// The time at which it was used.
    pub created_at: Timestamp,
}

/// The outcome of a request that creates something and may have been sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// It was created now.
    Created,
    /// The request's key was used by the same request, with this answer.
    Replayed(RawJson),
    /// The request's key was used by another request.
    KeyConflict,
}

impl IdempotencyKey {
    /// The shortest time that a used key is kept, in milliseconds.
    pub const LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;

    /// `None` unless `key` has 1 to 255 characters.
    pub fn new(operation: &'static str, holder: KeyHolder, key: &str, body: &str) -> Option<Self> {
        let fits = (1..=255).contains(&key.chars().count());
        let body_hash = || keccak256(body).to_string();
        fits.then(|| Self { operation, holder, key: key.to_owned(), body_hash: body_hash() })
    }

    /// The outcome of a request with this key, which is `used`.
    pub fn replay(&self, used: UsedKey) -> Creation {
        if used.body_hash == self.body_hash { Creation::Replayed(used.answer) } else { Creation::KeyConflict }
    }

    /// This key, used at `now` by a request with this `answer`.
    pub fn used(&self, answer: RawJson, now: Timestamp) -> UsedKey {
        UsedKey { body_hash: self.body_hash.clone(), answer, created_at: now }
    }
}
