//! `GET /checkout-sessions`: a merchant's sessions, newest first.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    checkout::{self, SessionPage},
    edge,
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with a page of sessions.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    edge::answer(request, "Checkout sessions retrieved", found.as_ref())
}

async fn find(app: &App, request: &Request) -> Result<SessionPage> {
    let owner = app.lister(request, Scope::Read).await?;
    let filter = checkout::parse_sessions_query(request)?;
    SessionPage::new(&app.checkout.sessions(&owner, &filter, app.clock.now()).await?)
}
