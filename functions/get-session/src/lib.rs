//! `GET /checkout-sessions/{sessionId}`: the state of a session, with `?include=order` its order too, with
//! `?include=events` all that has happened to it.

use lambda_http::{Body, Request, Response};
use shared::{
    App, Error, Result,
    checkout::{self, Include, OrderRecord, Session},
    dynamo::Store,
    edge::{self, Caller},
    error::KeyRefusal,
    feed::{Event, Story},
    keys::Scope,
};

shared::http_function!(handle);

/// Answers with the session.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = find(app, request).await;
    edge::answer(request, "Checkout session retrieved", found.as_ref().map(Found::view))
}

/// A session, and what is asked for beside it.
struct Found {
    session: Session,
    order: Option<Option<OrderRecord>>,
    events: Option<Vec<Event>>,
}

impl Found {
    fn view(&self) -> checkout::SessionView<'_> {
        let mut view = checkout::SessionView::new(&self.session);
        if let Some(order) = &self.order {
            view = view.with_order(order.as_ref());
        }
        match &self.events {
            Some(events) => view.with_events(events),
            None => view,
        }
    }
}

async fn find(app: &App, request: &Request) -> Result<Found> {
    let caller = Caller::of(app, request, Scope::Read).await?;
    let include = Include::parse(request)?;
    if include.events && caller == Caller::Stranger {
        return Err(Error::Unauthorized(KeyRefusal::Missing)); // They hold what strangers may not see.
    }
    let now = app.clock.now();
    let id = edge::session_id(request).ok_or(Error::SessionNotFound)?;
    if include == Include::default() {
        let session = app.store.session(id, now).await?.and_then(|session| caller.sight(session));
        return Ok(Found { session: session.ok_or(Error::SessionNotFound)?, order: None, events: None });
    }
    let (session, order) = app.store.session_with_order(id, now).await?.ok_or(Error::SessionNotFound)?;
    let session = caller.sight(session).ok_or(Error::SessionNotFound)?;
    let events = include.events.then(|| tell(Store::session_story(&session, order.as_ref()))).transpose()?;
    let order = include.order.then(|| order.and_then(|order| caller.sight(order)));
    Ok(Found { session, order, events })
}

/// Lambda carries answers up to a length; events repeat what their objects hold.
fn tell(story: Story<'_>) -> Result<Vec<Event>> {
    if story.text_bytes() > edge::MAX_LISTED_BYTES {
        return Err(Error::invalid(
            "include",
            "must not name events: they are too long for one answer; see GET /events",
        ));
    }
    Ok(story.events_after(0).collect())
}
