//! `POST /orders`: creates an order and links it to its session, in one transaction.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    checkout::{self, Order, OrderTerms},
    edge::{self, Caller, Claim},
    error::SessionRefusal,
    kernel::{OrderId, Owner, RawJson, SessionId, Timestamp},
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with the new order.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer_created(request, "Created order successfully", create(app, request).await)
}

async fn create(app: &App, request: &Request) -> Result<edge::Created> {
    let caller = Caller::of(app, request, Scope::Write).await?;
    let checkout::OrderRequest { mut terms, session } = checkout::OrderRequest::parse(edge::body(request)?)?;
    let key = edge::idempotency_key(request, "create-order", &caller)?;
    app.settings.chains.check_route(&terms)?;
    let owner = match session {
        Some(session) => take_over(app, &caller, &mut terms, session).await?,
        None => caller.owner(),
    };
    let now = app.clock.now();
    let id = session.map_or_else(|| OrderId::new(edge::random_bits()), OrderId::of_session);
    session.iter().copied().for_each(edge::note_session);
    edge::note_order(id);
    let address = app.settings.deposit_addresses.derive(id, terms.src_chain, &terms.recipient_address);
    let order = Order::new(id, session, terms, address, now, app.settings.detection_window_millis);
    let order = order.owned_by(owner);
    let shown = caller.sight(order.clone());
    let data = edge::render(&shown.as_ref().map(checkout::OrderView::from))?;
    let claim = key.as_ref().map(|key| Claim { key, answer: &data });
    let before = write(app, &caller, order, claim, now).await?;
    Ok(edge::Created::new(data, before))
}

/// Whose the session's order will be. An onramp that names no `redirectUrl` sends the buyer to the session's
/// `success_url`.
async fn take_over(app: &App, caller: &Caller, terms: &mut OrderTerms, id: SessionId) -> Result<Owner> {
    let asks = terms.onramp.as_ref().is_some_and(|onramp| onramp.redirect_url.is_none());
    let session = match asks || *caller == Caller::Stranger {
        true => app.store.session_terms(id).await?,
        false => None,
    };
    let (owner, success_url) = session.unwrap_or_else(|| (caller.owner(), None));
    if let Some(onramp) = &mut terms.onramp {
        let given = onramp.redirect_url.as_ref().map(|url| url.fill(id));
        onramp.redirect_url = given.or(success_url);
    }
    Ok(caller.bound_to().cloned().unwrap_or(owner))
}

async fn write(
    app: &App,
    caller: &Caller,
    order: Order,
    claim: Option<Claim<'_>>,
    now: Timestamp,
) -> Result<Option<RawJson>> {
    let watched = app.settings.chains.watches(order.terms.src_chain);
    match app.store.create_order(&order, watched, claim, edge::random_bits(), now).await {
        // The session was made while keys were on, and now they are off.
        Err(Error::SessionRefused(SessionRefusal::OthersSession(owner))) if *caller == Caller::Anyone => {
            let order = order.owned_by(owner);
            app.store.create_order(&order, watched, claim, edge::random_bits(), now).await
        }
        outcome => outcome,
    }
}
