//! `GET /events?after=&limit=`: a merchant's events, in their order.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Result,
    edge::{self},
    feed::{EventPage, EventsRequest, FeedPage},
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with a page of events.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    let page = found.and_then(|(asked, read)| EventPage::new(&asked, &read));
    edge::answer(request, "Events retrieved", page.as_ref())
}

async fn find(app: &App, request: &Request) -> Result<(EventsRequest, FeedPage)> {
    let owner = app.lister(request, Scope::Read).await?;
    let asked = EventsRequest::parse(request)?;
    let read = app.feed.feed(&owner, &asked.after, asked.limit + 1).await?;
    Ok((asked, read))
}
