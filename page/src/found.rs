//! Reading a checkout.

use lambda_http::Request;
use shared::{
    App, Error, Result,
    checkout::{OrderHistory, Session},
    edge,
    kernel::Timestamp,
    keys::Caller,
};

/// A session with its order, as an unauthenticated caller sees them, whoever asks.
#[derive(Debug, Clone)]
pub struct Found {
    pub(crate) session: Session,
    pub(crate) history: Option<OrderHistory>,
    pub(crate) now: Timestamp,
}

impl Found {
    /// Reads the session that the request's path names.
    ///
    /// # Errors
    /// [`Error::SessionNotFound`], also for a malformed id; [`Error::Unavailable`], [`Error::Internal`].
    pub async fn read(app: &App, request: &Request) -> Result<Self> {
        let id = edge::session_id(request).ok_or(Error::SessionNotFound)?;
        let now = app.clock.now();
        let (session, history) =
            app.checkout.session_with_order(id, now).await?.ok_or(Error::SessionNotFound)?;
        Self::redacted(session, history, now).ok_or(Error::SessionNotFound)
    }

    /// The checkout without what only its merchant may see.
    pub(crate) fn redacted(session: Session, history: Option<OrderHistory>, now: Timestamp) -> Option<Self> {
        let caller = Caller::Unauthenticated;
        let history = history.and_then(|history| caller.redact(history));
        Some(Self { session: caller.redact(session)?, history, now })
    }
}
