//! Reading chronicles.

use crate::{
    checkout::{CheckoutStore, Chronicle},
    dynamo::StoreError,
    kernel::{SessionId, Subject, Timestamp},
};

impl CheckoutStore {
    /// The chronicle of `subject`, or of its session if it is a linked order; `None` if there is no such subject. Takes
    /// as many round trips as reading the session with its order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chronicle(&self, subject: Subject, now: Timestamp) -> Result<Option<Chronicle>, StoreError> {
        let order = match subject {
            Subject::Session(id) => return self.chronicle_of_session(id, now).await,
            Subject::Order(id) => self.order(id, now).await?,
        };
        let Some(history) = order else { return Ok(None) };
        let Some(id) = history.order.checkout_session_id else { return Ok(Some(Chronicle::Order(history))) };
        match self.session(id, now).await? {
            // As in `session_with_order`: what disagrees is of two moments.
            Some(session) if session.state == history.order.session_state() => {
                Ok(Some(Chronicle::Session(Box::new(session), Some(history))))
            }
            _ => self.chronicle_of_session(id, now).await,
        }
    }

    async fn chronicle_of_session(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<Chronicle>, StoreError> {
        let found = self.session_with_order(id, now).await?;
        Ok(found.map(|(session, order)| Chronicle::Session(Box::new(session), order)))
    }
}
