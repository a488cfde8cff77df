//! Stored sessions.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{AttributeValue, TransactWriteItem},
};
use futures_util::{FutureExt as _, TryFutureExt as _};
use serde::Serialize;

use crate::{
    checkout::{
        CheckoutStore, ExpiredReason, Order, OrderStatus, Paid, Session, SessionRefusal, SessionStatus,
        expiry::{Expiring, ExpiryOutcome},
        session_record::{read_session, relisted, session_item},
    },
    dynamo::{
        Item, MAX_CONFLICT_RETRIES, StoreError, contended,
        contention::{Contest, Patience},
        keys, number, store_error, string,
        transact::{ConditionalUpdate, Transaction, is_owned_by, put_new},
    },
    edge::{
        Creation,
        used_keys::{Claim, replay},
    },
    kernel::{Owner, SessionId, Timestamp},
};

/// Three checks in one condition: the session exists, is open and before its deadline, and has no order.
/// `expires_at` is compared because the order took it from the session's id.
const TAKES_AN_ORDER: &str = "attribute_exists(id) AND #status = :open AND deadline > :now \
                              AND attribute_not_exists(order_id) AND expires_at = :expires_at";

/// Only this order's progress moves its session, and only from the status that was read.
const FOLLOWS_ITS_ORDER: &str = "order_id = :order AND order_status = :was";

/// The outcome of expiring a session by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expiry {
    /// Expired now.
    Expired,
    /// It cannot expire.
    Refused(SessionRefusal),
}

impl CheckoutStore {
    /// Writes a new session, kept for `retention_millis` after it expires unless it gets an order. With a `claim`, the
    /// same write uses up the idempotency key; if the key is used already, nothing is written. One round trip.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_session(
        &self,
        session: &Session,
        retention_millis: i64,
        claim: Option<Claim<'_>>,
    ) -> Result<Creation, StoreError> {
        let item = session_item(session, retention_millis)?;
        let Some(claim) = claim else { return self.put_session(item).await };
        let mut transaction = Transaction::default();
        transaction.add(put_new(&self.database.tables.sessions, "id", item)?);
        let used_key = transaction.add(self.database.use_key(&claim, session.created_at)?);
        let token = u128::from_be_bytes(*session.id.as_bytes());
        let look = || self.database.replayed(&claim).boxed();
        match self.database.contend(token, transaction, look).await? {
            Contest::Written => Ok(Creation::Created),
            Contest::Found(creation) => Ok(creation),
            Contest::Refused(mut refusals) => match refusals.of(used_key) {
                Some(refusal) => replay(claim.key, refusal),
                // The id is new and random, so an earlier attempt of this call wrote the session.
                None => Ok(Creation::Created),
            },
        }
    }

    async fn put_session(&self, item: Item) -> Result<Creation, StoreError> {
        let put =
            self.database.client.put_item().table_name(&self.database.tables.sessions).set_item(Some(item));
        match put.condition_expression("attribute_not_exists(id)").send().await {
            Ok(_) => Ok(Creation::Created),
            // The id is new and random, so an earlier attempt of this call wrote the session and lost the answer.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Creation::Created)
            }
            Err(error) => Err(store_error(error)),
        }
    }

    /// Reads a session as it stands at `now`. One round trip, and one more to store its expiry if it is overdue.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn session(&self, id: SessionId, now: Timestamp) -> Result<Option<Session>, StoreError> {
        match self.read_session_item(id).await? {
            Some(session) => self.expire_if_overdue(session, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// Reads a session as its item shows it.
    pub(crate) async fn read_session_item(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let read = self
            .database
            .client
            .get_item()
            .table_name(&self.database.tables.sessions)
            .set_key(Some(keys::session(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(store_error)?;
        read.item.map(read_session).transpose()
    }

    /// Expires an open session for the merchant, with its order if it has one; only `owner`'s, if one is given. One
    /// round trip: the order's id follows from the session's. `token` is random and belongs to this call.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn expire_session(
        &self,
        id: SessionId,
        owner: Option<&Owner>,
        token: u128,
        now: Timestamp,
    ) -> Result<Expiry, StoreError> {
        let writes = self.expiry_writes(Expiring::Whole(id, owner), ExpiredReason::Manual, now)?;
        let look = || {
            let found = self.read_session_item(id);
            found.and_then(move |found| self.why_not_to_expire(found, owner, now)).boxed()
        };
        let found = match self.database.contend(token, writes.transaction.clone(), look).await? {
            Contest::Written => return Ok(Expiry::Expired),
            Contest::Found(refusal) => return Ok(Expiry::Refused(refusal)),
            Contest::Refused(refusals) => match writes.refused(refusals)? {
                ExpiryOutcome::Refused(found) => found.map(|found| *found),
                ExpiryOutcome::Recorded => return Ok(Expiry::Expired),
            },
        };
        let refusal = self.why_not_to_expire(found, owner, now).await?;
        let refusal =
            refusal.ok_or_else(|| StoreError::Internal("an open session could not be expired".into()));
        refusal.map(Expiry::Refused)
    }

    /// The reason for which a session cannot expire by hand; `None` if it can.
    async fn why_not_to_expire(
        &self,
        found: Option<Session>,
        owner: Option<&Owner>,
        now: Timestamp,
    ) -> Result<Option<SessionRefusal>, StoreError> {
        let Some(found) = found else { return Ok(Some(SessionRefusal::NotFound)) };
        if owner.is_some_and(|owner| *owner != found.owner) {
            return Ok(Some(SessionRefusal::OthersSession(found.owner)));
        }
        Ok(self.expire_if_overdue(found, now).await?.check_open().err())
    }

    /// Stores the expiry of an overdue session.
    pub(crate) async fn expire_if_overdue(
        &self,
        mut session: Session,
        now: Timestamp,
    ) -> Result<Session, StoreError> {
        let mut patience = Patience::new();
        for _ in 0..MAX_CONFLICT_RETRIES {
            if !session.is_overdue(now) {
                return Ok(session);
            }
            let found = match self.record_expiry(expiry_of(&session), ExpiredReason::Ttl, now).await {
                Ok(ExpiryOutcome::Recorded) => return Ok(session.expired(ExpiredReason::Ttl, now)),
                Ok(ExpiryOutcome::Refused(found)) => found.map(|found| *found),
                Err(error) => {
                    patience.wait_after(error).await?;
                    self.read_session_item(session.id).await?
                }
            };
            session =
                found.ok_or_else(|| StoreError::Internal("a session disagrees with its order".into()))?;
        }
        Err(contended(session.id))
    }

    /// Links a session to its order: the session's part of the transaction.
    pub(crate) fn link_session(
        &self,
        session: SessionId,
        order: &Order,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let (is_owned, owner) = is_owned_by(&order.owner);
        let (has_terms, terms) = has_payment_terms(order)?;
        let mut values = vec![
            (":open", string(SessionStatus::Open.to_string())),
            (":now", number(now.millis())),
            (":expires_at", number(order.expires_at.millis())),
            (":order", string(order.id.to_string())),
            (":order_status", string(order.status.to_string())),
            (":deadline", number(order.deadline.millis())),
        ];
        values.extend(owner);
        values.extend(terms.map(|terms| (":payment", terms)));
        ConditionalUpdate {
            table: &self.database.tables.sessions,
            key: keys::session(session),
            update: "SET order_id = :order, order_status = :order_status, deadline = :deadline REMOVE removable_at",
            condition: &format!("{TAKES_AN_ORDER} AND {is_owned} AND {has_terms}"),
            values,
        }
        .into_write()
    }

    /// Moves a session with its order from `was` to `order`, and stores what its recipient was paid.
    pub(crate) fn move_session(
        &self,
        session: SessionId,
        was: OrderStatus,
        order: &Order,
        paid: Option<&Paid>,
    ) -> Result<TransactWriteItem, StoreError> {
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
        if let Some(paid) = paid {
            values.push((":paid", json(paid)?));
            update.push_str(", paid = :paid");
        }
        let (listed, unlisted) = relisted(state.status);
        update.push_str(&format!(", {listed} REMOVE open_shard, {unlisted}"));
        ConditionalUpdate {
            table: &self.database.tables.sessions,
            key: keys::session(session),
            update: &update,
            condition: FOLLOWS_ITS_ORDER,
            values,
        }
        .into_write()
    }
}

/// Protects a merchant from an order that does not pay what the session asks for: the session's payment terms must be
/// those that the order was checked against.
fn has_payment_terms(order: &Order) -> Result<(&'static str, Option<AttributeValue>), StoreError> {
    match &order.terms.payment {
        None => Ok(("attribute_not_exists(payment)", None)),
        Some(payment) => Ok(("payment = :payment", Some(json(payment)?))),
    }
}

/// A value as its JSON text, as records store it.
fn json(value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    let text = serde_json::to_string(value).map_err(|error| StoreError::Internal(error.into()))?;
    Ok(string(text))
}

fn expiry_of(session: &Session) -> Expiring<'static> {
    session.order_id.map_or(Expiring::Session(session.id), |order| Expiring::Both(session.id, order))
}
