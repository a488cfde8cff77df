//! Requests about events, and events as clients see them.

use lambda_http::{Request, RequestExt as _};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    Error, Result,
    checkout::{
        EventType, OrderView, SessionView,
        order_transactions_view::{DepositTx, deposit_tx},
    },
    edge::page_limit,
    feed::{Event, EventObject, FeedPage},
    kernel::{Cursor, RawJson, SessionId, Subject},
};

/// An event.
#[derive(Serialize)]
pub struct EventView<'a> {
    id: String,
    #[serde(rename = "type")]
    event_type: EventType,
    checkout_session_id: Option<SessionId>,
    sequence: u64,
    created_at: String,
    data: EventData<'a>,
}

#[derive(Serialize)]
struct EventData<'a> {
    object: ObjectView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposit: Option<DepositTx<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ObjectView<'a> {
    Session(Box<SessionView<'a>>),
    Order(Box<OrderView<'a>>),
}

impl<'a> EventView<'a> {
    /// The event, without its position in the feed.
    pub fn new(event: &'a Event) -> Self {
        let (object, deposit) = match &event.object {
            EventObject::Session(session) => (ObjectView::Session(Box::new(SessionView::new(session))), None),
            EventObject::Order(order, told) => {
                let deposit = told.as_ref().and_then(|it| deposit_tx(order, &it.piece, it.withdrawn));
                (ObjectView::Order(Box::new(OrderView::from(&**order))), deposit)
            }
        };
        let checkout_session_id = match event.id.subject {
            Subject::Session(id) => Some(id),
            Subject::Order(_) => None,
        };
        Self {
            id: event.id.to_string(),
            event_type: event.event_type,
            checkout_session_id,
            sequence: event.id.sequence,
            created_at: event.created_at.rfc3339(),
            data: EventData { object, deposit },
        }
    }
}

/// The query of `GET /events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsRequest {
    /// The position to begin after.
    pub after: Cursor,
    /// The number of events, 1 to 100.
    pub limit: usize,
}

impl EventsRequest {
    /// Reads a query.
    ///
    /// # Errors
    /// [`Error::InvalidField`].
    pub fn parse(request: &Request) -> Result<Self> {
        let query = request.query_string_parameters_ref();
        let parameter = |name| query.and_then(|query| query.first(name)).filter(|value| !value.is_empty());
        let after = match parameter("after") {
            None => Cursor::default(),
            Some(text) => Cursor::parse(text)
                .ok_or_else(|| Error::invalid("after", "must be the cursor of an event"))?,
        };
        Ok(Self { after, limit: page_limit(parameter("limit"))? })
    }
}

/// An event's text with its position in the feed, which is that of a reader: each may have come another way.
///
/// # Errors
/// If the text is no JSON object; only a damaged segment could hold it.
pub fn with_cursor(event: &RawJson, cursor: &str) -> serde_json::Result<Box<RawValue>> {
    let members = event.as_str().trim_start().strip_prefix('{').unwrap_or_default();
    RawValue::from_string(format!(r#"{{"cursor":"{cursor}",{members}"#))
}

/// The data of `GET /events`.
#[derive(Serialize)]
pub struct EventPage {
    events: Vec<Box<RawValue>>,
    has_more: bool,
    next_cursor: String,
}

impl EventPage {
    /// Shows the page `read` for `asked`. It may hold one entry more than asked for, which reveals whether there are
    /// more. A page ends earlier where it would be too long for one answer, of the API or of DynamoDB.
    ///
    /// # Errors
    /// [`Error::Internal`] for a damaged segment.
    pub fn new(asked: &EventsRequest, read: &FeedPage) -> Result<Self> {
        let mut length = 0;
        let shown = read.entries.iter().take(asked.limit).take_while(|entry| {
            length += entry.event.as_str().len();
            length <= crate::edge::MAX_LISTED_BYTES
        });
        let shown: Vec<_> = shown.collect();
        let has_more = read.cut || shown.len() < read.entries.len();
        let next_cursor = shown.last().map_or(&asked.after, |entry| &entry.place.cursor).to_string();
        let events =
            shown.into_iter().map(|entry| with_cursor(&entry.event, &entry.place.cursor.to_string()));
        let events = events.collect::<Result<_, _>>().map_err(|error| Error::Internal(error.into()))?;
        Ok(Self { events, has_more, next_cursor })
    }
}
