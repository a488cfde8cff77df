//! `GET /webhook-endpoints/{endpointId}/deliveries`: an endpoint's deliveries with their attempts, newest first.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    edge::{self},
    keys::Scope,
    webhooks::{self, DeliveryList, DeliveryPage},
};

shared::http_function!(handle);

/// Answers with a page of deliveries.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    edge::answer(request, "Webhook deliveries retrieved", found.as_ref().map(DeliveryPage::new))
}

async fn find(app: &App, request: &Request) -> Result<DeliveryList> {
    let owner = app.lister(request, Scope::Read).await?;
    let (after, limit) = webhooks::parse_deliveries_query(request)?;
    let endpoint = webhooks::find_endpoint(&app.webhooks, request, &owner).await?;
    Ok(app.webhooks.deliveries(endpoint.id, after.as_ref(), limit).await?)
}
