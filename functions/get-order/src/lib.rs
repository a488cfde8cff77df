//! `GET /orders/{orderId}`: an order with its transactions.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    checkout::{self, OrderHistory},
    edge::{self},
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with the order.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let view = found.as_ref().map(checkout::OrderAndTransactions::from);
    edge::answer(request, "Get order and transactions successfully", view)
}

async fn find(app: &App, request: &Request) -> Result<OrderHistory> {
    let caller = app.caller(request, Scope::Read).await?;
    let id = edge::order_id(request).ok_or(Error::OrderNotFound)?;
    let found = app.checkout.order(id, app.clock.now()).await?;
    found.and_then(|record| caller.redact(record)).ok_or(Error::OrderNotFound)
}
