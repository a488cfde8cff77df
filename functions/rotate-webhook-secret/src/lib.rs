//! `POST /webhook-endpoints/{endpointId}/rotate-secret`: creates a new secret; the old one still signs beside it for a
//! while.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    edge::{self, random_bits},
    keys::Scope,
    webhooks::{self, Endpoint, EndpointView, WebhookSecret},
};

shared::http_function!(handle);

/// Answers with the endpoint and, only this once, its new secret.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let changed = rotate(app, request).await;
    edge::answer(request, "Webhook secret rotated", changed.as_ref().map(EndpointView::with_secret))
}

async fn rotate(app: &App, request: &Request) -> Result<Endpoint> {
    let owner = app.lister(request, Scope::Write).await?;
    let overlap = webhooks::parse_overlap(edge::body(request)?)?;
    let id = webhooks::endpoint_id(request).ok_or(Error::EndpointNotFound)?;
    let (secret, now) = (WebhookSecret::new([random_bits(), random_bits()]), app.clock.now());
    let change = |endpoint: Endpoint| endpoint.with_new_secret(secret.clone(), overlap, now);
    app.webhooks.change_endpoint(&owner, id, change).await?.ok_or(Error::EndpointNotFound)
}
