//! `POST /checkout-sessions/{sessionId}/expire`: expires an open session, with its unpaid order.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    checkout::{ExpiredSession, Expiry},
    edge,
    keys::Scope,
};

shared::http_function!(handle);

/// Answers that the session is expired.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer(request, "Checkout session expired", expire(app, request).await)
}

async fn expire(app: &App, request: &Request) -> Result<ExpiredSession> {
    let caller = app.merchant(request, Scope::Write).await?;
    edge::check_no_fields(request)?;
    let id = edge::session_id(request).ok_or(Error::MalformedSessionId)?;
    match app.checkout.expire_session(id, caller.bound_to(), edge::random_bits(), app.clock.now()).await? {
        Expiry::Expired => Ok(ExpiredSession::new(id)),
        Expiry::Refused(refusal) => Err(refusal.into()),
    }
}
