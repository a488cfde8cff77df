//! `GET /orders?creatorAddress=&limit=&offset=`: a creator's orders, newest first.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    checkout::{ListRequest, Order, OrderView, list_orders},
    edge,
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with the orders.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let views = found.as_ref().map(|orders| orders.iter().map(OrderView::from).collect::<Vec<_>>());
    edge::answer(request, "Get orders by creator successfully", views)
}

async fn find(app: &App, request: &Request) -> Result<Vec<Order>> {
    let owner = app.merchant(request, Scope::Read).await?.owner();
    let list = ListRequest::parse(request)?;
    list_orders(&app.checkout, &owner, &list, app.clock.now()).await
}
