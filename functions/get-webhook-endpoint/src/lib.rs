//! `GET /webhook-endpoints/{endpointId}`: an endpoint.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    edge::{self, Caller},
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
    let owner = Caller::lister(app, request, Scope::Read).await?;
    webhooks::find_endpoint(app, request, &owner).await
}
