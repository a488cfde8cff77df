//! `POST /webhook-endpoints/{endpointId}/test`: sends an endpoint a test event at once, even if it is disabled.

use std::convert::Infallible;

use delivery::Courier;
use lambda_http::{Body, Request, Response, service_fn};
use shared::{
    App, Result,
    edge::{self, random_bits},
    keys::Scope,
    webhooks::{self, Delivery, DeliveryView},
};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_http::Error> {
    let app = App::from_env().await?;
    let courier = Courier::new(app.clone())?;
    let serve = async |request: Request| Ok::<_, Infallible>(handle(&app, &courier, &request).await);
    edge::run(service_fn(serve)).await
}

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
