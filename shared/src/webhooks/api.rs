//! Requests about webhook endpoints, and endpoints and deliveries as clients see them.

use lambda_http::{Request, RequestExt as _};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    Error, Result,
    checkout::EventType,
    edge::{fields::Fields, page_limit},
    kernel::{DeliveryId, EndpointId, Owner, RawJson, Timestamp},
    webhooks::{Attempt, Delivery, DeliveryList, DeliveryStatus, Endpoint, WebhookSecret, WebhookStore},
};

/// Stands for all event types, future ones included.
const EVERY_TYPE: &str = "*";

/// The time for which the last secret still signs beside a new one, in seconds: a day by default, at most a week.
const OVERLAP_SECONDS: i64 = 86_400;
const MOST_OVERLAP_SECONDS: i64 = 604_800;

/// The body of a request that creates or changes an endpoint. `None` means "not given".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRequest {
    /// The URL to send events to. The rules for its target are checked elsewhere.
    pub url: Option<String>,
    description: Option<String>,
    event_types: Option<Option<Vec<EventType>>>,
    enabled: Option<bool>,
}

impl EndpointRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Error::InvalidField`], [`Error::InvalidBody`].
    pub fn parse(body: &str) -> Result<Self> {
        let fields = Fields::of_body(body)?;
        let description = fields.parsed("description", |text| match text.chars().count() {
            0..=255 => Ok(text.to_owned()),
            _ => Err("must have at most 255 characters"),
        })?;
        Ok(Self {
            url: fields.string("url")?,
            description,
            event_types: fields.raw("event_types").map(event_types).transpose()?,
            enabled: fields.boolean("enabled")?,
        })
    }

    /// The endpoint to create.
    ///
    /// # Errors
    /// [`Error::InvalidField`] without a URL.
    pub fn new_endpoint(
        &self,
        owner: Owner,
        id: EndpointId,
        secret: WebhookSecret,
        created_at: Timestamp,
    ) -> Result<Endpoint> {
        let url = self.url.clone().ok_or_else(|| Error::invalid("url", "is required"))?;
        Ok(self.change(Endpoint::new(id, owner, url, secret, created_at)))
    }

    /// The endpoint with the given fields changed.
    pub fn change(&self, mut endpoint: Endpoint) -> Endpoint {
        if let Some(url) = &self.url {
            endpoint.url.clone_from(url);
        }
        if let Some(text) = &self.description {
            endpoint.description = Some(text.clone()).filter(|text| !text.is_empty());
        }
        if let Some(types) = &self.event_types {
            endpoint.event_types.clone_from(types);
        }
        endpoint.enabled = self.enabled.unwrap_or(endpoint.enabled);
        endpoint
    }
}

/// `None` for all event types.
fn event_types(given: &RawValue) -> Result<Option<Vec<EventType>>> {
    let wrong = || Error::invalid("event_types", "must be [\"*\"] or a list of types of events, each once");
    let names: Vec<String> = serde_json::from_str(given.get()).map_err(|_| wrong())?;
    if names == [EVERY_TYPE] {
        return Ok(None);
    }
    let mut types = Vec::new();
    for name in names {
        let event_type = serde_json::from_value(name.into()).map_err(|_| wrong())?;
        if types.contains(&event_type) {
            return Err(wrong());
        }
        types.push(event_type);
    }
    if types.is_empty() { Err(wrong()) } else { Ok(Some(types)) }
}

/// Reads the body of a request for a new secret: the time for which the old one still signs, in milliseconds.
///
/// # Errors
/// [`Error::InvalidField`], [`Error::InvalidBody`].
pub fn parse_overlap(body: &str) -> Result<i64> {
    let fields = Fields::of_body(body)?;
    let Some(text) = fields.number("overlap_seconds")? else { return Ok(OVERLAP_SECONDS * 1000) };
    let seconds = text.parse().ok().filter(|seconds| (0..=MOST_OVERLAP_SECONDS).contains(seconds));
    let rule = || format!("must be a whole number from 0 to {MOST_OVERLAP_SECONDS}");
    seconds.map(|seconds: i64| seconds * 1000).ok_or_else(|| Error::invalid("overlap_seconds", rule()))
}

/// The endpoint named in the path, which must be `owner`'s.
///
/// # Errors
/// [`Error::EndpointNotFound`]; [`Error::Unavailable`], [`Error::Internal`].
pub async fn find_endpoint(store: &WebhookStore, request: &Request, owner: &Owner) -> Result<Endpoint> {
    let id = endpoint_id(request).ok_or(Error::EndpointNotFound)?;
    store.endpoint(owner, id).await?.ok_or(Error::EndpointNotFound)
}

/// The endpoint's id in the path; `None` if it is malformed.
pub fn endpoint_id(request: &Request) -> Option<EndpointId> {
    EndpointId::parse(request.path_parameters_ref()?.first("endpointId")?)
}

/// The delivery's id in the path; `None` if it is malformed.
pub fn delivery_id(request: &Request) -> Option<DeliveryId> {
    DeliveryId::parse(request.path_parameters_ref()?.first("deliveryId")?)
}

/// The query of a list of deliveries: the delivery to begin after, and the number of deliveries.
///
/// # Errors
/// [`Error::InvalidField`].
pub fn parse_deliveries_query(request: &Request) -> Result<(Option<DeliveryId>, usize)> {
    let query = request.query_string_parameters_ref();
    let parameter = |name| query.and_then(|query| query.first(name)).filter(|value| !value.is_empty());
    let cursor = parameter("cursor").map(|text| {
        DeliveryId::parse(text).ok_or_else(|| Error::invalid("cursor", "must be the next_cursor of a page"))
    });
    Ok((cursor.transpose()?, page_limit(parameter("limit"))?))
}

/// An endpoint.
#[derive(Serialize)]
pub struct EndpointView<'a> {
    id: EndpointId,
    url: &'a str,
    description: Option<&'a str>,
    event_types: Vec<String>,
    enabled: bool,
    created_at: String,
    /// Shown only on creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

impl<'a> EndpointView<'a> {
    /// The endpoint with its newest secret.
    pub fn with_secret(endpoint: &'a Endpoint) -> Self {
        let secret = endpoint.secrets.first().map(|it| it.secret.reveal());
        Self { secret, ..Self::from(endpoint) }
    }
}

impl<'a> From<&'a Endpoint> for EndpointView<'a> {
    fn from(endpoint: &'a Endpoint) -> Self {
        let types = endpoint.event_types.as_ref();
        Self {
            id: endpoint.id,
            url: &endpoint.url,
            description: endpoint.description.as_deref(),
            event_types: types.map_or_else(
                || vec![EVERY_TYPE.to_owned()],
                |types| types.iter().map(ToString::to_string).collect(),
            ),
            enabled: endpoint.enabled,
            created_at: endpoint.created_at.rfc3339(),
            secret: None,
        }
    }
}

/// The answer to the deletion of an endpoint.
#[derive(Serialize)]
pub struct DeletedEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// `true`
    pub deleted: bool,
}

/// A delivery.
#[derive(Serialize)]
pub struct DeliveryView<'a> {
    id: &'a str,
    event_id: &'a str,
    event_type: &'a str,
    status: DeliveryStatus,
    attempts: Vec<AttemptView<'a>>,
    next_attempt_at: Option<String>,
    created_at: String,
}

#[derive(Serialize)]
struct AttemptView<'a> {
    attempted_at: String,
    status_code: Option<u16>,
    error: Option<&'a str>,
    duration_ms: u64,
}

impl<'a> From<&'a Delivery> for DeliveryView<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self {
            id: delivery.id.as_str(),
            event_id: &delivery.event_id,
            event_type: &delivery.event_type,
            status: delivery.status,
            attempts: delivery.attempts.iter().map(AttemptView::from).collect(),
            next_attempt_at: delivery.due_at.map(Timestamp::rfc3339),
            created_at: delivery.created_at.rfc3339(),
        }
    }
}

impl<'a> From<&'a Attempt> for AttemptView<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        Self {
            attempted_at: attempt.at.rfc3339(),
            status_code: attempt.status_code,
            error: attempt.error.as_deref(),
            duration_ms: attempt.duration_millis,
        }
    }
}

/// The data of a list of deliveries.
#[derive(Serialize)]
pub struct DeliveryPage<'a> {
    deliveries: Vec<DeliveryView<'a>>,
    has_more: bool,
    next_cursor: Option<&'a str>,
}

impl<'a> DeliveryPage<'a> {
    /// The page of this list.
    pub fn new(list: &'a DeliveryList) -> Self {
        let DeliveryList { deliveries, has_more } = list;
        let last = deliveries.last().filter(|_| *has_more);
        Self {
            deliveries: deliveries.iter().map(DeliveryView::from).collect(),
            has_more: *has_more,
            next_cursor: last.map(|delivery| delivery.id.as_str()),
        }
    }
}

/// The type of a test event.
const TEST_TYPE: &str = "webhook_endpoint.test";

#[derive(Serialize)]
struct TestEvent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    event_type: &'a str,
    created_at: String,
    data: TestData<'a>,
}

#[derive(Serialize)]
struct TestData<'a> {
    object: EndpointView<'a>,
}

/// The delivery of a new test event, which has only the endpoint's id as data.
///
/// # Errors
/// [`Error::Internal`].
pub fn test_delivery(endpoint: &Endpoint, random: u128, now: Timestamp) -> Result<Delivery> {
    let id = format!("evt_test_{random:032x}");
    let data = TestData { object: EndpointView::from(endpoint) };
    let event = TestEvent { id: &id, event_type: TEST_TYPE, created_at: now.rfc3339(), data };
    Ok(Delivery::of_test(&id, TEST_TYPE, RawJson::from(crate::edge::render(&event)?), now))
}
