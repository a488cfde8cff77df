//! `PATCH /webhook-endpoints/{endpointId}`: changes the given fields of an endpoint.

use delivery::{Reach, check_url};
use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    edge::{self},
    keys::Scope,
    webhooks::{self, Endpoint, EndpointRequest, EndpointView},
};

shared::http_function!(handle);

/// Answers with the changed endpoint.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let changed = change(app, request).await;
    edge::answer(request, "Webhook endpoint updated", changed.as_ref().map(EndpointView::from))
}

async fn change(app: &App, request: &Request) -> Result<Endpoint> {
    let owner = app.lister(request, Scope::Write).await?;
    let wanted = EndpointRequest::parse(edge::body(request)?)?;
    if let Some(url) = &wanted.url {
        check_url(url, Reach::of(app)).map_err(|bad| Error::invalid("url", bad.to_string()))?;
    }
    let id = webhooks::endpoint_id(request).ok_or(Error::EndpointNotFound)?;
    let changed = app.webhooks.change_endpoint(&owner, id, |endpoint| wanted.change(endpoint)).await?;
    changed.ok_or(Error::EndpointNotFound)
}
