//! Orders and their evidence.

use futures_util::FutureExt as _;

use crate::{
    Error,
    checkout::{
        ExpiredReason, Order, Recorded, RedirectUrl, Session, expiry::Ending, session_store::refused_session,
    },
    dynamo::{
        Item, OPEN_SHARD, RACES, Store,
        contention::{Contest, Patience},
        from_item, keys, outraced, store_error, to_item,
        transact::put_new,
    },
    edge::{Claim, used_keys::replay},
    error::SessionRefusal,
    kernel::{OrderId, Owned, Owner, RawJson, SessionId, Timestamp},
};

/// An order with all evidence recorded for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    /// The order.
    pub order: Order,
    /// Its evidence, by id.
    pub evidence: Vec<Recorded>,
}

impl Store {
    /// Writes a new order: with its session's link to it, if it has a session, and with an entry in its
    /// creator's list, if it names one, and among the addresses that are `watched`. With a `claim`, its key
    /// is used up by the same write; if it has been used before, nothing is written and the answer of then
    /// is returned. `token` is random, and this call's own. One transaction, one round trip, no prior read; another round trip where the refusing session turns out to be overdue,
    /// to write that down.
    ///
    /// # Errors
    /// Each [`SessionRefusal`]; [`Error::IdempotencyConflict`], [`Error::Unavailable`],
    /// [`Error::Internal`].
    pub async fn create_order(
        &self,
        order: &Order,
        watched: bool,
        claim: Option<Claim<'_>>,
        token: u128,
        now: Timestamp,
    ) -> Result<Option<RawJson>, Error> {
        let mut writes = Vec::with_capacity(5);
        writes.extend(claim.map(|claim| self.use_key(&claim, now)).transpose()?);
        if let Some(session) = order.checkout_session_id {
            writes.push(self.link_session(session, order, now)?);
        }
        writes.push(put_new(&self.tables.orders, "pk", order_item(order)?)?);
        if let Some(creator) = &order.terms.creator_address {
            writes.push(put_new(&self.tables.orders, "pk", keys::creator_entry(creator, order))?);
        }
        if watched {
            writes.extend(self.await_deposits(order)?);
        }
        let mut refusals =
            match self.contend(token, writes, || self.look_for_order(order, claim, now).boxed()).await? {
                Contest::Written => return Ok(None),
                Contest::Found(answer) => return Ok(Some(answer)),
                Contest::Refused(refusals) => refusals,
            };
        if let Some(claim) = claim
            && let Some(refusal) = refusals.take(0)
        {
            return replay(claim.key, refusal).map(Some);
        }
        if order.checkout_session_id.is_some() {
            let link = usize::from(claim.is_some());
            let refusal = refusals.take(link);
            let refusal = refusal
                .ok_or_else(|| Error::Internal("an open session's order is there without it".into()))?;
            self.check_takes_order(&order.owner, refused_session(Some(refusal))?, now).await?;
            return Err(Error::Internal("a session refused an order without a reason".into()));
        }
        // The order's id is new and random: it is there because an attempt of this very call wrote it
        // before its answer was lost.
        Ok(None)
    }

    /// Reads what may have won over a new order: the answer under its idempotency key, or the session's order.
    async fn look_for_order(
        &self,
        order: &Order,
        claim: Option<Claim<'_>>,
        now: Timestamp,
    ) -> Result<Option<RawJson>, Error> {
        if let Some(claim) = claim
            && let Some(answer) = self.replayed(&claim).await?
        {
            return Ok(Some(answer));
        }
        if let Some(session) = order.checkout_session_id {
            let found = self.read_session_item(session).await?;
            self.check_takes_order(&order.owner, found, now).await?;
        }
        Ok(None)
    }

    /// Refuses a session that takes no order of this owner's.
    async fn check_takes_order(
        &self,
        owner: &Owner,
        found: Option<Session>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let found = found.ok_or(SessionRefusal::NotFound)?;
        if found.owner != *owner {
            return Err(SessionRefusal::OthersSession(found.owner).into());
        }
        Ok(self.settle_session(found, now).await?.check_takes_order()?)
    }

    /// Reads a session with its order as they stand together at `now`. Two round trips. The two reads are
    /// not isolated from a transaction on both, in either direction, so where they disagree they are
    /// made again: an answer must neither mix two moments nor go back behind an earlier one.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn session_with_order(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Option<(Session, Option<OrderRecord>)>, Error> {
        for _ in 0..RACES {
            let Some(session) = self.session(id, now).await? else { return Ok(None) };
            let Some(order) = session.order_id else { return Ok(Some((session, None))) };
            match self.order(order, now).await? {
                Some(record) if record.order.session_state() == session.state => {
                    return Ok(Some((session, Some(record))));
                }
                _ => {}
            }
        }
        Err(outraced(id))
    }

    /// Whose a session is, and where its link leads to after paying. Neither ever changes, so nothing is
    /// decided by reading them before linking. One round trip.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn session_terms(
        &self,
        session: SessionId,
    ) -> Result<Option<(Owner, Option<RedirectUrl>)>, Error> {
        let found = self.read_session_item(session).await?;
        Ok(found.map(|it| (it.owner, it.success_url.map(|url| url.resolve(it.id)))))
    }

    /// Reads an order and its evidence as they stand at `now`. One round trip for each megabyte, which
    /// is thousands of pieces of evidence, and two more for the read that finds it overdue.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn order(&self, id: OrderId, now: Timestamp) -> Result<Option<OrderRecord>, Error> {
        let mut patience = Patience::new();
        for _ in 0..RACES {
            let Some(record) = self.read_order(id).await? else { return Ok(None) };
            if !record.order.is_overdue(now) {
                return Ok(Some(record));
            }
            // Ended or not, it is read again: evidence may have come since, and its story is told from here.
            if let Err(error) = self.end(ending_of(&record.order), ExpiredReason::Ttl, now).await {
                patience.wait_after(error).await?;
            }
        }
        Err(outraced(id))
    }

    /// Reads an order as its item shows it, with all its evidence. A query that meets a transaction may
    /// see one of its items and not the other; the order's count of its evidence tells.
    pub(crate) async fn read_order(&self, id: OrderId) -> Result<Option<OrderRecord>, Error> {
        for _ in 0..RACES {
            match self.query_order(id).await? {
                Some(record) if record.evidence.len() as u64 != record.order.evidence_count => {}
                record => return Ok(record),
            }
        }
        Err(outraced(id))
    }

    async fn query_order(&self, id: OrderId) -> Result<Option<OrderRecord>, Error> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.orders)
            .key_condition_expression("pk = :order")
            .expression_attribute_values(":order", keys::order_partition(id))
            .consistent_read(true);
        // Read one by one: there may be thousands, and an item takes several times the room of what it says.
        let mut items = query.into_paginator().items().send();
        let (mut order, mut evidence) = (None, Vec::new());
        while let Some(item) = items.next().await {
            let item = item.map_err(store_error)?;
            match item.get("sk").and_then(|key| key.as_s().ok()) {
                // What expiring a session leaves at the key of the order that it never had.
                Some(key) if key == keys::ORDER && !item.contains_key("id") => {}
                Some(key) if key == keys::ORDER => order = Some(read_order_item(item)?),
                _ => evidence.push(from_item("evidence", item)?),
            }
        }
        Ok(order.map(|order| OrderRecord { order, evidence }))
    }
}

impl Owned for OrderRecord {
    fn owner(&self) -> &Owner {
        &self.order.owner
    }

    fn for_strangers(self) -> Self {
        Self { order: self.order.for_strangers(), ..self }
    }
}

pub(crate) fn read_order_item(item: Item) -> Result<Order, Error> {
    from_item("order", item)
}

/// An order as it is kept.
pub(crate) fn order_item(order: &Order) -> Result<Item, Error> {
    let mut item = to_item(order)?;
    item.extend(keys::order(order.id));
    // An order with a session expires with it, and the session is what waits in the index.
    if order.checkout_session_id.is_none() && order.status.is_unpaid() {
        item.insert(OPEN_SHARD.to_owned(), keys::open_shard(order.id));
    }
    Ok(item)
}

/// A piece of evidence as it is kept.
pub(crate) fn evidence_item(recorded: &Recorded) -> Result<Item, Error> {
    let mut item = to_item(recorded)?;
    item.extend(keys::evidence(recorded.evidence.order_id, &recorded.evidence.id));
    Ok(item)
}

pub(crate) fn ending_of(order: &Order) -> Ending<'static> {
    order.checkout_session_id.map_or(Ending::Order(order.id), |session| Ending::Both(session, order.id))
}
