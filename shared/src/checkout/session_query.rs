//! `GET /checkout-sessions`: its query and its answer.

use chrono::DateTime;
use lambda_http::{Request, RequestExt as _};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    Error, Result,
    checkout::{ListPosition, SessionFilter, SessionList, SessionStatus, SessionView, order_view::Null},
    edge::{self, page_limit},
    kernel::{SessionId, Timestamp},
};

/// Reads a query.
///
/// # Errors
/// [`Error::InvalidField`].
pub fn parse_sessions_query(request: &Request) -> Result<SessionFilter> {
    let query = request.query_string_parameters_ref();
    let parameter = |name| query.and_then(|query| query.first(name)).filter(|value| !value.is_empty());
    let time = |name| parameter(name).map(|text| time(name, text)).transpose();
    Ok(SessionFilter {
        status: parameter("status").map(status).transpose()?,
        client_reference_id: parameter("client_reference_id").map(reference).transpose()?,
        created_after: time("created_after")?,
        created_before: time("created_before")?,
        after: parameter("cursor").map(cursor).transpose()?,
        limit: page_limit(parameter("limit"))?,
    })
}

fn status(text: &str) -> Result<SessionStatus> {
    use SessionStatus::{Complete, Expired, Open, Processing};
    let found = [Open, Processing, Complete, Expired].into_iter().find(|status| status.to_string() == text);
    found.ok_or_else(|| Error::invalid("status", "must be one of open, processing, complete, expired"))
}

fn reference(text: &str) -> Result<String> {
    match text.chars().count() {
        1..=255 => Ok(text.to_owned()),
        _ => Err(Error::invalid("client_reference_id", "must have 1 to 255 characters")),
    }
}

/// The creation times that sessions can have; others would not sort as text.
const TIMES: std::ops::RangeInclusive<i64> = 0..=9_999_999_999_999;

fn time(name: &str, text: &str) -> Result<Timestamp> {
    let millis = DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis());
    let time = millis.filter(|millis| TIMES.contains(millis)).map(Timestamp::from_millis);
    time.ok_or_else(|| Error::invalid(name, "must be a time such as 2026-01-02T03:04:05.678Z"))
}

fn cursor(text: &str) -> Result<(Timestamp, SessionId)> {
    read_cursor(text).ok_or_else(|| Error::invalid("cursor", "must be the next_cursor of a page"))
}

/// The position of a session in the list: the bytes of its creation time and of its id.
fn write_cursor((created_at, id): (Timestamp, SessionId)) -> String {
    bs58::encode([created_at.millis().to_be_bytes().as_slice(), id.as_bytes()].concat()).into_string()
}

fn read_cursor(text: &str) -> Option<(Timestamp, SessionId)> {
    let bytes: [u8; 24] = bs58::decode(text).into_vec().ok()?.try_into().ok()?;
    let (time, id) = bytes.split_first_chunk::<8>()?;
    let time = Some(i64::from_be_bytes(*time)).filter(|millis| TIMES.contains(millis))?;
    Some((Timestamp::from_millis(time), SessionId::from_bytes(id.try_into().ok()?)?))
}

/// The data of `GET /checkout-sessions`.
#[derive(Serialize)]
pub struct SessionPage {
    sessions: Vec<Box<RawValue>>,
    has_more: bool,
    next_cursor: Option<String>,
}

impl SessionPage {
    /// Shows `list`. A page ends earlier where it would be too long for one answer.
    ///
    /// # Errors
    /// [`Error::Internal`] if a session cannot be shown.
    pub fn new(list: &SessionList) -> Result<Self> {
        let (mut sessions, mut length) = (Vec::new(), 0);
        let (mut next, mut last_shown) = (list.next, None::<ListPosition>);
        for session in &list.sessions {
            let shown = to_raw_value(&SessionView::<Null>::new(session));
            let shown = shown.map_err(|error| Error::Internal(error.into()))?;
            length += shown.get().len();
            if length > edge::MAX_LISTED_BYTES {
                next = last_shown;
                break;
            }
            sessions.push(shown);
            last_shown = Some((session.created_at, session.id));
        }
        Ok(Self { has_more: next.is_some(), next_cursor: next.map(write_cursor), sessions })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_is_read_as_it_was_written(random: u128, made in TIMES, expires in 0..1_i64 << 48) {
            let id = SessionId::new(random, Timestamp::from_millis(expires), false);
            let position = (Timestamp::from_millis(made), id);
            prop_assert_eq!(read_cursor(&write_cursor(position)), Some(position));
        }

        #[test]
        fn no_text_makes_reading_a_cursor_panic(text in ".{0,60}") {
            let _ = read_cursor(&text);
        }
    }
}
