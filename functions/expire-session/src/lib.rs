//! `POST /checkout-sessions/{sessionId}/expire`: ends an open session, and its unpaid order with it.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result, checkout,
    edge::{self, Caller},
    error::SessionRefusal,
    keys::Scope,
};

shared::http_function!(handle);

/// Answers that the session is expired.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer(request, "Checkout session expired", expire(app, request).await)
}

async fn expire(app: &App, request: &Request) -> Result<checkout::ExpiredSession> {
    let caller = Caller::merchant(app, request, Scope::Write).await?;
    edge::check_no_fields(request)?;
    let id = edge::session_id(request).ok_or(SessionRefusal::MalformedId)?;
    app.store.expire_session(id, caller.bound_to(), edge::random_bits(), app.clock.now()).await?;
    Ok(checkout::ExpiredSession::new(id))
}
