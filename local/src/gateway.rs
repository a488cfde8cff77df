//! The stand-in for API Gateway's HTTP API: requests become events (payload format 2.0), answers become responses.

use std::collections::BTreeMap;

use axum::{
    body::{Body, Bytes},
    extract::{RawPathParams, rejection::RawPathParamsRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value, json};
use shared::{
    Error,
    edge::{self, MAX_BODY_BYTES},
};

use crate::{
    operations::{FunctionContext, Operation},
    policies::acting_as,
};

/// A route's operation, and its context.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) context: FunctionContext,
    pub(crate) operation: Operation,
    /// As API Gateway writes it: `GET /orders/{orderId}`, or `$default`.
    pub(crate) route_key: String,
}

/// The longest request line and headers together, in bytes, as at API Gateway.
const MAX_HEADER_BYTES: usize = 10_240;

/// The most bytes read of a body; a client that sends more is cut off.
const MAX_READ_BYTES: usize = 64 * 1024 * 1024;

/// Turns a request into API Gateway's event, calls the function, and turns its answer into a response.
pub(crate) async fn forward(
    target: Target,
    path_parameters: Result<RawPathParams, RawPathParamsRejection>,
    request: Request<Body>,
) -> Response {
    let (head, body) = request.into_parts();
    if header_bytes(&head) > MAX_HEADER_BYTES {
        let rule = format!("must not be longer than {MAX_HEADER_BYTES} bytes together");
        return refuse(Error::invalid("headers", rule));
    }
    let Some(body) = read(body).await else {
        return refuse(Error::InvalidBody("ended before it was complete"));
    };
    let event = event(&target.route_key, &head, path_parameters.as_ref().ok(), &body);
    match acting_as(target.operation.name, (target.operation.function)(target.context, event)).await {
        Ok(answer) => response(&answer),
        Err(error) => refuse(Error::Internal(error.into())),
    }
}

/// Refuses a request before it reaches a function, in the API's envelope.
pub(crate) fn refuse(error: Error) -> Response {
    let answer = edge::answer::<(), _>(&lambda_http::Request::default(), "", Err(error));
    let (head, body) = answer.into_parts();
    Response::from_parts(head, Body::from(body.to_vec()))
}

fn header_bytes(head: &Parts) -> usize {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() + target
}

/// Reads a body to its end, so that a client that is still sending sees the answer. Keeps only enough of it for a
/// function to see that it is too long. `None` if it breaks off.
async fn read(mut body: Body) -> Option<Bytes> {
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        let room = (MAX_BODY_BYTES + 1).saturating_sub(kept.len());
        kept.extend(data.iter().take(room));
        length += data.len();
        if length > MAX_READ_BYTES {
            break;
        }
    }
    Some(kept.into())
}

/// The event that API Gateway would send.
fn event(route_key: &str, head: &Parts, path_parameters: Option<&RawPathParams>, body: &Bytes) -> Value {
    let path = head.uri.path();
    let headers = headers(&head.headers);
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": head.uri.query().unwrap_or_default(),
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get("user-agent").cloned().unwrap_or_default(),
            },
            "requestId": request_id(),
            "routeKey": route_key,
            "stage": "$default",
        },
        "isBase64Encoded": false,
    });
    if let Some(event) = event.as_object_mut() {
        insert_unless_empty(event, "queryStringParameters", query(&head.uri));
        let parameters =
            path_parameters.into_iter().flatten().map(|(name, value)| (name.to_owned(), value.to_owned()));
        insert_unless_empty(event, "pathParameters", parameters.collect());
        insert_body(event, &head.headers, body);
    }
    event
}

fn request_id() -> String {
    format!("local-{:x}", edge::random_bits())
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str().to_owned())
            .and_modify(|text| text.extend([",", &*value]))
            .or_insert_with(|| value.clone().into_owned());
    }
    // API Gateway sets these itself, ignoring the client's.
    let own = [("host", "127.0.0.1"), ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "http")];
    joined.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    joined
}

/// Joins values of one name with commas.
fn query(uri: &Uri) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        joined
            .entry(name.into_owned())
            .and_modify(|text| text.extend([",", &*value]))
            .or_insert_with(|| value.clone().into_owned());
    }
    joined
}

fn insert_unless_empty(event: &mut Map<String, Value>, name: &str, values: BTreeMap<String, String>) {
    if !values.is_empty() {
        event.insert(name.to_owned(), json!(values));
    }
}

/// API Gateway decides by the content type: types that it does not know as text are sent in base64, the default of
/// `curl -d` included.
fn insert_body(event: &mut Map<String, Value>, headers: &HeaderMap, body: &Bytes) {
    if body.is_empty() {
        return;
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_text = kind.starts_with("text/") || kind.starts_with("application/json");
    let text = std::str::from_utf8(body).ok().filter(|_| is_text);
    event.insert("isBase64Encoded".to_owned(), text.is_none().into());
    let body = text.map_or_else(|| BASE64_STANDARD.encode(body), str::to_owned);
    event.insert("body".to_owned(), body.into());
}

/// The response for a function's answer.
fn response(answer: &Value) -> Response {
    let status = answer.get("statusCode").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::BAD_GATEWAY);
    let Some(body) = answer_body(answer) else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut response = (status, body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    let headers = answer.get("headers").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in headers {
        let name = HeaderName::try_from(name.as_str());
        if let (Ok(name), Some(Ok(value))) = (name, value.as_str().map(HeaderValue::from_str)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The bytes of an answer's body, which a function may have encoded; `None` if the encoding is wrong.
fn answer_body(answer: &Value) -> Option<Vec<u8>> {
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    match answer.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => BASE64_STANDARD.decode(body).ok(),
        _ => Some(body.as_bytes().to_vec()),
    }
}
