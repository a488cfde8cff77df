//! `GET /orders?creatorAddress=&limit=&offset=`: a creator's orders, newest first.

use lambda_http::{Body, Request, Response};
use shared::{App, Result, http, model::Order};

/// Answers with the orders.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let views = found.as_ref().map(|orders| orders.iter().map(http::OrderView::from).collect::<Vec<_>>());
    http::answer(request, "Get orders by creator successfully", views)
}

async fn find(app: &App, request: &Request) -> Result<Vec<Order>> {
    let list = http::ListRequest::parse(request)?;
    app.store.orders_by_creator(&list.creator_address, list.limit, list.offset, app.clock.now()).await
}
