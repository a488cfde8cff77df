//! `POST /checkout-sessions`: one conditional write; no order, no outside call.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    http::{self, Caller},
    model::{Scope, Session},
    store::Claim,
};

shared::http_function!(handle);

/// Answers with the new session.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    http::answer_created(request, "Checkout session created", create(app, request).await)
}

async fn create(app: &App, request: &Request) -> Result<http::Created> {
    let caller = Caller::merchant(app, request, Scope::Write).await?;
    let wanted = http::parse_new_session(http::body(request)?)?;
    let key = http::idempotency_key(request, "create-session", &caller)?;
    let session = Session::open(wanted, http::random_bits(), app.clock.now()).owned_by(caller.owner());
    http::note_session(session.id);
    let data = http::render(&http::CreatedSession::from(&session))?;
    let claim = key.as_ref().map(|key| Claim { key, answer: &data });
    let before = app.store.create_session(&session, app.settings.retention_millis, claim).await?;
    Ok(http::Created::new(data, before))
}
