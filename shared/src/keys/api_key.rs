//! API keys: their form, scopes and validity.

use std::fmt;

use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::kernel::{ApiKeyId, Owner, Timestamp};

/// The scope of an API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read.
    Read,
    /// Read and change.
    Write,
}

/// A key's text, as its holder has it: `ck_<id>_<secret>`. Its `Debug` hides the secret.
pub struct ApiKeyText {
    /// The id by which it is looked up.
    pub id: ApiKeyId,
    secret: String,
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The id by which it is looked up.
    pub id: ApiKeyId,
    /// The owner of the data that it opens.
    pub owner: Owner,
    /// The scope.
    pub scope: Scope,
    /// The secret's SHA-256. The secret is random and long, so a slow hash would protect nothing more.
    pub secret_hash: B256,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The time at which it expires, if it does.
    pub expires_at: Option<Timestamp>,
    /// The time at which it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// The prefix of a key, for people and for tools that look for leaked secrets.
const PREFIX: &str = "ck_";

impl ApiKeyText {
    /// Creates a key from random bits, more than 240 of them for the secret.
    pub fn new(id: u128, secret: [u128; 2]) -> Self {
        let [first, second] = secret.map(u128::to_be_bytes);
        let id = ApiKeyId::new(id);
        Self { id, secret: bs58::encode([first, second].concat()).into_string() }
    }

    /// Reads a key as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let id = ApiKeyId::parse(id)?;
        ((32..=64).contains(&secret.len())).then(|| Self { id, secret: secret.to_owned() })
    }

    /// The whole key, shown to its holder once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id.as_str(), self.secret)
    }

    fn hash(&self) -> B256 {
        B256::new(Sha256::digest(&self.secret).into())
    }
}

impl fmt::Debug for ApiKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKeyText").field("id", &self.id).finish_non_exhaustive()
    }
}

impl ApiKey {
    /// The stored form of a new key.
    pub fn new(
        text: &ApiKeyText,
        owner: Owner,
        scope: Scope,
        lifetime_millis: Option<i64>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: text.id.clone(),
            owner,
            scope,
            secret_hash: text.hash(),
            created_at: now,
            expires_at: lifetime_millis.map(|millis| now.plus_millis(millis)),
            revoked_at: None,
        }
    }

    /// Returns true if `text` is this key and is valid at `now`. Compares in constant time, which reveals nothing about
    /// the secrets' difference.
    pub fn admits(&self, text: &ApiKeyText, now: Timestamp) -> bool {
        let same = bool::from(self.secret_hash.as_slice().ct_eq(text.hash().as_slice()));
        same && self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl Scope {
    /// Its name, for the command line and error messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_759_387_147_944);

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_shown_and_opens_its_own_lock_only(id: u128, secret: [u128; 2], other: [u128; 2]) {
            let text = ApiKeyText::new(id, secret);
            let key = ApiKey::new(&text, Owner::default(), Scope::Read, Some(1), NOW);
            let again = ApiKeyText::parse(&text.reveal()).unwrap();
            prop_assert_eq!(&again.id, &text.id);
            prop_assert!(key.admits(&again, NOW));
            prop_assert!(!key.admits(&again, NOW.plus_millis(1)));
            prop_assert_eq!(key.admits(&ApiKeyText::new(id, other), NOW), secret == other);
            let revoked = ApiKey { revoked_at: Some(NOW), ..key };
            prop_assert!(!revoked.admits(&again, NOW));
            let shown = format!("{text:?}");
            prop_assert!(!shown.contains(&text.secret));
        }

        #[test]
        fn no_text_makes_reading_a_key_panic(text in "(ck_)?[0-9a-f_é]{0,80}") {
            let _ = ApiKeyText::parse(&text);
        }
    }
}
