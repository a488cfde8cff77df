//! `POST /checkout-sessions`: one conditional write; no order, no outside call.

use lambda_http::{Body, Request, Response};
use shared::{App, Result, http, model::Session};

/// Answers with the new session.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let created = create(app, request).await;
    http::answer(request, "Checkout session created", created.as_ref().map(http::CreatedSession::from))
}

async fn create(app: &App, request: &Request) -> Result<Session> {
    let wanted = http::parse_new_session(http::body(request)?)?;
    let session = Session::open(wanted, http::random_bits(), app.clock.now());
    app.store.create_session(&session, app.settings.retention_millis).await?;
    Ok(session)
}
