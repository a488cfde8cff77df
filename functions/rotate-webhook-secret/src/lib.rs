//! `POST /webhook-endpoints/{endpointId}/rotate-secret`: makes a new secret, beside which the old one signs for
//! a while.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    http::{self, Caller, EndpointView, random_bits},
    model::{Endpoint, Scope, WebhookSecret},
};

shared::http_function!(handle);

/// Answers with the endpoint and, this once, its new secret.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let changed = rotate(app, request).await;
    http::answer(request, "Webhook secret rotated", changed.as_ref().map(EndpointView::with_secret))
}

async fn rotate(app: &App, request: &Request) -> Result<Endpoint> {
    let owner = Caller::lister(app, request, Scope::Write).await?;
    let overlap = http::parse_overlap(http::body(request)?)?;
    let id = http::endpoint_id(request).ok_or(Error::EndpointNotFound)?;
    let (secret, now) = (WebhookSecret::new([random_bits(), random_bits()]), app.clock.now());
    let change = |endpoint: Endpoint| endpoint.with_new_secret(secret.clone(), overlap, now);
    app.store.change_endpoint(&owner, id, change).await?.ok_or(Error::EndpointNotFound)
}
