//! `GET /orders/{orderId}`: an order with its transactions.

use lambda_http::{Body, Request, Response};
use shared::{App, Error, Result, http, store::OrderRecord};

/// Answers with the order.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let view = found.as_ref().map(http::OrderAndTransactions::from);
    http::answer(request, "Get order and transactions successfully", view)
}

async fn find(app: &App, request: &Request) -> Result<OrderRecord> {
    let id = http::order_id(request).ok_or(Error::OrderNotFound)?;
    app.store.order(id, app.clock.now()).await?.ok_or(Error::OrderNotFound)
}
