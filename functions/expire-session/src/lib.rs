//! `POST /checkout-sessions/{sessionId}/expire`: ends an open session, and its unpaid order with it.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    error::SessionRefusal,
    http::{self, Caller},
    model::Scope,
};

shared::http_function!(handle);

/// Answers that the session is expired.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    http::answer(request, "Checkout session expired", expire(app, request).await)
}

async fn expire(app: &App, request: &Request) -> Result<http::ExpiredSession> {
    let caller = Caller::merchant(app, request, Scope::Write).await?;
    http::check_no_fields(request)?;
    let id = http::session_id(request).ok_or(SessionRefusal::MalformedId)?;
    app.store.expire_session(id, caller.bound_to(), http::random_bits(), app.clock.now()).await?;
    Ok(http::ExpiredSession::new(id))
}
