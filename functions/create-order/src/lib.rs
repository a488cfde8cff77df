//! `POST /orders`: creates an order and links it to its session, in one transaction.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result, http,
    model::{Order, OrderId, OrderTerms, SessionId},
    store::Claim,
};

/// Answers with the new order.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    http::answer_created(request, "Created order successfully", create(app, request).await)
}

async fn create(app: &App, request: &Request) -> Result<http::Created> {
    let http::OrderRequest { mut terms, session } = http::OrderRequest::parse(http::body(request)?)?;
    let key = http::idempotency_key(request, "create-order")?;
    app.settings.chains.check_route(&terms)?;
    if let Some(session) = session {
        fill_redirect_url(app, &mut terms, session).await?;
    }
    let now = app.clock.now();
    let id = session.map_or_else(|| OrderId::new(http::random_bits()), OrderId::of_session);
    let address = app.settings.deposit_addresses.derive(id, terms.src_chain, &terms.recipient_address);
    let order = Order::new(id, session, terms, address, now, app.settings.detection_window_millis);
    let data = http::render(&http::OrderView::from(&order))?;
    let claim = key.as_ref().map(|key| Claim { key, answer: &data });
    let watched = app.settings.chains.watches(order.terms.src_chain);
    let before = app.store.create_order(&order, watched, claim, now).await?;
    Ok(http::Created::new(data, before))
}

/// An onramp that names no `redirectUrl` sends the buyer to the session's `success_url`.
async fn fill_redirect_url(app: &App, terms: &mut OrderTerms, session: SessionId) -> Result<()> {
    if let Some(onramp) = &mut terms.onramp {
        onramp.redirect_url = match &onramp.redirect_url {
            Some(url) => Some(url.fill(session)),
            None => app.store.success_url(session).await?,
        };
    }
    Ok(())
}
