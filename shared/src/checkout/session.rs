//! A checkout session.

use crate::{
    Error,
    checkout::{ExpiredReason, OrderStatus, SessionStatus},
    kernel::{OrderId, Owner, RawJson, RedirectUrl, SessionId, Timestamp},
};

/// Why a session cannot be given an order or be expired by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionRefusal {
    /// There is no such session.
    NotFound,
    /// The session is another merchant's, which the caller must not learn.
    OthersSession(Owner),
    /// Only an open session may be changed.
    NotOpen(SessionStatus),
    /// A session has at most one order, ever.
    HasOrder(OrderId),
}

impl From<SessionRefusal> for Error {
    fn from(refusal: SessionRefusal) -> Self {
        match refusal {
            SessionRefusal::NotFound | SessionRefusal::OthersSession(_) => Self::NoSessionToChange,
            SessionRefusal::NotOpen(status) => Self::SessionNotOpen { status: status.to_string() },
            SessionRefusal::HasOrder(order) => Self::SessionHasOrder(order),
        }
    }
}

/// What a merchant asks for when creating a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Where the buyer goes after paying.
    pub success_url: Option<RedirectUrl>,
    /// Where the buyer goes after giving up.
    pub cancel_url: Option<RedirectUrl>,
    /// The merchant's own data.
    pub metadata: RawJson,
    /// The merchant's own name for the session.
    pub client_reference_id: Option<String>,
    /// How long the session can be used, in milliseconds.
    pub lifetime_millis: i64,
}

/// A session as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// Whose it is.
    pub owner: Owner,
    /// How far it is.
    pub state: SessionState,
    /// Its order. Once set, never changes.
    pub order_id: Option<OrderId>,
    /// Where the buyer goes after paying, as given.
    pub success_url: Option<RedirectUrl>,
    /// Where the buyer goes after giving up, as given.
    pub cancel_url: Option<RedirectUrl>,
    /// The merchant's own data.
    pub metadata: RawJson,
    /// The merchant's own name for the session.
    pub client_reference_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be given an order, and until when that order's deposit is on time.
    pub expires_at: Timestamp,
    /// When it turns `expired` unless it is paid: `expires_at`, and once it has an order, that order's
    /// `deadline`.
    pub deadline: Timestamp,
    /// When it ended unpaid, by hand or by time, if it did.
    pub ended_at: Option<Timestamp>,
}

/// What of a session changes together with its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionState {
    /// The session's status.
    pub status: SessionStatus,
    /// Its order's status, once there is one.
    pub order_status: Option<OrderStatus>,
    /// Why it is `expired`, if it is.
    pub expired_reason: Option<ExpiredReason>,
}

impl SessionState {
    /// That of a new session.
    pub(crate) const OPEN: Self =
        Self { status: SessionStatus::Open, order_status: None, expired_reason: None };
}

impl Session {
    /// The shortest time that a session is made for, in milliseconds.
    pub const MIN_LIFETIME_MILLIS: i64 = 300_000;

    /// Opens a session.
    pub fn open(wanted: NewSession, random: u128, now: Timestamp) -> Self {
        let expires_at = now.plus_millis(wanted.lifetime_millis);
        Self {
            id: SessionId::new(random, expires_at),
            owner: Owner::default(),
            state: SessionState::OPEN,
            order_id: None,
            success_url: wanted.success_url,
            cancel_url: wanted.cancel_url,
            metadata: wanted.metadata,
            client_reference_id: wanted.client_reference_id,
            created_at: now,
            expires_at,
            deadline: expires_at,
            ended_at: None,
        }
    }

    /// The session, as one of `owner`'s.
    #[must_use]
    pub fn owned_by(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }

    /// Whether the session should be `expired` at `now` but does not say so yet.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.status == SessionStatus::Open && now >= self.deadline
    }

    /// The session, ended for `reason` together with its unpaid order if it is open; otherwise as it is.
    #[must_use]
    pub fn expired(mut self, reason: ExpiredReason, now: Timestamp) -> Self {
        if self.state.status == SessionStatus::Open {
            self.state = SessionState {
                status: SessionStatus::Expired,
                order_status: self.order_id.map(|_| OrderStatus::Expired),
                expired_reason: Some(reason),
            };
            self.ended_at = Some(now);
        }
        self
    }

    /// The session as it stood, with this order and in this state.
    pub(crate) fn standing(self, order_id: Option<OrderId>, state: SessionState) -> Self {
        Self { order_id, state, ..self }
    }

    /// Why this session cannot be given an order, in the contract's order of checks.
    ///
    /// # Errors
    /// [`SessionRefusal::NotOpen`] or [`SessionRefusal::HasOrder`].
    pub fn check_takes_order(&self) -> Result<(), SessionRefusal> {
        self.check_open()?;
        self.order_id.map_or(Ok(()), |order| Err(SessionRefusal::HasOrder(order)))
    }

    /// # Errors
    /// [`SessionRefusal::NotOpen`].
    pub fn check_open(&self) -> Result<(), SessionRefusal> {
        match self.state.status {
            SessionStatus::Open => Ok(()),
            status => Err(SessionRefusal::NotOpen(status)),
        }
    }
}
