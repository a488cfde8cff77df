//! A checkout session.

use crate::{
    Error,
    checkout::{ExpiredReason, OrderStatus, Paid, SessionStatus},
    kernel::{OrderId, Owner, RawJson, RedirectUrl, SessionId, Timestamp},
    terms::{Display, PaymentTerms},
};

/// The reason for which a session refuses an order or a manual expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionRefusal {
    /// There is no such session.
    NotFound,
    /// The session belongs to another merchant, which the caller must not learn.
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

/// The fields of a session that a merchant asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The URL for a buyer who has paid.
    pub success_url: Option<RedirectUrl>,
    /// The URL for a buyer who gives up.
    pub cancel_url: Option<RedirectUrl>,
    /// The merchant's own data.
    pub metadata: RawJson,
    /// The merchant's own name for the session.
    pub client_reference_id: Option<String>,
    /// The time until the session expires, in milliseconds.
    pub lifetime_millis: i64,
    /// The terms on which it is to be paid; without any, its order's.
    pub payment: Option<PaymentTerms>,
    /// The description for its buyer.
    pub display: Option<Box<Display>>,
}

/// A session as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's id.
    pub id: SessionId,
    /// The owner.
    pub owner: Owner,
    /// Its status, with the order's.
    pub state: SessionState,
    /// Its order. Never changes once set.
    pub order_id: Option<OrderId>,
    /// The URL for a buyer who has paid, as given.
    pub success_url: Option<RedirectUrl>,
    /// The URL for a buyer who gives up, as given.
    pub cancel_url: Option<RedirectUrl>,
    /// The merchant's own data.
    pub metadata: RawJson,
    /// The merchant's own name for the session.
    pub client_reference_id: Option<String>,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The end of the time in which it takes an order, and in which that order's deposit is on time.
    pub expires_at: Timestamp,
    /// The time at which it expires unless it is paid: `expires_at`, or with an order, that order's `deadline`.
    pub deadline: Timestamp,
    /// The time at which it expired unpaid, by its deadline or by hand, if it did.
    pub ended_at: Option<Timestamp>,
    /// The deployment's public URL, without a slash at its end.
    pub public_url: String,
    /// The terms on which it is to be paid; without any, its order's.
    pub payment: Option<PaymentTerms>,
    /// The description for its buyer.
    pub display: Option<Box<Display>>,
    /// The delivery to its recipient, once it is complete.
    pub paid: Option<Paid>,
}

/// The fields of a session that change together with its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionState {
    /// The session's status.
    pub status: SessionStatus,
    /// Its order's status, if it has one.
    pub order_status: Option<OrderStatus>,
    /// The reason for `expired`, if it is.
    pub expired_reason: Option<ExpiredReason>,
}

impl SessionState {
    /// The state of a new session.
    pub(crate) const OPEN: Self =
        Self { status: SessionStatus::Open, order_status: None, expired_reason: None };
}

impl Session {
    /// The shortest lifetime of a session, in milliseconds.
    pub const MIN_LIFETIME_MILLIS: i64 = 300_000;

    /// Creates a session at a deployment with this public URL.
    pub fn open(wanted: NewSession, public_url: String, random: u128, now: Timestamp) -> Self {
        let expires_at = now.plus_millis(wanted.lifetime_millis);
        Self {
            id: SessionId::new(random, expires_at, wanted.payment.is_some()),
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
            public_url,
            payment: wanted.payment,
            display: wanted.display,
            paid: None,
        }
    }

    /// The URL of its page for the buyer.
    pub fn url(&self) -> String {
        format!("{}/checkout/{}", self.public_url, self.id)
    }

    /// The session, owned by `owner`.
    #[must_use]
    pub fn owned_by(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }

    /// Returns true if the session is past its deadline at `now` but not yet `expired`. Conditions repeat this rule: in
    /// `Order::is_overdue`, `expiry.rs`, `session_store.rs`, `overdue.rs` and `session_list.rs`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.status == SessionStatus::Open && now >= self.deadline
    }

    /// The session, expired for `reason` with its unpaid order if it is open; otherwise unchanged.
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

    /// The session with this order and in this earlier state.
    pub(crate) fn in_state(self, order_id: Option<OrderId>, state: SessionState) -> Self {
        let paid = self.paid.filter(|_| state.status == SessionStatus::Complete);
        Self { order_id, state, paid, ..self }
    }

    /// Checks that this session takes an order, in `openapi.yaml`'s order of checks.
    ///
    /// # Errors
    /// [`SessionRefusal::NotOpen`] or [`SessionRefusal::HasOrder`].
    pub fn check_takes_order(&self) -> Result<(), SessionRefusal> {
        self.check_open()?;
        self.order_id.map_or(Ok(()), |order| Err(SessionRefusal::HasOrder(order)))
    }

    /// Checks that this session is open.
    ///
    /// # Errors
    /// [`SessionRefusal::NotOpen`].
    pub fn check_open(&self) -> Result<(), SessionRefusal> {
        match self.state.status {
            SessionStatus::Open => Ok(()),
            status => Err(SessionRefusal::NotOpen(status)),
        }
    }
}
