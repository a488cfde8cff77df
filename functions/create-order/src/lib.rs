//! `POST /orders`: creates an order and links it to its session, in one transaction.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    checkout::{CreateOrder, OrderRequest},
    edge::{self, Answer},
    keys::Scope,
};

shared::http_function!(handle, with_chains);

/// Answers with the new order.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    edge::answer_created(request, "Created order successfully", create(app, request).await)
}

async fn create(app: &App, request: &Request) -> Result<Answer> {
    let caller = app.caller(request, Scope::Write).await?;
    let wanted = OrderRequest::parse(edge::body(request)?)?;
    let key = caller.idempotency_key(request, "create-order")?;
    let create = CreateOrder { caller: &caller, key, random: edge::random_bits(), now: app.clock.now() };
    create.run(&app.checkout, &app.settings, wanted).await
}
