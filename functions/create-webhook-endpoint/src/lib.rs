//! `POST /webhook-endpoints`: creates an endpoint for a merchant's events.

use delivery::{Reach, check_url};
use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    edge::{self, random_bits},
    kernel::EndpointId,
    keys::Scope,
    webhooks::{Endpoint, EndpointCreation, EndpointRequest, EndpointView, MOST_ENDPOINTS, WebhookSecret},
};

shared::http_function!(handle);

/// Answers with the endpoint and, only this once, its secret.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let created = create(app, request).await;
    edge::answer(request, "Webhook endpoint created", created.as_ref().map(EndpointView::with_secret))
}

async fn create(app: &App, request: &Request) -> Result<Endpoint> {
    let owner = app.lister(request, Scope::Write).await?;
    let wanted = EndpointRequest::parse(edge::body(request)?)?;
    let secret = WebhookSecret::new([random_bits(), random_bits()]);
    let new = wanted.new_endpoint(owner, EndpointId::new(random_bits()), secret, app.clock.now())?;
    check_url(&new.url, Reach::of(app)).map_err(|bad| Error::invalid("url", bad.to_string()))?;
    match app.webhooks.create_endpoint(new).await? {
        EndpointCreation::Created(endpoint) => Ok(*endpoint),
        EndpointCreation::TooMany => Err(Error::TooManyEndpoints { max: MOST_ENDPOINTS }),
    }
}
