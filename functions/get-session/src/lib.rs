//! `GET /checkout-sessions/{sessionId}`: the state of a session, with `?include=order` its order too.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    http::{self, Caller},
    model::{Scope, Session},
    store::OrderRecord,
};

/// Answers with the session.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let view = found.as_ref().map(|(session, order)| match order {
        None => http::SessionView::new(session),
        Some(order) => http::SessionView::with_order(session, order.as_ref()),
    });
    http::answer(request, "Checkout session retrieved", view)
}

/// The session, and its order if it is asked for.
async fn find(app: &App, request: &Request) -> Result<(Session, Option<Option<OrderRecord>>)> {
    let caller = Caller::of(app, request, Scope::Read).await?;
    let wants_order = http::wants_order(request)?;
    let now = app.clock.now();
    let id = http::session_id(request).ok_or(Error::SessionNotFound)?;
    if wants_order {
        let (session, order) = app.store.session_with_order(id, now).await?.ok_or(Error::SessionNotFound)?;
        let session = caller.sight(session).ok_or(Error::SessionNotFound)?;
        return Ok((session, Some(order.and_then(|order| caller.sight(order)))));
    }
    let session = app.store.session(id, now).await?.and_then(|session| caller.sight(session));
    Ok((session.ok_or(Error::SessionNotFound)?, None))
}
