//! The envelope of every answer, and the one place where an error becomes a response.

use std::borrow::Borrow;

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{Error, Result, edge::Creation, kernel::OrderId};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Success<'a, T> {
    success: bool,
    message: &'a str,
    data: T,
    status_code: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    success: bool,
    message: String,
    status_code: u16,
    error: Detail<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    code: &'static str,
    param: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<OrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

/// Renders the outcome of a request. Logs failures of the service, once, here.
pub fn answer<T: Serialize, E: Borrow<Error>>(
    request: &Request,
    message: &str,
    outcome: Result<T, E>,
) -> Response<Body> {
    let data = match outcome {
        Ok(data) => data,
        Err(error) => return refuse(request, error.borrow()),
    };
    let success = Success { success: true, message, data, status_code: StatusCode::OK.as_u16() };
    match serde_json::to_string(&success) {
        Ok(body) => respond(StatusCode::OK, body),
        Err(error) => refuse(request, &Error::Internal(error.into())),
    }
}

/// As [`answer`], for data that changes only with a deployment: caches may keep a success for five minutes.
pub fn answer_cacheable<T: Serialize>(
    request: &Request,
    message: &str,
    outcome: Result<T>,
) -> Response<Body> {
    let mut response = answer(request, message, outcome);
    if response.status().is_success() {
        let lifetime = header::HeaderValue::from_static("public, max-age=300");
        response.headers_mut().insert(header::CACHE_CONTROL, lifetime);
    }
    response
}

/// The `data` of an answer to a request that creates something.
#[derive(Debug)]
pub struct Answer {
    data: Box<RawValue>,
    replayed: bool,
}

impl Answer {
    /// Answers with `data`, unless the request's key has been used before: then with the first answer.
    ///
    /// # Errors
    /// [`Error::IdempotencyConflict`] if the key was used for another request.
    pub fn new(data: Box<RawValue>, creation: Creation) -> Result<Self> {
        match creation {
            Creation::Created => Ok(Self { data, replayed: false }),
            Creation::Replayed(before) => Ok(Self { data: before.to_raw_value().to_owned(), replayed: true }),
            Creation::KeyConflict => Err(Error::IdempotencyConflict),
        }
    }
}

/// Renders the outcome of a request that creates something. A header marks a repeated answer.
pub fn answer_created(request: &Request, message: &str, outcome: Result<Answer>) -> Response<Body> {
    let replayed = outcome.as_ref().is_ok_and(|created| created.replayed);
    let mut response = answer(request, message, outcome.map(|created| created.data));
    if replayed {
        response.headers_mut().insert("idempotent-replayed", header::HeaderValue::from_static("true"));
    }
    response
}

/// The `data` of an answer as text, stored with a used key.
///
/// # Errors
/// [`Error::Internal`].
pub fn render<T: Serialize>(view: &T) -> Result<Box<RawValue>> {
    to_raw_value(view).map_err(|error| Error::Internal(error.into()))
}

/// An answer without a body.
pub fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn refuse(request: &Request, error: &Error) -> Response<Body> {
    let request_id = request.lambda_context_ref().map_or("", |context| context.request_id.as_str());
    let (status, code) = status_and_code(error);
    let mut detail = Detail { code, param: None, order_id: None, request_id: None };
    match error {
        Error::InvalidField { param, .. } => detail.param = Some(param),
        Error::ChainNotSupported { param, .. } | Error::RouteNotSupported { param, .. } => {
            detail.param = Some(param);
        }
        Error::PaymentTermsNotMet { param, .. } => detail.param = Some(param),
        Error::SessionHasOrder(order) => detail.order_id = Some(*order),
        Error::Unavailable(_) | Error::Internal(_) => {
            log_failure(request_id, error);
            detail.request_id = Some(request_id);
        }
        _ => {}
    }
    let failure =
        Failure { success: false, message: error.to_string(), status_code: status.as_u16(), error: detail };
    respond(status, serde_json::to_string(&failure).unwrap_or_default())
}

/// The status and the code of each error. Codes are part of the contract: they never change.
fn status_and_code(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::InvalidField { .. } => (StatusCode::BAD_REQUEST, "invalid_field"),
        Error::InvalidBody(_) => (StatusCode::BAD_REQUEST, "invalid_body"),
        Error::BodyTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
        Error::ChainNotSupported { .. } => (StatusCode::BAD_REQUEST, "chain_not_supported"),
        Error::RouteNotSupported { .. } => (StatusCode::BAD_REQUEST, "route_not_supported"),
        Error::PaymentTermsNotMet { .. } => (StatusCode::BAD_REQUEST, "payment_terms_not_met"),
        Error::Unauthorized(_) => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Error::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
        Error::KeysAreOff => (StatusCode::FORBIDDEN, "keys_off"),
        Error::SessionNotFound => (StatusCode::NOT_FOUND, "session_not_found"),
        Error::NoSessionToChange | Error::MalformedSessionId => {
            (StatusCode::BAD_REQUEST, "session_not_found")
        }
        Error::SessionNotOpen { .. } => (StatusCode::BAD_REQUEST, "session_not_open"),
        Error::SessionHasOrder(_) => (StatusCode::CONFLICT, "session_has_order"),
        Error::IdempotencyConflict => (StatusCode::CONFLICT, "idempotency_conflict"),
        Error::OrderNotFound => (StatusCode::NOT_FOUND, "order_not_found"),
        Error::TooManyEndpoints { .. } => (StatusCode::CONFLICT, "too_many_webhook_endpoints"),
        Error::EndpointNotFound => (StatusCode::NOT_FOUND, "webhook_endpoint_not_found"),
        Error::DeliveryNotFound => (StatusCode::NOT_FOUND, "webhook_delivery_not_found"),
        Error::RouteNotFound { .. } => (StatusCode::NOT_FOUND, "route_not_found"),
        Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
    }
}

fn respond(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    // Statuses are polled, so no cache may answer instead.
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
    }
    response
}

/// Logs a failure of the service in one line: the id of the request or message, and the chain of its causes.
pub fn log_failure(request_id: &str, error: &Error) {
    tracing::error!(request_id, causes = causes(error), "{error}");
}

/// The causes of an error, nearest first, for the log.
pub fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
