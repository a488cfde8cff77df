//! `GET /webhook-endpoints/{endpointId}/deliveries`: what has been sent to an endpoint, the newest first, and how
//! it went.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    edge::{self, Caller},
    keys::Scope,
    webhooks::{self, Delivery, DeliveryPage},
};

shared::http_function!(handle);

/// Answers with a page of deliveries.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let page = found.as_ref().map(|(deliveries, more)| DeliveryPage::new(deliveries, *more));
    edge::answer(request, "Webhook deliveries retrieved", page)
}

async fn find(app: &App, request: &Request) -> Result<(Vec<Delivery>, bool)> {
    let owner = Caller::lister(app, request, Scope::Read).await?;
    let (after, limit) = webhooks::parse_deliveries_query(request)?;
    let endpoint = webhooks::find_endpoint(app, request, &owner).await?;
    app.store.deliveries(endpoint.id, after.as_ref(), limit).await
}
