//! `POST /checkout-sessions`: one conditional write; no order, no outside call.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    checkout::{self, Session},
    edge::{self, Caller, Claim},
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with the new session.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer_created(request, "Checkout session created", create(app, request).await)
}

async fn create(app: &App, request: &Request) -> Result<edge::Created> {
    let caller = Caller::merchant(app, request, Scope::Write).await?;
    let wanted = checkout::parse_new_session(edge::body(request)?)?;
    let key = edge::idempotency_key(request, "create-session", &caller)?;
    let session = Session::open(wanted, edge::random_bits(), app.clock.now()).owned_by(caller.owner());
    edge::note_session(session.id);
    let data = edge::render(&checkout::CreatedSession::from(&session))?;
    let claim = key.as_ref().map(|key| Claim { key, answer: &data });
    let before = app.store.create_session(&session, app.settings.retention_millis, claim).await?;
    Ok(edge::Created::new(data, before))
}
