//! Ids of API keys.

use serde::{Deserialize, Serialize};

/// The id by which a key is looked up: 16 hex digits. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiKeyId(String);

impl ApiKeyId {
    /// Creates an id from the low 64 bits of `random`.
    pub fn new(random: u128) -> Self {
        Self(format!("{:016x}", random & u128::from(u64::MAX)))
    }

    /// `None` unless `text` has 16 hex digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 16 && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
