//! `POST /webhook-endpoints/{endpointId}/test`: sends an endpoint a test event at once, even if it is disabled.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    http::{self, Caller, DeliveryView, random_bits},
    model::{Delivery, Scope},
};
use webhooks::Courier;

/// Answers with the delivery, which says how it went.
pub async fn handle(app: &App, courier: &Courier, request: &Request) -> Response<Body> {
    let sent = send(app, courier, request).await;
    http::answer(request, "Test event sent", sent.as_ref().map(DeliveryView::from))
}

async fn send(app: &App, courier: &Courier, request: &Request) -> Result<Delivery> {
    let owner = Caller::lister(app, request, Scope::Write).await?;
    let endpoint = http::find_endpoint(app, request, &owner).await?;
    let delivery = http::test_delivery(&endpoint, random_bits(), app.clock.now())?;
    courier.attempt_by_hand(&endpoint, delivery).await
}
