//! Sessions.

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::TransactWriteItem};
use futures_util::{FutureExt as _, TryFutureExt as _};

use crate::{
    Error,
    checkout::{ExpiredReason, Order, OrderStatus, Session, SessionStatus, expiry::Ending},
    dynamo::{
        Item, OPEN_SHARD, RACES, REMOVABLE_AT, Store,
        contention::{Contest, Patience},
        from_item, keys, number, outraced, store_error, string, to_item,
        transact::{ConditionalUpdate, Refusal, is_owned_by, put_new},
    },
    edge::{Claim, used_keys::replay},
    error::SessionRefusal,
    kernel::{Owner, RawJson, SessionId, Timestamp},
};

/// The contract's three checks, in one condition: the session exists, is open and not past its
/// deadline, and has no order. `expires_at` is compared because the order took it from the session's
/// id.
const TAKES_AN_ORDER: &str = "attribute_exists(id) AND #status = :open AND deadline > :now \
                              AND attribute_not_exists(order_id) AND expires_at = :expires_at";

/// Only this order's own progress moves its session, and only from where it was read.
const FOLLOWS_ITS_ORDER: &str = "order_id = :order AND order_status = :was";

impl Store {
    /// Writes a new session, to be kept for `retention_millis` after it expires unless it gets an
    /// order. With a `claim`, its key is used up by the same write; if it has been used before, nothing
    /// is written and the answer of then is returned. One round trip.
    ///
    /// # Errors
    /// [`Error::IdempotencyConflict`], [`Error::Unavailable`], [`Error::Internal`].
    pub async fn create_session(
        &self,
        session: &Session,
        retention_millis: i64,
        claim: Option<Claim<'_>>,
    ) -> Result<Option<RawJson>, Error> {
        let Some(claim) = claim else {
            return self.put_session(session_item(session, retention_millis)?).await.map(|()| None);
        };
        let item = session_item(session, retention_millis)?;
        let session_write = put_new(&self.tables.sessions, "id", item)?;
        let writes = vec![session_write, self.use_key(&claim, session.created_at)?];
        match self
            .contend(u128::from_be_bytes(*session.id.as_bytes()), writes, || self.replayed(&claim).boxed())
            .await?
        {
            Contest::Written => Ok(None),
            Contest::Found(answer) => Ok(Some(answer)),
            Contest::Refused(mut refusals) => {
                refusals.take(1).map(|refusal| replay(claim.key, refusal)).transpose()
            }
        }
    }

    async fn put_session(&self, item: Item) -> Result<(), Error> {
        let put = self.client.put_item().table_name(&self.tables.sessions).set_item(Some(item));
        match put.condition_expression("attribute_not_exists(id)").send().await {
            Ok(_) => Ok(()),
            // The id is new and random, so what is there is what an attempt of this very call wrote
            // before its answer was lost.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(store_error(error)),
        }
    }

    /// Reads a session as it stands at `now`. One round trip, and one more for the read that finds it
    /// overdue and writes that down.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn session(&self, id: SessionId, now: Timestamp) -> Result<Option<Session>, Error> {
        match self.read_session_item(id).await? {
            Some(session) => self.settle_session(session, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// Reads a session as its item shows it.
    pub(crate) async fn read_session_item(&self, id: SessionId) -> Result<Option<Session>, Error> {
        let read = self
            .client
            .get_item()
            .table_name(&self.tables.sessions)
            .set_key(Some(keys::session(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(store_error)?;
        read.item.map(read_session).transpose()
    }

    /// Expires an open session for the merchant, with its order if it has one; only `owner`'s, if one is
    /// given. One round trip: the order's id follows from the session's. `token` is random, and this call's own.
    ///
    /// # Errors
    /// [`SessionRefusal::NotFound`] and [`SessionRefusal::NotOpen`]; [`Error::Unavailable`],
    /// [`Error::Internal`].
    pub async fn expire_session(
        &self,
        id: SessionId,
        owner: Option<&Owner>,
        token: u128,
        now: Timestamp,
    ) -> Result<(), Error> {
        let writes = self.ending_writes(Ending::Whole(id, owner), ExpiredReason::Manual, now)?;
        let look = || {
            let found = self.read_session_item(id);
            found.and_then(move |found| self.check_open(found, owner, now)).map_ok(|()| None::<()>).boxed()
        };
        match self.contend(token, writes, look).await? {
            Contest::Written | Contest::Found(()) => Ok(()),
            Contest::Refused(mut refusals) => {
                self.check_open(refused_session(refusals.take(0))?, owner, now).await?;
                Err(Error::Internal("an open session could not be expired".into()))
            }
        }
    }

    /// Refuses a session that cannot be expired by hand.
    async fn check_open(
        &self,
        found: Option<Session>,
        owner: Option<&Owner>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let found = found.ok_or(SessionRefusal::NotFound)?;
        if owner.is_some_and(|owner| *owner != found.owner) {
            return Err(SessionRefusal::OthersSession(found.owner).into());
        }
        Ok(self.settle_session(found, now).await?.check_open()?)
    }

    /// Writes down an expiry that the clock has reached and the item does not show yet.
    pub(crate) async fn settle_session(
        &self,
        mut session: Session,
        now: Timestamp,
    ) -> Result<Session, Error> {
        let mut patience = Patience::new();
        for _ in 0..RACES {
            if !session.is_overdue(now) {
                return Ok(session);
            }
            let found = match self.end(ending_of(&session), ExpiredReason::Ttl, now).await {
                Ok(None) => return Ok(session.expired(ExpiredReason::Ttl, now)),
                Ok(Some(mut refusals)) => refused_session(refusals.take(0))?,
                Err(error) => {
                    patience.wait_after(error).await?;
                    self.read_session_item(session.id).await?
                }
            };
            session = found.ok_or_else(|| Error::Internal("a session's order changed without it".into()))?;
        }
        Err(outraced(session.id))
    }

    /// Gives a session its order: the session's part of the linking transaction.
    pub(crate) fn link_session(
        &self,
        session: SessionId,
        order: &Order,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let (is_owned, owner) = is_owned_by(&order.owner);
        let mut values = vec![
            (":open", string(SessionStatus::Open.to_string())),
            (":now", number(now.millis())),
            (":expires_at", number(order.expires_at.millis())),
            (":order", string(order.id.to_string())),
            (":order_status", string(order.status.to_string())),
            (":deadline", number(order.deadline.millis())),
        ];
        values.extend(owner);
        ConditionalUpdate {
            table: &self.tables.sessions,
            key: keys::session(session),
            update: "SET order_id = :order, order_status = :order_status, deadline = :deadline REMOVE removable_at",
            condition: &format!("{TAKES_AN_ORDER} AND {is_owned}"),
            values,
        }
        .into_write()
    }

    /// Has a session follow its order from `was` to `order`.
    pub(crate) fn move_session(
        &self,
        session: SessionId,
        was: OrderStatus,
        order: &Order,
    ) -> Result<TransactWriteItem, Error> {
        let state = order.session_state();
        let mut values = vec![
            (":order", string(order.id.to_string())),
            (":was", string(was.to_string())),
            (":status", string(state.status.to_string())),
            (":order_status", string(order.status.to_string())),
        ];
        let mut update = "SET #status = :status, order_status = :order_status".to_owned();
        if let Some(reason) = state.expired_reason {
            values.push((":reason", string(reason.to_string())));
            update.push_str(", expired_reason = :reason");
        }
        update.push_str(" REMOVE open_shard");
        ConditionalUpdate {
            table: &self.tables.sessions,
            key: keys::session(session),
            update: &update,
            condition: FOLLOWS_ITS_ORDER,
            values,
        }
        .into_write()
    }
}

/// A new session as it is kept.
fn session_item(session: &Session, retention_millis: i64) -> Result<Item, Error> {
    let mut item = to_item(session)?;
    let removable_at = session.expires_at.plus_millis(retention_millis).millis() / 1000;
    item.insert(REMOVABLE_AT.to_owned(), number(removable_at));
    item.extend(keys::listing(session));
    item.insert(OPEN_SHARD.to_owned(), keys::open_shard(session.id));
    Ok(item)
}

fn ending_of(session: &Session) -> Ending<'static> {
    session.order_id.map_or(Ending::Session(session.id), |order| Ending::Both(session.id, order))
}

/// The session on which a condition failed: `None` where there is no such session.
pub(crate) fn refused_session(refusal: Option<Refusal>) -> Result<Option<Session>, Error> {
    refusal.and_then(|refusal| refusal.found).map(read_session).transpose()
}

pub(crate) fn read_session(item: Item) -> Result<Session, Error> {
    let mut session: Session = from_item("session", item)?;
    // Who expires a session by hand writes down its order's end without knowing whether it has one.
    if session.order_id.is_none() {
        session.state.order_status = None;
    }
    Ok(session)
}
