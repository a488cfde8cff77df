//! Signs messages as the Standard Webhooks specification says
//! (<https://github.com/standard-webhooks/standard-webhooks>).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sha2::Sha256;

use crate::Failure;

/// A message. Has no `Debug`, because of its secrets.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The event's id, the same at each attempt. Contains no full stop, which separates the signed parts.
    pub id: &'a str,
    /// The time of this attempt, in seconds since the epoch. Receivers refuse messages that are minutes old.
    pub sent_at: i64,
    /// The body, as JSON.
    pub body: &'a str,
    /// The secrets, newest first, each `whsec_` followed by 24 to 64 bytes in base64. Each yields a signature, so that
    /// receivers can change from one to the next.
    pub secrets: &'a [&'a str],
}

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// The headers by which a receiver verifies a message.
pub(crate) fn headers(message: &Message<'_>) -> Result<HeaderMap, Failure> {
    if message.id.is_empty() || message.id.contains('.') {
        return Err(Failure::BadId);
    }
    let id = HeaderValue::from_str(message.id).map_err(|_| Failure::BadId)?;
    let signatures = signatures(message).ok_or(Failure::BadSecret)?;
    let signatures = HeaderValue::try_from(signatures).map_err(|_| Failure::BadSecret)?;
    Ok(HeaderMap::from_iter([
        (ID, id),
        (TIMESTAMP, HeaderValue::from(message.sent_at)),
        (SIGNATURE, signatures),
    ]))
}

/// A signature for each secret; `None` without secrets, or with an invalid one.
fn signatures(message: &Message<'_>) -> Option<String> {
    let signed: Option<Vec<_>> = message.secrets.iter().map(|secret| sign(message, secret)).collect();
    signed.filter(|signed| !signed.is_empty()).map(|signed| signed.join(" "))
}

fn sign(message: &Message<'_>, secret: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).ok()?;
    mac.update(format!("{}.{}.", message.id, message.sent_at).as_bytes());
    mac.update(message.body.as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

/// A secret's bytes. Fewer than the specification requires could be guessed.
fn key(secret: &str) -> Option<Vec<u8>> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&key.len()).then_some(key)
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
