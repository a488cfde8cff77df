//! The edge of every function: the environment, the clock and the random source, requests and the answer envelope.

mod batch;
pub mod bundle;
mod clock;
mod envelope;
mod environment;
pub(crate) mod fields;
mod idempotency;
mod lambda;
mod paging;
#[cfg(feature = "sqs")]
pub mod queue;
mod request_log;
pub(crate) mod used_keys;
mod wallet_connect;

use lambda_http::{Body, Request, RequestExt as _, request::RequestContext};

pub use batch::{BatchItemFailure, BatchResponse};
pub use clock::Clock;
pub use envelope::{
    Answer, answer, answer_cacheable, answer_created, causes, log_failure, no_content, render,
};
pub(crate) use environment::tables;
pub use environment::{Settings, SettingsError, required_variable, variable};
pub use idempotency::{Creation, IdempotencyKey, KeyHolder, UsedKey};
pub use lambda::{run, tidy};
pub(crate) use paging::page_limit;
pub use request_log::{Asked, RequestLog, note_order, note_session};
pub use used_keys::Claim;
pub use wallet_connect::WalletConnect;

use crate::{
    Error,
    kernel::{OrderId, SessionId},
};

/// The longest request body, in bytes (`openapi.yaml`, "Limits").
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The greatest length of the texts of a list together, in bytes. Lambda limits an answer to 6 MB, in which quotation
/// marks take twice their length.
pub const MAX_LISTED_BYTES: usize = 2_500_000;

/// The header that makes a request safe to send again.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// 122 random bits, from the operating system, for a new id. The six bits that mark a UUID's version and variant are
/// not random, and every id overwrites them.
#[expect(clippy::disallowed_methods, reason = "this is the edge")]
pub fn random_bits() -> u128 {
    uuid::Uuid::new_v4().as_u128()
}

/// The request's body, within its bounds.
///
/// # Errors
/// [`Error::BodyTooLarge`], or [`Error::InvalidBody`] if it is not UTF-8.
pub fn body(request: &Request) -> Result<&str, Error> {
    let bytes = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if bytes.len() > MAX_BODY_BYTES {
        return Err(Error::BodyTooLarge { max: MAX_BODY_BYTES });
    }
    std::str::from_utf8(bytes).map_err(|_| Error::InvalidBody("must be UTF-8 text"))
}

/// The request's `Idempotency-Key`, if it has one. Each `operation` and each `holder` has keys of its own.
///
/// # Errors
/// [`Error::InvalidField`] if it does not have 1 to 255 characters; as [`body`].
pub fn idempotency_key(
    request: &Request,
    operation: &'static str,
    holder: KeyHolder,
) -> Result<Option<IdempotencyKey>, Error> {
    let Some(value) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let body = body(request)?;
    let key = value.to_str().ok().and_then(|key| IdempotencyKey::new(operation, holder, key, body));
    key.map(Some)
        .ok_or_else(|| Error::invalid("Idempotency-Key", "must have 1 to 255 printable ASCII characters"))
}

/// Checks the body of a request without fields: it must be an object, and its members are ignored.
///
/// # Errors
/// As [`body`], and [`Error::InvalidBody`].
pub fn check_no_fields(request: &Request) -> Result<(), Error> {
    fields::Fields::of_body(body(request)?).map(drop)
}

/// The public URL of the API: the setting, or the one that the request came to. API Gateway takes the domain from its
/// own configuration, not from what the caller sent.
pub fn public_url(settings: &Settings, request: &Request) -> String {
    if let Some(url) = &settings.public_url {
        return url.clone();
    }
    let domain = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.domain_name.as_deref(),
        _ => None,
    };
    format!("https://{}", domain.unwrap_or("localhost"))
}

/// The session's id in the path; `None` if it is malformed.
pub fn session_id(request: &Request) -> Option<SessionId> {
    let id = SessionId::parse(request.path_parameters_ref()?.first("sessionId")?)?;
    note_session(id);
    Some(id)
}

/// The order's id in the path; `None` if it is malformed.
pub fn order_id(request: &Request) -> Option<OrderId> {
    let id = OrderId::parse(request.path_parameters_ref()?.first("orderId")?)?;
    note_order(id);
    Some(id)
}
