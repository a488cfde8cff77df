//! Stories: all events of a session or order, told from what its items say.

use super::{OrderRecord, Store};
use crate::{
    Error,
    model::{Session, SessionId, Story, Subject, Timestamp},
};

impl Store {
    /// All that has happened to `subject`, or to its session if it is an order that has one; `None` where
    /// there is no such thing. As many round trips as reading the session with its order, and one more to
    /// find the session of an order.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn story(&self, subject: Subject, now: Timestamp) -> Result<Option<Story>, Error> {
        let order = match subject {
            Subject::Session(id) => return self.story_of_session(id, now).await,
            Subject::Order(id) => self.order(id, now).await?,
        };
        match order {
            Some(OrderRecord { order, evidence }) => match order.checkout_session_id {
                Some(id) => self.story_of_session(id, now).await,
                None => Ok(Some(Story::of_order(&order, &evidence))),
            },
            None => Ok(None),
        }
    }

    async fn story_of_session(&self, id: SessionId, now: Timestamp) -> Result<Option<Story>, Error> {
        let found = self.session_with_order(id, now).await?;
        Ok(found.map(|(session, order)| Self::session_story(&session, order.as_ref())))
    }

    /// A session's story, from what has been read of it and its order together.
    pub fn session_story(session: &Session, order: Option<&OrderRecord>) -> Story {
        Story::of_session(session, order.map(|record| (&record.order, record.evidence.as_slice())))
    }
}
