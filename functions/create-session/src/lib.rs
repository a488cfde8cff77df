//! `POST /checkout-sessions`: one conditional write; no order, no outside call.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    checkout::{self, Session},
    edge::{self, Claim},
    keys::Scope,
};

shared::http_function!(handle, with_chains);

/// Answers with the new session.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer_created(request, "Checkout session created", create(app, request).await)
}

async fn create(app: &App, request: &Request) -> Result<edge::Answer> {
    let caller = app.merchant(request, Scope::Write).await?;
    let wanted = checkout::parse_new_session(edge::body(request)?, &app.settings)?;
    let key = caller.idempotency_key(request, "create-session", None)?;
    let public_url = edge::public_url(&app.settings, request);
    let session = Session::open(wanted, public_url, edge::random_bits(), app.clock.now());
    let session = session.owned_by(caller.owner());
    edge::note_session(session.id);
    let data = edge::render(&checkout::CreatedSession::from(&session))?;
    let claim = key.as_ref().map(|key| Claim { key, answer: &data });
    let creation = app.checkout.create_session(&session, app.settings.retention_millis, claim).await?;
    edge::Answer::new(data, creation)
}
