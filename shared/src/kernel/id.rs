//! Ids: one type per thing, so that they cannot be mixed up.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Timestamp;

/// A session's id: a UUIDv8 (RFC 9562, section 5.8) of 73 random bits, a bit that tells whether the session has payment
/// terms, and the 48 bits of its `expires_at` in milliseconds.
///
/// The id holds the expiry because an order must copy it (`expiredAt`), and linking is one transaction without a
/// prior read: `POST /orders` knows only the session's id. Only for a session with payment terms it reads these first,
/// to watch and to show their options. The transaction's condition compares expiry and terms with the stored ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(Uuid);

/// The low 48 bits hold the expiry.
const EXPIRY_BITS: u32 = 48;
const EXPIRY_MASK: u128 = (1 << EXPIRY_BITS) - 1;

/// The bit of sessions with payment terms.
const TERMS_BIT: u128 = 1 << EXPIRY_BITS;

impl SessionId {
    /// Creates an id for a session that expires at `expires_at`. `random` must be unpredictable: the id is the
    /// session's only protection from unauthenticated callers.
    pub fn new(random: u128, expires_at: Timestamp, has_terms: bool) -> Self {
        let expiry = u128::from(expires_at.millis().unsigned_abs()) & EXPIRY_MASK;
        let terms = if has_terms { TERMS_BIT } else { 0 };
        let bits = (random & !EXPIRY_MASK & !TERMS_BIT) | terms | expiry;
        Self(uuid::Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid())
    }

    /// Reads an id as a client sends it. `None` for anything that [`SessionId::new`] never creates, and that no session
    /// therefore has.
    pub fn parse(text: &str) -> Option<Self> {
        parse_hyphenated(text).filter(|uuid| uuid.get_version_num() == 8).map(Self)
    }

    /// The sixteen bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads the sixteen bytes; `None` for those that no session's id has.
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        Self::parse(&Uuid::from_bytes(bytes).to_string())
    }

    /// Returns true if the session has payment terms.
    pub fn has_terms(self) -> bool {
        self.0.as_u128() & TERMS_BIT != 0
    }

    /// The time at which the session expires.
    pub fn expires_at(self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.0.as_u128() & EXPIRY_MASK).unwrap_or(i64::MAX))
    }
}

/// An order's id: for an order with a session a UUIDv5 (RFC 9562, section 5.5) of the session's id, for any other a
/// random UUID (version 4).
///
/// A session has one order at most, so its id is enough to find that order's item, and expiring both is one write
/// without a prior read. An order's id does not reveal its session's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(Uuid);

/// The namespace (RFC 9562, section 6.5) of the ids of linked orders.
const ORDER_OF_SESSION: Uuid = Uuid::from_u128(0x1f0c_7a36_9d2b_4e5e_8a41_c3d6_50b7_92e8);

impl OrderId {
    /// Creates an id from random bits.
    pub fn new(random: u128) -> Self {
        Self(uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid())
    }

    /// The id of the one order that a session can have.
    pub fn of_session(session: SessionId) -> Self {
        Self(Uuid::new_v5(&ORDER_OF_SESSION, session.0.as_bytes()))
    }

    /// Reads an id as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        parse_hyphenated(text).map(Self)
    }

    /// The sixteen bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

/// Accepts only the 36-character form; `Uuid::try_parse` accepts others too (braces, `urn:uuid:`).
fn parse_hyphenated(text: &str) -> Option<Uuid> {
    if text.len() == uuid::fmt::Hyphenated::LENGTH { Uuid::try_parse(text).ok() } else { None }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_session_id_gives_back_its_expiry_and_whether_it_has_terms(
            random: u128,
            millis in 0..1_i64 << 48,
            has_terms: bool,
        ) {
            let id = SessionId::new(random, Timestamp::from_millis(millis), has_terms);
            prop_assert_eq!(id.has_terms(), has_terms);
            prop_assert_eq!(id.expires_at().millis(), millis);
            prop_assert_eq!(SessionId::parse(&id.to_string()), Some(id));
            prop_assert_eq!(SessionId::parse(&id.to_string().to_uppercase()), Some(id));
        }

        #[test]
        fn session_ids_keep_73_random_bits(bit in 0_u32..128) {
            let expiry = Timestamp::from_millis(1_752_505_811_105);
            let changed = SessionId::new(1 << bit, expiry, false) != SessionId::new(0, expiry, false);
            // 48 bits of expiry and one of terms; 4 of version (76..80) and 2 of variant (62..64).
            let fixed = bit < 49 || (62..64).contains(&bit) || (76..80).contains(&bit);
            prop_assert_eq!(changed, !fixed);
        }
    }

    #[test]
    fn the_order_of_a_session_has_one_id_for_good() {
        // Items are found by this id: a changed derivation would lose existing orders.
        let session = SessionId::new(0x0b2f_6d1c << 96, Timestamp::from_millis(1_752_505_811_105), false);
        assert_eq!(OrderId::of_session(session).to_string(), "b15d001a-c122-52f2-95eb-d924c06eb5eb");
    }

    #[test]
    fn only_our_own_form_is_a_session_id() {
        for text in [
            "",
            "nope",
            "550e8400-e29b-41d4-a716-446655440000",
            "0b2f6d1c5a3e8f479c1d0199a3c0d5e8",
            "{0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5e8}",
            "urn:uuid:0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5e8",
        ] {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }
}
