//! `GET /checkout-sessions`: a merchant's sessions, newest first.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    checkout::{self, Page, SessionPage, Sought},
    edge::{self, Caller},
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with a page of sessions.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    edge::answer(request, "Checkout sessions retrieved", found.as_ref().map(SessionPage::from))
}

async fn find(app: &App, request: &Request) -> Result<Page> {
    let owner = Caller::lister(app, request, Scope::Read).await?;
    let sought: Sought = checkout::parse_sessions_query(request)?;
    app.store.sessions(&owner, &sought, app.clock.now()).await
}
