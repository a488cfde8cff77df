//! Orders and their evidence, and reads of a session together with its order.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::TransactWriteItem;
use futures_util::FutureExt as _;

use crate::{
    checkout::{
        Awaited, CheckoutStore, ExpiredReason, Order, OrderHistory, Session, SessionRefusal,
        expiry::Expiring,
        order_record::{order_item, read_order_item},
        session_record::refused_session,
    },
    dynamo::{
        MAX_CONFLICT_RETRIES, REMOVABLE_AT, StoreError, contended,
        contention::{Contest, Patience},
        from_item, keys, number, store_error,
        transact::{Transaction, put_new},
    },
    edge::{
        Creation,
        used_keys::{Claim, replay},
    },
    kernel::{ChainId, OrderId, Owner, SessionId, Timestamp},
};

/// The outcome of creating an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderCreation {
    /// The session takes the order, or the order has no session.
    Creation(Creation),
    /// The session refuses the order.
    Refused(SessionRefusal),
}

/// The settings for what is kept of a new order.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The chains on which deposits to its address are watched.
    pub watched: BTreeSet<ChainId>,
    /// The time that an unpaid order without a session stays readable after payments for it were last watched, in
    /// milliseconds.
    pub retention_millis: i64,
}

impl OrderCreation {
    /// The creation.
    ///
    /// # Errors
    /// That of the [`SessionRefusal`].
    pub(crate) fn into_creation(self) -> crate::Result<Creation> {
        match self {
            Self::Creation(creation) => Ok(creation),
            Self::Refused(refusal) => Err(refusal.into()),
        }
    }
}

impl CheckoutStore {
    /// Writes a new order. The same transaction links its session, if it has one, and adds it to its creator's list and
    /// to the watched addresses, where those apply. With a `claim`, it also uses up the idempotency key; if the key
    /// is used already, nothing is written. `token` is random and belongs to this call. One round trip, no prior read;
    /// another to store the expiry of a session that refuses because it is overdue.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_order(
        &self,
        order: &Order,
        kept: &Kept,
        claim: Option<Claim<'_>>,
        token: u128,
        now: Timestamp,
    ) -> Result<OrderCreation, StoreError> {
        let mut transaction = Transaction::default();
        let used_key = claim.map(|claim| self.database.use_key(&claim, now)).transpose()?;
        let used_key = used_key.map(|write| transaction.add(write));
        let link =
            order.checkout_session_id.map(|session| self.link_session(session, order, now)).transpose()?;
        let link = link.map(|write| transaction.add(write));
        for write in self.order_writes(order, kept)? {
            transaction.add(write);
        }
        let look = || self.look_for_order(order, claim, now).boxed();
        let mut refusals = match self.database.contend(token, transaction, look).await? {
            Contest::Written => return Ok(OrderCreation::Creation(Creation::Created)),
            Contest::Found(outcome) => return Ok(outcome),
            Contest::Refused(refusals) => refusals,
        };
        if let (Some(claim), Some(refusal)) = (claim, used_key.and_then(|part| refusals.of(part))) {
            return replay(claim.key, refusal).map(OrderCreation::Creation);
        }
        // An order without a session has a new random id, so an earlier attempt of this call wrote it and lost the
        // answer.
        let Some(link) = link else { return Ok(OrderCreation::Creation(Creation::Created)) };
        let failed_condition = refusals.of(link).ok_or_else(|| {
            StoreError::Internal(
                "an order with this session's derived id exists, but the session does not name it".into(),
            )
        })?;
        let session = refused_session(Some(failed_condition))?;
        let reason = self.why_not_to_link(&order.owner, session, now).await?;
        reason.map(OrderCreation::Refused).ok_or_else(|| {
            StoreError::Internal(
                "a session's condition failed, but the session as returned takes the order".into(),
            )
        })
    }

    /// The items of a new order: its own, and its entries in lists.
    fn order_writes(&self, order: &Order, kept: &Kept) -> Result<Vec<TransactWriteItem>, StoreError> {
        let table = &self.database.tables.orders;
        let creator = order.terms.creator_address.as_ref();
        let entry = creator.map(|it| keys::creator_entry(&order.owner, it, order.created_at, order.id));
        let mut items: Vec<_> = std::iter::once(order_item(order)?).chain(entry).collect();
        // The first evidence takes this away again (`payment_store.rs`).
        if order.checkout_session_id.is_none() {
            let watched = Awaited::AFTERWARDS_MILLIS + Awaited::KEPT_MILLIS;
            let removable_at = order.expires_at.plus_millis(kept.retention_millis + watched).millis() / 1000;
            for item in &mut items {
                item.insert(REMOVABLE_AT.to_owned(), number(removable_at));
            }
        }
        let puts = items.into_iter().map(|item| put_new(table, "pk", item));
        let mut writes = puts.collect::<Result<Vec<_>, _>>()?;
        for chain in &kept.watched {
            writes.extend(self.await_deposits(order, *chain)?);
        }
        Ok(writes)
    }

    /// Reads the cause of a refusal: the answer under the idempotency key, or the session's order.
    async fn look_for_order(
        &self,
        order: &Order,
        claim: Option<Claim<'_>>,
        now: Timestamp,
    ) -> Result<Option<OrderCreation>, StoreError> {
        if let Some(claim) = claim
            && let Some(creation) = self.database.replayed(&claim).await?
        {
            return Ok(Some(OrderCreation::Creation(creation)));
        }
        let Some(session) = order.checkout_session_id else { return Ok(None) };
        let found = self.read_session_item(session).await?;
        Ok(self.why_not_to_link(&order.owner, found, now).await?.map(OrderCreation::Refused))
    }

    /// The outcome for an order whose session refuses it as it was read: the answer under the idempotency key, or the
    /// refusal. `None` if only the write decides.
    pub(crate) async fn outcome_as_read(
        &self,
        owner: &Owner,
        read: Option<Session>,
        claim: Option<Claim<'_>>,
        now: Timestamp,
    ) -> Result<Option<OrderCreation>, StoreError> {
        let Some(refusal) = self.why_not_to_link(owner, read, now).await? else { return Ok(None) };
        let replayed = match claim {
            Some(claim) => self.database.replayed(&claim).await?,
            None => None,
        };
        Ok(Some(replayed.map_or(OrderCreation::Refused(refusal), OrderCreation::Creation)))
    }

    /// The reason for which a session refuses an order of this owner; `None` if it takes one.
    pub(crate) async fn why_not_to_link(
        &self,
        owner: &Owner,
        found: Option<Session>,
        now: Timestamp,
    ) -> Result<Option<SessionRefusal>, StoreError> {
        let Some(found) = found else { return Ok(Some(SessionRefusal::NotFound)) };
        if found.owner != *owner {
            return Ok(Some(SessionRefusal::OthersSession(found.owner)));
        }
        Ok(self.expire_if_overdue(found, now).await?.check_takes_order().err())
    }

    /// Reads a session with its order as they stand together at `now`. Two round trips. The two reads are not isolated
    /// from a transaction on both items, so they are repeated where they disagree: an answer must neither mix two
    /// moments nor contradict an earlier one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn session_with_order(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<(Session, Option<OrderHistory>)>, StoreError> {
        for _ in 0..MAX_CONFLICT_RETRIES {
            let Some(session) = self.session(id, now).await? else { return Ok(None) };
            let Some(order) = session.order_id else { return Ok(Some((session, None))) };
            match self.order(order, now).await? {
                Some(history) if history.order.session_state() == session.state => {
                    return Ok(Some((session, Some(history))));
                }
                _ => {}
            }
        }
        Err(contended(id))
    }

    /// Reads an order and its evidence as they stand at `now`. One round trip for each megabyte, which is thousands of
    /// pieces of evidence, and two more if it is overdue.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn order(&self, id: OrderId, now: Timestamp) -> Result<Option<OrderHistory>, StoreError> {
        let mut patience = Patience::new();
        for _ in 0..MAX_CONFLICT_RETRIES {
            let Some(history) = self.read_order(id).await? else { return Ok(None) };
            if !history.order.is_overdue(now) {
                return Ok(Some(history));
            }
            // Read again whether or not this call wrote the expiry: evidence may have been appended before it.
            if let Err(error) = self.record_expiry(expiry_of(&history.order), ExpiredReason::Ttl, now).await {
                patience.wait_after(error).await?;
            }
        }
        Err(contended(id))
    }

    /// Reads an order as its item shows it, with all its evidence. A query during a transaction may see only one of its
    /// items; the order's count of its evidence reveals that.
    pub(crate) async fn read_order(&self, id: OrderId) -> Result<Option<OrderHistory>, StoreError> {
        for _ in 0..MAX_CONFLICT_RETRIES {
            match self.query_order(id).await? {
                Some(history) if history.evidence.len() as u64 != history.order.evidence_count => {}
                history => return Ok(history),
            }
        }
        Err(contended(id))
    }

    async fn query_order(&self, id: OrderId) -> Result<Option<OrderHistory>, StoreError> {
        let query = self
            .database
            .client
            .query()
            .table_name(&self.database.tables.orders)
            .key_condition_expression("pk = :order")
            .expression_attribute_values(":order", keys::order_partition(id))
            .consistent_read(true);
        // Read one by one: there may be thousands, and a raw item takes several times the memory of its record.
        let mut items = query.into_paginator().items().send();
        let (mut order, mut evidence) = (None, Vec::new());
        while let Some(item) = items.next().await {
            let item = item.map_err(store_error)?;
            match item.get("sk").and_then(|key| key.as_s().ok()) {
                // The item that expiring a session leaves at the key of an order it never had.
                Some(key) if key == keys::ORDER && !item.contains_key("id") => {}
                Some(key) if key == keys::ORDER => order = Some(read_order_item(item)?),
                _ => evidence.push(from_item("evidence", item)?),
            }
        }
        Ok(order.map(|order| OrderHistory { order, evidence }))
    }
}

pub(crate) fn expiry_of(order: &Order) -> Expiring<'static> {
    order.checkout_session_id.map_or(Expiring::Order(order.id), |session| Expiring::Both(session, order.id))
}
