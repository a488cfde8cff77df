//! Reading chronicles.

use crate::{
    checkout::{CheckoutStore, Chronicle},
    dynamo::StoreError,
    kernel::{SessionId, Subject, Timestamp},
};

impl CheckoutStore {
    /// The chronicle of `subject`, or of its session if it is a linked order; `None` if there is no such subject. Takes
    /// as many round trips as reading the session with its order, and one more to find an order's session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chronicle(&self, subject: Subject, now: Timestamp) -> Result<Option<Chronicle>, StoreError> {
        let order = match subject {
            Subject::Session(id) => return self.chronicle_of_session(id, now).await,
            Subject::Order(id) => self.order(id, now).await?,
        };
        match order {
            Some(history) => match history.order.checkout_session_id {
                Some(id) => self.chronicle_of_session(id, now).await,
                None => Ok(Some(Chronicle::Order(history))),
            },
            None => Ok(None),
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
