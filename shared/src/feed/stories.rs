//! Stories: all events of a session or order, told from what its items say.

use crate::{
    Error,
    checkout::{OrderRecord, Session},
    dynamo::Store,
    feed::{Story, Subject},
    kernel::{SessionId, Timestamp},
};

/// What has been read of a session or an order to tell its story from.
pub(crate) enum Chronicle {
    /// A session, with its order if it has one.
    Session(Box<Session>, Option<OrderRecord>),
    /// An order without a session.
    Order(OrderRecord),
}

impl Chronicle {
    pub(crate) fn story(&self) -> Story<'_> {
        match self {
            Self::Session(session, order) => Store::session_story(session, order.as_ref()),
            Self::Order(OrderRecord { order, evidence }) => Story::of_order(order, evidence),
        }
    }
}

impl Store {
    /// What there is to tell of `subject`, or of its session if it is an order that has one; `None` where
    /// there is no such thing. As many round trips as reading the session with its order, and one more to
    /// find the session of an order.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub(crate) async fn chronicle(
        &self,
        subject: Subject,
        now: Timestamp,
    ) -> Result<Option<Chronicle>, Error> {
        let order = match subject {
            Subject::Session(id) => return self.chronicle_of_session(id, now).await,
            Subject::Order(id) => self.order(id, now).await?,
        };
        match order {
            Some(record) => match record.order.checkout_session_id {
                Some(id) => self.chronicle_of_session(id, now).await,
                None => Ok(Some(Chronicle::Order(record))),
            },
            None => Ok(None),
        }
    }

    async fn chronicle_of_session(&self, id: SessionId, now: Timestamp) -> Result<Option<Chronicle>, Error> {
        let found = self.session_with_order(id, now).await?;
        Ok(found.map(|(session, order)| Chronicle::Session(Box::new(session), order)))
    }

    /// A session's story, from what has been read of it and its order together.
    pub fn session_story<'a>(session: &'a Session, order: Option<&'a OrderRecord>) -> Story<'a> {
        Story::of_session(session, order.map(|record| (&record.order, record.evidence.as_slice())))
    }
}
