//! `GET /webhook-endpoints/{endpointId}`: an endpoint.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    http::{self, Caller, EndpointView},
    model::{Endpoint, Scope},
};

shared::http_function!(handle);

/// Answers with the endpoint.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    http::answer(request, "Webhook endpoint retrieved", found.as_ref().map(EndpointView::from))
}

async fn find(app: &App, request: &Request) -> Result<Endpoint> {
    let owner = Caller::lister(app, request, Scope::Read).await?;
    http::find_endpoint(app, request, &owner).await
}
