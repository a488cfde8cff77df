//! Requests that may be sent twice and happen once (the draft `idempotency-key-header` of the IETF).

use alloy_primitives::keccak256;
use serde::{Deserialize, Serialize};

use crate::kernel::{Owner, RawJson, Timestamp};

/// A key that a client gives to a request, so that sending it again repeats the answer and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The operation that it is for: each has keys of its own.
    pub operation: &'static str,
    /// Whose it is: each merchant has keys of their own, and strangers share theirs.
    pub holder: Option<Owner>,
    /// The key, 1 to 255 characters.
    pub key: String,
    /// What the request's body hashes to.
    pub body_hash: String,
}

/// A used key with the answer that its request got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedKey {
    /// What the first request's body hashes to.
    pub body_hash: String,
    /// The `data` of its answer.
    pub answer: RawJson,
    /// When it was used.
    pub created_at: Timestamp,
}

/// The outcome of a request that creates something and may have been sent before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Creation {
    /// It was created now.
    Created,
    /// The request's key had been used by the same request, which was given this answer.
    Replayed(RawJson),
    /// The request's key had been used by another request.
    KeyConflict,
}

impl IdempotencyKey {
    /// How long a used key is kept at the least, in milliseconds.
    pub const LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;

    /// `None` unless `key` has 1 to 255 characters.
    pub fn new(operation: &'static str, holder: Option<Owner>, key: &str, body: &str) -> Option<Self> {
        let fits = (1..=255).contains(&key.chars().count());
        let body_hash = || keccak256(body).to_string();
        fits.then(|| Self { operation, holder, key: key.to_owned(), body_hash: body_hash() })
    }

    /// The answer to a request with this key, which is `used`.
    pub fn replay(&self, used: UsedKey) -> Creation {
        if used.body_hash == self.body_hash { Creation::Replayed(used.answer) } else { Creation::KeyConflict }
    }

    /// This key, used at `now` by a request that is answered with `answer`.
    pub fn used(&self, answer: RawJson, now: Timestamp) -> UsedKey {
        UsedKey { body_hash: self.body_hash.clone(), answer, created_at: now }
    }
}
