//! `GET /checkout-sessions/{sessionId}`: a session, with `?include=order` its order too, with `?include=events` all of
//! its events.

use lambda_http::{Body, Request, Response};
use shared::{App, Result, checkout::Include, edge, feed::RequestedSession, keys::Scope};

shared::http_function!(handle);

/// Answers with the session.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    edge::answer(request, "Checkout session retrieved", found.as_ref().map(RequestedSession::view))
}

async fn find(app: &App, request: &Request) -> Result<RequestedSession> {
    let caller = app.caller(request, Scope::Read).await?;
    let include = Include::parse(request)?;
    RequestedSession::read(&app.checkout, &caller, edge::session_id(request), include, app.clock.now()).await
}
