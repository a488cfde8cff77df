//! The list of a merchant's sessions.
//!
//! Sparse indexes name sessions by creation time, which never changes: all of an owner's, those of each status, those
//! of a reference. All but the last have parts, so that a merchant may create thousands of sessions a second; the parts
//! are read at once, and as one list. So a page continues where the last one ended, whatever has been created or has changed since.
//! An index may lag and knows no deadline. So it only says where to look, and each session is then read as `GET` reads
//! it before the filter decides. An expired session may still be indexed as open, so those two lists are read as one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::{StreamExt as _, TryStreamExt as _, future::try_join_all, stream};

use crate::{
    checkout::{
        CheckoutStore, Session, SessionStatus,
        session_record::{self, read_session},
    },
    dynamo::{Item, MAX_CONFLICT_RETRIES, StoreError, contended, keys, store_error, string},
    kernel::{Owner, SessionId, Timestamp},
};

/// A session's position in the lists: its creation time and its id. The newest is the greatest.
pub type ListPosition = (Timestamp, SessionId);

/// A filter for sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFilter {
    /// Only those of this status.
    pub status: Option<SessionStatus>,
    /// Only those of this reference.
    pub client_reference_id: Option<String>,
    /// Only those created later.
    pub created_after: Option<Timestamp>,
    /// Only those created earlier.
    pub created_before: Option<Timestamp>,
    /// Only those listed after this position.
    pub after: Option<ListPosition>,
    /// The most sessions to return, 1 to 100.
    pub limit: usize,
}

/// A page of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionList {
    /// The sessions, newest first.
    pub sessions: Vec<Session>,
    /// The position after which the next page begins, if there may be one.
    pub next: Option<ListPosition>,
}

/// The most index entries examined for one page. Almost always each one passes the filter; not so where a reference has
/// many sessions and few of the status, or where many are open and few expired.
const MOST_EXAMINED: usize = 500;

/// The number of open entries read at once, of each part, in the search for overdue ones. They are short, and most need no second
/// look.
const OPEN_AT_ONCE: usize = 250;

/// The number of overdue sessions that expire at the same time; each takes a connection.
const EXPIRED_AT_ONCE: usize = 8;

/// An index, with the attribute of its key, and the parts of a list there.
struct List {
    index: String,
    attribute: String,
    parts: Vec<AttributeValue>,
}

impl CheckoutStore {
    /// A page of an owner's sessions as they stand at `now`, newest first. A query for each part of the list, at once, and one more round trip; another for those that
    /// are expired; one for each overdue session, eight at a time; as many again for about every hundred entries that
    /// the filter drops. A page may therefore be short without being the last.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn sessions(
        &self,
        owner: &Owner,
        filter: &SessionFilter,
        now: Timestamp,
    ) -> Result<SessionList, StoreError> {
        let (mut page, mut after) = (SessionList { sessions: Vec::new(), next: None }, filter.after);
        let mut examined = 0;
        loop {
            let part = self.part(owner, filter, after, now).await?;
            let mut found = self.read_sessions(&part.positions, now).await?;
            for position in part.positions {
                let fits = found.remove(&position.1).filter(|session| filter.fits(session));
                if fits.is_some() && page.sessions.len() == filter.limit {
                    return Ok(SessionList { next: after, ..page });
                }
                page.sessions.extend(fits);
                after = Some(position);
            }
            examined += part.examined;
            if part.end.is_none() || examined >= MOST_EXAMINED {
                return Ok(SessionList { next: part.end, ..page });
            }
            after = part.end;
        }
    }

    /// The entries that may pass the filter, from `after` on.
    async fn part(
        &self,
        owner: &Owner,
        filter: &SessionFilter,
        after: Option<ListPosition>,
        now: Timestamp,
    ) -> Result<Part, StoreError> {
        let range = keys::listed_between(owner, filter.created_after, filter.created_before, after);
        let (list, limit) = (filter.list(owner), filter.limit + 1);
        if filter.client_reference_id.is_some() || filter.status != Some(SessionStatus::Expired) {
            return Ok(self.listed(list, range, limit).await?.first(limit));
        }
        // In this order, so that a session that expires in between is in both lists, not in neither.
        let overdue = self.maybe_overdue(owner, filter, after, now).await?;
        let expired = self.listed(list, range, limit).await?;
        Ok(overdue.merge(expired).first(limit))
    }

    /// The entries listed as open although their deadline has passed, or may have.
    async fn maybe_overdue(
        &self,
        owner: &Owner,
        filter: &SessionFilter,
        after: Option<ListPosition>,
        now: Timestamp,
    ) -> Result<Part, StoreError> {
        // No lifetime is shorter, so no younger session is overdue.
        let youngest = now.plus_millis(1 - Session::MIN_LIFETIME_MILLIS);
        let made_before = filter.created_before.map_or(youngest, |time| time.min(youngest));
        let range = keys::listed_between(owner, filter.created_after, Some(made_before), after);
        let mut part = self.listed(status_list(owner, SessionStatus::Open), range, OPEN_AT_ONCE).await?;
        // An id holds the deadline of its session at creation. An order only makes that later.
        part.positions.retain(|(_, id)| id.expires_at() <= now);
        Ok(part)
    }

    /// The entries of a list, at most `limit` of each part.
    async fn listed(&self, list: List, range: (String, String), limit: usize) -> Result<Part, StoreError> {
        if range.0 > range.1 {
            return Ok(Part::default());
        }
        let parts = list.parts.iter().map(|part| self.listed_in(&list, part, &range, limit));
        let parts = try_join_all(parts).await?;
        Ok(parts.into_iter().reduce(Part::merge).unwrap_or_default())
    }

    async fn listed_in(
        &self,
        List { index, attribute, .. }: &List,
        part: &AttributeValue,
        (from, to): &(String, String),
        limit: usize,
    ) -> Result<Part, StoreError> {
        let query = self.database.client.query().table_name(&self.database.tables.sessions).index_name(index);
        let answer = query
            .key_condition_expression("#list = :list AND listed_at BETWEEN :from AND :to")
            .expression_attribute_names("#list", attribute)
            .expression_attribute_values(":list", part.clone())
            .expression_attribute_values(":from", string(from.as_str()))
            .expression_attribute_values(":to", string(to.as_str()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(store_error)?;
        let positions: Vec<_> = answer.items.unwrap_or_default().iter().filter_map(keys::listed).collect();
        let end = answer.last_evaluated_key.as_ref().and_then(keys::listed);
        Ok(Part { examined: positions.len(), positions, end })
    }

    async fn read_sessions(
        &self,
        positions: &[ListPosition],
        now: Timestamp,
    ) -> Result<HashMap<SessionId, Session>, StoreError> {
        let mut sessions = Vec::with_capacity(positions.len());
        // A batch holds a hundred at most, and the limit may be one more.
        for positions in positions.chunks(100) {
            let mut wanted: Vec<Item> = positions.iter().map(|(_, id)| keys::session(*id)).collect();
            for attempt in 0.. {
                if wanted.is_empty() {
                    break;
                }
                if attempt == MAX_CONFLICT_RETRIES {
                    return Err(contended("a list of sessions"));
                }
                wanted = self.read_batch(wanted, &mut sessions).await?;
            }
        }
        let current = stream::iter(sessions).map(|session| self.expire_if_overdue(session, now));
        let current = current.buffered(EXPIRED_AT_ONCE).map_ok(|session| (session.id, session));
        current.try_collect().await
    }

    /// Returns the keys that a throttled table left unprocessed.
    async fn read_batch(
        &self,
        wanted: Vec<Item>,
        sessions: &mut Vec<Session>,
    ) -> Result<Vec<Item>, StoreError> {
        let request = KeysAndAttributes::builder()
            .set_keys(Some(wanted))
            .consistent_read(true)
            .build()
            .map_err(|error| StoreError::Internal(error.into()))?;
        let batch =
            self.database.client.batch_get_item().request_items(&self.database.tables.sessions, request);
        let answer = batch.send().await.map_err(store_error)?;
        for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
            sessions.push(read_session(item)?);
        }
        Ok(answer.unprocessed_keys.into_iter().flatten().flat_map(|(_, rest)| rest.keys).collect())
    }
}

impl SessionFilter {
    /// The list that the filter narrows most.
    fn list(&self, owner: &Owner) -> List {
        match (&self.client_reference_id, self.status) {
            (Some(reference), _) => List {
                index: "by_reference".to_owned(),
                attribute: "list_reference".to_owned(),
                parts: vec![keys::list_reference(owner, reference)],
            },
            (None, Some(status)) => status_list(owner, status),
            (None, None) => List {
                index: "by_owner".to_owned(),
                attribute: "list".to_owned(),
                parts: keys::list_shards(owner),
            },
        }
    }

    fn fits(&self, session: &Session) -> bool {
        self.status.is_none_or(|status| session.state.status == status)
    }
}

fn status_list(owner: &Owner, status: SessionStatus) -> List {
    let index = session_record::status_list(status);
    List { attribute: index.clone(), index, parts: keys::list_shards(owner) }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Part {
    /// Newest first.
    positions: Vec<ListPosition>,
    /// The position up to which the list is known; `None` if that is its end.
    end: Option<ListPosition>,
    /// The number of entries examined.
    examined: usize,
}

impl Part {
    /// Merges two lists, up to where both are known.
    fn merge(self, other: Self) -> Self {
        let end = self.end.max(other.end);
        let mut positions = [self.positions, other.positions].concat();
        positions.retain(|position| end.is_none_or(|end| *position >= end));
        positions.sort_unstable_by_key(|position| std::cmp::Reverse(*position));
        // A lagging index may have a session in both.
        positions.dedup();
        Self { positions, end, examined: self.examined + other.examined }
    }

    /// Its first `count` positions.
    fn first(mut self, count: usize) -> Self {
        if self.positions.len() > count {
            self.positions.truncate(count);
            self.end = self.positions.last().copied();
        }
        self
    }
}

#[cfg(test)]
#[path = "session_list_tests.rs"]
mod tests;
