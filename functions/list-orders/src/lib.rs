//! `GET /orders?creatorAddress=&limit=&offset=`: a creator's orders, newest first.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    checkout::{self, Order},
    edge::{self, Caller},
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with the orders.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let views = found.as_ref().map(|orders| orders.iter().map(checkout::OrderView::from).collect::<Vec<_>>());
    edge::answer(request, "Get orders by creator successfully", views)
}

async fn find(app: &App, request: &Request) -> Result<Vec<Order>> {
    let owner = Caller::merchant(app, request, Scope::Read).await?.owner();
    let list = checkout::ListRequest::parse(request)?;
    let now = app.clock.now();
    let found = app.store.orders_by_creator(&owner, &list.creator_address, list.limit, list.offset, now);
    let orders = found.await?;
    let length = |order: &Order| order.terms.payload.as_str().len() + order.terms.metadata.as_str().len();
    if orders.iter().map(length).sum::<usize>() > edge::MAX_LISTED_BYTES {
        return Err(Error::invalid("limit", "must be lower: these orders are too long for one answer"));
    }
    Ok(orders)
}
