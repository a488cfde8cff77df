//! A session as `GET /checkout-sessions/{sessionId}` shows it. It is here and not in
//! `checkout`, since `include=events` derives the story.

use crate::{
    Error, Result,
    checkout::{CheckoutStore, Include, OrderHistory, Session, SessionView},
    edge,
    error::KeyRefusal,
    feed::{Event, EventView, Story},
    kernel::{SessionId, Timestamp},
    keys::Caller,
};

/// A session with the additions that `include` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedSession {
    include: Include,
    session: Session,
    /// `None` before there is one, or if it is not asked for.
    order: Option<OrderHistory>,
    events: Vec<Event>,
}

impl RequestedSession {
    /// Reads a session as this caller may see it.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] for events, which hold more than unauthenticated callers may see;
    /// [`Error::SessionNotFound`], also without an `id`; [`Error::InvalidField`] if the events are too long for one
    /// answer; [`Error::Unavailable`], [`Error::Internal`].
    pub async fn read(
        store: &CheckoutStore,
        caller: &Caller,
        id: Option<SessionId>,
        include: Include,
        now: Timestamp,
    ) -> Result<Self> {
        if include.events && *caller == Caller::Unauthenticated {
            return Err(Error::Unauthorized(KeyRefusal::Missing));
        }
        let id = id.ok_or(Error::SessionNotFound)?;
        let (session, order) = match include == Include::default() {
            true => (store.session(id, now).await?.ok_or(Error::SessionNotFound)?, None),
            false => store.session_with_order(id, now).await?.ok_or(Error::SessionNotFound)?,
        };
        let session = caller.redact(session).ok_or(Error::SessionNotFound)?;
        let events = match include.events {
            true => events(Story::of_session(&session, order.as_ref()))?,
            false => Vec::new(),
        };
        let order = order.filter(|_| include.order).and_then(|order| caller.redact(order));
        Ok(Self { include, session, order, events })
    }

    /// The session as clients see it.
    pub fn view(&self) -> SessionView<'_, EventView<'_>> {
        let mut view = SessionView::new(&self.session);
        if self.include.order {
            view = view.with_order(self.order.as_ref());
        }
        match self.include.events {
            true => view.with_events(self.events.iter().map(EventView::new).collect()),
            false => view,
        }
    }
}

/// Lambda limits the length of answers, and events repeat their objects.
fn events(story: Story<'_>) -> Result<Vec<Event>> {
    if story.text_bytes() > edge::MAX_LISTED_BYTES {
        return Err(Error::invalid(
            "include",
            "must not name events: they are too long for one answer; see GET /events",
        ));
    }
    Ok(story.events_after(0).collect())
}
