//! `POST /webhook-endpoints/{endpointId}/test`: sends an endpoint a test event at once, even if it is disabled.

use delivery::Courier;
use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    edge::{self, random_bits},
    keys::Scope,
    webhooks::{self, Delivery, DeliveryView},
};

delivery::sending_function!(handle);

/// Answers with the delivery, which has the attempt's outcome.
pub async fn handle(app: &App, courier: &Courier, request: &Request) -> Response<Body> {
    let sent = send(app, courier, request).await;
    edge::answer(request, "Test event sent", sent.as_ref().map(DeliveryView::from))
}

async fn send(app: &App, courier: &Courier, request: &Request) -> Result<Delivery> {
    let owner = app.lister(request, Scope::Write).await?;
    let endpoint = webhooks::find_endpoint(&app.webhooks, request, &owner).await?;
    let delivery = webhooks::test_delivery(&endpoint, random_bits(), app.clock.now())?;
    courier.attempt_by_hand(&endpoint, delivery).await
}
