//! The list of a merchant's sessions.
//!
//! Three sparse indexes name sessions by when they were made, which never changes: all of an owner's, those
//! of a status, those of a reference. So a page continues where the last one ended, whatever has been made
//! or has changed since. An index may lag and knows no deadline: it only says where to look, and each session
//! is then read as `GET` reads it, which is also what decides whether it is what was asked for.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{Item, RACES, Store, keys, outraced, sessions::read_session, store_error, string};
use crate::{
    Error,
    model::{Owner, Session, SessionId, SessionStatus, Timestamp},
};

/// Which sessions are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// Of this status.
    pub status: Option<SessionStatus>,
    /// Of this reference.
    pub client_reference_id: Option<String>,
    /// Made later than this.
    pub created_after: Option<Timestamp>,
    /// Made earlier than this.
    pub created_before: Option<Timestamp>,
    /// Listed after this one.
    pub after: Option<(Timestamp, SessionId)>,
    /// How many at most, 1 to 100. So many fit into one answer, whatever they hold.
    pub limit: usize,
}

/// A page of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The sessions, newest first.
    pub sessions: Vec<Session>,
    /// After which one to go on, if there may be more.
    pub next: Option<(Timestamp, SessionId)>,
}

/// How many entries of an index are looked at for one page. Almost always each one is what was asked for;
/// not so where a reference has many sessions and few of the status.
const MOST_EXAMINED: usize = 500;

/// How many overdue sessions are written down at the same time: each one takes a connection.
const SETTLED_AT_ONCE: usize = 8;

impl Store {
    /// A page of an owner's sessions as they stand at `now`, newest first. Two round trips, and one for each
    /// session found overdue, eight at a time; two more for each hundred that turn out not to be what was
    /// asked for. For those that are expired, overdue ones are looked for first, as a sweep does it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn sessions(&self, owner: &Owner, sought: &Sought, now: Timestamp) -> Result<Page, Error> {
        if sought.status == Some(SessionStatus::Expired) {
            self.sweep_sessions(now).await?;
        }
        let (mut page, mut after) = (Page { sessions: Vec::new(), next: None }, sought.after);
        let mut examined = 0;
        loop {
            let ids = self.listed(owner, sought, after).await?;
            let mut found = self.read_sessions(&ids, now).await?;
            for (created_at, id) in &ids {
                let place = Some((*created_at, *id));
                let fits = found.remove(id).filter(|session| sought.fits(session));
                if fits.is_some() && page.sessions.len() == sought.limit {
                    return Ok(Page { next: after, ..page });
                }
                page.sessions.extend(fits);
                after = place;
            }
            examined += ids.len();
            if ids.len() <= sought.limit {
                return Ok(page);
            }
            if examined >= MOST_EXAMINED {
                return Ok(Page { next: after, ..page });
            }
        }
    }

    /// What the index has: one entry more than is asked for, if there is one.
    async fn listed(
        &self,
        owner: &Owner,
        sought: &Sought,
        after: Option<(Timestamp, SessionId)>,
    ) -> Result<Vec<(Timestamp, SessionId)>, Error> {
        let (index, attribute, value) = sought.index(owner);
        let (from, to) = keys::listed_between(owner, sought.created_after, sought.created_before, after);
        if from > to {
            return Ok(Vec::new());
        }
        let query = self.client.query().table_name(&self.tables.sessions).index_name(index);
        let answer = query
            .key_condition_expression("#list = :list AND listed_at BETWEEN :from AND :to")
            .expression_attribute_names("#list", attribute)
            .expression_attribute_values(":list", value)
            .expression_attribute_values(":from", string(from))
            .expression_attribute_values(":to", string(to))
            .scan_index_forward(false)
            .limit(i32::try_from(sought.limit + 1).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(store_error)?;
        Ok(answer.items.unwrap_or_default().iter().filter_map(keys::listed).collect())
    }

    async fn read_sessions(
        &self,
        ids: &[(Timestamp, SessionId)],
        now: Timestamp,
    ) -> Result<HashMap<SessionId, Session>, Error> {
        let mut sessions = Vec::with_capacity(ids.len());
        // A batch has a hundred at most, and one entry more than that may be asked for.
        for ids in ids.chunks(100) {
            let mut wanted: Vec<Item> = ids.iter().map(|(_, id)| keys::session(*id)).collect();
            for attempt in 0.. {
                if wanted.is_empty() {
                    break;
                }
                if attempt == RACES {
                    return Err(outraced("a list of sessions"));
                }
                wanted = self.read_batch(wanted, &mut sessions).await?;
            }
        }
        let settled = stream::iter(sessions).map(|session| self.settle_session(session, now));
        let settled = settled.buffered(SETTLED_AT_ONCE).map_ok(|session| (session.id, session));
        settled.try_collect().await
    }

    /// Returns what a throttled table has left for another time.
    async fn read_batch(&self, wanted: Vec<Item>, sessions: &mut Vec<Session>) -> Result<Vec<Item>, Error> {
        let request = KeysAndAttributes::builder()
            .set_keys(Some(wanted))
            .consistent_read(true)
            .build()
            .map_err(|error| Error::Internal(error.into()))?;
        let batch = self.client.batch_get_item().request_items(&self.tables.sessions, request);
        let answer = batch.send().await.map_err(store_error)?;
        for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
            sessions.push(read_session(item)?);
        }
        Ok(answer.unprocessed_keys.into_iter().flatten().flat_map(|(_, rest)| rest.keys).collect())
    }
}

impl Sought {
    /// The index that has the fewest others, with the attribute and value that it is asked for.
    fn index(&self, owner: &Owner) -> (&'static str, &'static str, AttributeValue) {
        match (&self.client_reference_id, self.status) {
            (Some(reference), _) => {
                ("by_reference", "list_reference", keys::list_reference(owner, reference))
            }
            (None, Some(status)) => ("by_status", "status", string(status.to_string())),
            (None, None) => ("by_owner", "list", keys::list(owner)),
        }
    }

    fn fits(&self, session: &Session) -> bool {
        self.status.is_none_or(|status| session.state.status == status)
    }
}
