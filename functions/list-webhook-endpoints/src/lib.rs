//! `GET /webhook-endpoints`: a merchant's endpoints, oldest first.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    edge::{self},
    keys::Scope,
    webhooks::{Endpoint, EndpointView},
};

shared::http_function!(handle);

/// Answers with all of them: there are few.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let views = found.as_ref().map(|endpoints| endpoints.iter().map(EndpointView::from).collect::<Vec<_>>());
    edge::answer(request, "Webhook endpoints retrieved", views)
}

async fn find(app: &App, request: &Request) -> Result<Vec<Endpoint>> {
    let owner = app.lister(request, Scope::Read).await?;
    Ok(app.webhooks.endpoints(&owner).await?)
}
