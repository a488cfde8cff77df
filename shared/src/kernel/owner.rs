//! Owners.

use serde::{Deserialize, Serialize};

/// A merchant of this deployment: 1 to 64 of the characters `a-z`, `0-9` and `-`. Key construction relies on the
/// absence of `#`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(String);

impl Owner {
    /// Reads a name; `None` if it breaks the rule.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        ((1..=64).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true for the owner of data created without a key; items do not name that owner.
    pub fn is_default(&self) -> bool {
        self.0 == DEFAULT
    }
}

const DEFAULT: &str = "default";

/// The owner of all data created while keys were off, so that switching them on loses nothing.
impl Default for Owner {
    fn default() -> Self {
        Self(DEFAULT.to_owned())
    }
}

/// Data of a merchant, of which unauthenticated callers who know its id see a part.
pub trait Owned: Sized {
    /// The owner.
    fn owner(&self) -> &Owner;

    /// The part that unauthenticated callers may see: all but the merchant's own data.
    #[must_use]
    fn redacted(self) -> Self;
}
