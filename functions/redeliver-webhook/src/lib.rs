//! `POST /webhook-endpoints/{endpointId}/deliveries/{deliveryId}/redeliver`: attempts a delivery at once, however
//! it stands.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    http::{self, Caller, DeliveryView},
    model::{Delivery, Scope},
};
use webhooks::Courier;

/// Answers with the delivery, which says how it went.
pub async fn handle(app: &App, courier: &Courier, request: &Request) -> Response<Body> {
    let sent = send(app, courier, request).await;
    http::answer(request, "Webhook redelivered", sent.as_ref().map(DeliveryView::from))
}

async fn send(app: &App, courier: &Courier, request: &Request) -> Result<Delivery> {
    let owner = Caller::lister(app, request, Scope::Write).await?;
    let endpoint = http::find_endpoint(app, request, &owner).await?;
    let id = http::delivery_id(request).ok_or(Error::DeliveryNotFound)?;
    let delivery = app.store.delivery(endpoint.id, &id).await?.ok_or(Error::DeliveryNotFound)?;
    courier.attempt_by_hand(&endpoint, delivery).await
}
