//! Operations that make more than one call to the store.

use crate::{
    Error, Result,
    chains::Chains,
    checkout::{
        CheckoutStore, Kept, ListRequest, Onramp, Order, OrderCreation, OrderRequest, OrderTerms, OrderView,
        Session, SessionRefusal, check_route,
    },
    dynamo::StoreError,
    edge::{self, Answer, Claim, Creation, IdempotencyKey, Settings},
    kernel::{OrderId, Owner, SessionId, Subject, Timestamp},
    keys::Caller,
};

/// The creation of an order.
#[derive(Debug)]
pub struct CreateOrder<'a> {
    /// The caller.
    pub caller: &'a Caller,
    /// The request's idempotency key, if it has one.
    pub key: Option<IdempotencyKey>,
    /// Random bits for the id of an order without a session. The transaction's tokens are drawn here.
    pub random: u128,
    /// The current time.
    pub now: Timestamp,
}

impl CreateOrder<'_> {
    /// Creates the order, and links it to its session if it has one.
    ///
    /// # Errors
    /// [`Error::ChainNotSupported`], [`Error::RouteNotSupported`], [`Error::PaymentTermsNotMet`]; those of a
    /// [`SessionRefusal`];
    /// [`Error::IdempotencyConflict`]; [`Error::Unavailable`], [`Error::Internal`].
    pub async fn run(
        self,
        store: &CheckoutStore,
        settings: &Settings,
        request: OrderRequest,
    ) -> Result<Answer> {
        let OrderRequest { mut terms, session } = request;
        check_route(&settings.chains, &terms)?;
        settings.check_recipient("recipientAddress", &terms.recipient_address)?;
        terms.describe_tokens(&settings.chains, self.caller)?;
        let read = self.read_session(store, &terms, session).await?;
        let owner = match session {
            Some(session) => {
                let terms = &mut terms;
                self.complete_from_session(store, &settings.chains, terms, session, read.as_ref()).await?
            }
            // Without a key, a caller creates orders for sessions only.
            None => self.caller.clone().authenticated()?.owner(),
        };
        let id = session.map_or_else(|| OrderId::new(self.random), OrderId::of_session);
        session.into_iter().for_each(edge::note_session);
        edge::note_order(id);
        let address = settings.deposit_addresses.derive(id, terms.src_chain, &terms.recipient_address);
        let setting = settings.detection_window_millis;
        let paid_on = terms.accepted().into_iter().map(|accepted| accepted.chain);
        let window = settings.chains.detection_window_millis(paid_on, setting);
        let order = Order::new(id, session, terms, address, self.now, window);
        let order = order.owned_by(owner);
        // Never `None`: a merchant's order has the merchant as its owner, and no other caller is refused.
        let seen = self.caller.redact(order.clone());
        let data = edge::render(&seen.as_ref().map(OrderView::from))?;
        let claim = self.key.as_ref().map(|key| Claim { key, answer: &data });
        // An order of an unauthenticated caller that this read refuses is answered without a write, which would cost
        // the operator.
        let decided = match self.caller {
            Caller::Unauthenticated => store.outcome_as_read(&order.owner, read, claim, self.now).await?,
            Caller::Anyone | Caller::Merchant(_) => None,
        };
        let creation = match decided {
            Some(outcome) => outcome.into_creation()?,
            None => self.write(store, order, &settings.chains, settings.retention_millis, claim).await?,
        };
        Answer::new(data, creation)
    }

    /// Reads the order's session, where the order needs its owner, its payment terms or its `success_url`. None of them
    /// ever changes, so the read decides nothing: the link's condition does.
    async fn read_session(
        &self,
        store: &CheckoutStore,
        terms: &OrderTerms,
        session: Option<SessionId>,
    ) -> Result<Option<Session>> {
        let needs_url = |onramp: &Onramp| onramp.redirect_url.is_none();
        let is_needed = |session: &SessionId| {
            session.has_terms()
                || terms.onramp.as_ref().is_some_and(needs_url)
                || *self.caller == Caller::Unauthenticated
        };
        let Some(session) = session.filter(is_needed) else { return Ok(None) };
        let read = store.read_session_item(session).await?;
        Ok(read.filter(|read| self.caller.bound_to().is_none_or(|owner| read.owner == *owner)))
    }

    /// Returns the owner of the order. Copies the session's payment terms, which the order must meet, and fills in the
    /// redirect URL of an onramp that names none: the session's `success_url`. A session that does not exist is not an
    /// error here: the link's condition refuses it.
    async fn complete_from_session(
        &self,
        store: &CheckoutStore,
        chains: &Chains,
        terms: &mut OrderTerms,
        id: SessionId,
        session: Option<&Session>,
    ) -> Result<Owner> {
        if let Some(onramp) = &mut terms.onramp {
            let given = onramp.redirect_url.as_ref().map(|url| url.fill(id));
            let success_url = session.and_then(|session| session.success_url.as_ref());
            onramp.redirect_url = given.or_else(|| success_url.map(|url| url.resolve(id)));
        }
        let Some(session) = session else { return Ok(self.caller.owner()) };
        let meets = |payment| {
            terms.check_meets(payment)?;
            if chains.is_empty() { Ok(()) } else { terms.check_pays_an_option(payment) }
        };
        if let Some(Err(error)) = session.payment.as_ref().map(meets) {
            // A session that takes no order at all is the better answer.
            let refusal = store.why_not_to_link(&session.owner, Some(session.clone()), self.now).await?;
            return Err(refusal.map_or(error, Error::from));
        }
        terms.payment.clone_from(&session.payment);
        Ok(session.owner.clone())
    }

    async fn write(
        &self,
        store: &CheckoutStore,
        order: Order,
        chains: &Chains,
        retention_millis: i64,
        claim: Option<Claim<'_>>,
    ) -> Result<Creation> {
        let watched = order.terms.accepted().into_iter().map(|accepted| accepted.chain);
        let watched = watched.filter(|chain| chains.watches(*chain)).collect();
        let kept = Kept { watched, retention_millis };
        let mut outcome = store.create_order(&order, &kept, claim, edge::random_bits(), self.now).await?;
        // The session was created while keys were on; they are now off.
        if let OrderCreation::Refused(SessionRefusal::OthersSession(owner)) = &outcome
            && *self.caller == Caller::Anyone
        {
            let order = order.owned_by(owner.clone());
            outcome = store.create_order(&order, &kept, claim, edge::random_bits(), self.now).await?;
        }
        outcome.into_creation()
    }
}

/// A creator's orders that belong to `owner`, for one answer.
///
/// # Errors
/// [`Error::InvalidField`] if they are too long for one answer; [`Error::Unavailable`], [`Error::Internal`].
pub async fn list_orders(
    store: &CheckoutStore,
    owner: &Owner,
    list: &ListRequest,
    now: Timestamp,
) -> Result<Vec<Order>> {
    let orders = store.orders_by_creator(owner, &list.creator_address, list.limit, list.offset, now).await?;
    let length = |order: &Order| order.terms.payload.as_str().len() + order.terms.metadata.as_str().len();
    if orders.iter().map(length).sum::<usize>() > edge::MAX_LISTED_BYTES {
        return Err(Error::invalid("limit", "must be lower: these orders are too long for one answer"));
    }
    Ok(orders)
}

/// Expires every session and order that is overdue at `now`. Idempotent, also when two calls run at once.
///
/// # Errors
/// If an expiry could not be stored, or the index not be read. All other expiries are stored, and the next call tries
/// again.
pub async fn expire_overdue(store: &CheckoutStore, now: Timestamp) -> Result<()> {
    let mut failed = 0_usize;
    let report = |subject: Subject, error: StoreError| {
        failed += 1;
        edge::log_failure(&subject.to_string(), &error.into());
    };
    store.expire_overdue(now, report).await?;
    match failed {
        0 => Ok(()),
        _ => Err(Error::Internal(format!("{failed} expiries could not be stored").into())),
    }
}
