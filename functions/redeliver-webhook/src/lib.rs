//! `POST /webhook-endpoints/{endpointId}/deliveries/{deliveryId}/redeliver`: attempts a delivery at once, in any
//! status.

use delivery::Courier;
use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    edge::{self},
    keys::Scope,
    webhooks::{self, Delivery, DeliveryView},
};

delivery::sending_function!(handle);

/// Answers with the delivery, which has the attempt's outcome.
pub async fn handle(app: &App, courier: &Courier, request: &Request) -> Response<Body> {
    let sent = send(app, courier, request).await;
    edge::answer(request, "Webhook redelivered", sent.as_ref().map(DeliveryView::from))
}

async fn send(app: &App, courier: &Courier, request: &Request) -> Result<Delivery> {
    let owner = app.lister(request, Scope::Write).await?;
    let endpoint = webhooks::find_endpoint(&app.webhooks, request, &owner).await?;
    let id = webhooks::delivery_id(request).ok_or(Error::DeliveryNotFound)?;
    let delivery = app.webhooks.delivery(endpoint.id, &id).await?.ok_or(Error::DeliveryNotFound)?;
    courier.attempt_by_hand(&endpoint, delivery).await
}
