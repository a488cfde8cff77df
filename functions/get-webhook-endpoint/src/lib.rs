//! `GET /webhook-endpoints/{endpointId}`: an endpoint.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    edge::{self},
    keys::Scope,
    webhooks::{self, Endpoint, EndpointView},
};

shared::http_function!(handle);

/// Answers with the endpoint.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    edge::answer(request, "Webhook endpoint retrieved", found.as_ref().map(EndpointView::from))
}

async fn find(app: &App, request: &Request) -> Result<Endpoint> {
    let owner = app.lister(request, Scope::Read).await?;
    webhooks::find_endpoint(&app.webhooks, request, &owner).await
}
