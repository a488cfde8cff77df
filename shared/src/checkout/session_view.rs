//! Sessions as clients see them.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    checkout::{
        ExpiredReason, OrderAndTransactions, OrderHistory, OrderStatus, Paid, Session, SessionStatus,
        order_view::Null,
    },
    kernel::{Address, BaseUnits, ChainId, OrderId, RedirectUrl, SessionId},
    terms::{Display, PaymentTerms},
};

/// The data of `POST /checkout-sessions`: URLs as given.
#[derive(Serialize)]
pub struct CreatedSession<'a> {
    id: SessionId,
    status: SessionStatus,
    success_url: Option<&'a str>,
    cancel_url: Option<&'a str>,
    metadata: &'a RawValue,
    client_reference_id: Option<&'a str>,
    expires_at: String,
    created_at: String,
    url: String,
    payment: Option<&'a PaymentTerms>,
    display: Option<&'a Display>,
}

impl<'a> From<&'a Session> for CreatedSession<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            id: session.id,
            status: session.state.status,
            success_url: session.success_url.as_ref().map(|url| url.as_str()),
            cancel_url: session.cancel_url.as_ref().map(|url| url.as_str()),
            metadata: session.metadata.to_raw_value(),
            client_reference_id: session.client_reference_id.as_deref(),
            expires_at: session.expires_at.rfc3339(),
            created_at: session.created_at.rfc3339(),
            url: session.url(),
            payment: session.payment.as_ref(),
            display: session.display.as_deref(),
        }
    }
}

/// The data of `GET /checkout-sessions/{sessionId}`: URLs resolved. `E` is an event as the feed shows it.
#[derive(Serialize)]
pub struct SessionView<'a, E = Null> {
    id: SessionId,
    status: SessionStatus,
    success_url: Option<RedirectUrl>,
    cancel_url: Option<RedirectUrl>,
    metadata: &'a RawValue,
    client_reference_id: Option<&'a str>,
    order_id: Option<OrderId>,
    order_status: Option<OrderStatus>,
    expired_reason: Option<ExpiredReason>,
    expires_at: String,
    created_at: String,
    url: String,
    payment: Option<&'a PaymentTerms>,
    display: Option<&'a Display>,
    paid: Option<PaidView<'a>>,
    /// Only with `include=order`; then null before an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Option<OrderAndTransactions<'a>>>,
    /// Only with `include=events`.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<E>>,
}

impl<'a, E> SessionView<'a, E> {
    /// The session alone.
    pub fn new(session: &'a Session) -> Self {
        Self {
            id: session.id,
            status: session.state.status,
            success_url: session.success_url.as_ref().map(|url| url.resolve(session.id)),
            cancel_url: session.cancel_url.as_ref().map(|url| url.resolve(session.id)),
            metadata: session.metadata.to_raw_value(),
            client_reference_id: session.client_reference_id.as_deref(),
            order_id: session.order_id,
            order_status: session.state.order_status,
            expired_reason: session.state.expired_reason,
            expires_at: session.expires_at.rfc3339(),
            created_at: session.created_at.rfc3339(),
            url: session.url(),
            payment: session.payment.as_ref(),
            display: session.display.as_deref(),
            paid: session.paid.as_ref().map(PaidView::from),
            order: None,
            events: None,
        }
    }

    /// With its order, which is null before there is one.
    #[must_use]
    pub fn with_order(self, record: Option<&'a OrderHistory>) -> Self {
        Self { order: Some(record.map(OrderAndTransactions::from)), ..self }
    }

    /// With its events.
    #[must_use]
    pub fn with_events(self, events: Vec<E>) -> Self {
        Self { events: Some(events), ..self }
    }
}

#[derive(Serialize)]
struct PaidView<'a> {
    chain: ChainId,
    token_address: &'a Address,
    recipient_address: &'a Address,
    amount: BaseUnits,
    tx_hash: &'a str,
    paid_at: String,
}

impl<'a> From<&'a Paid> for PaidView<'a> {
    fn from(paid: &'a Paid) -> Self {
        Self {
            chain: paid.chain,
            token_address: &paid.token_address,
            recipient_address: &paid.recipient_address,
            amount: paid.amount,
            tx_hash: &paid.tx_hash,
            paid_at: paid.paid_at.rfc3339(),
        }
    }
}

/// The data of `POST /checkout-sessions/{sessionId}/expire`.
#[derive(Serialize)]
pub struct ExpiredSession {
    id: SessionId,
    status: SessionStatus,
}

impl ExpiredSession {
    /// The session of this id, which is now expired.
    pub fn new(id: SessionId) -> Self {
        Self { id, status: SessionStatus::Expired }
    }
}
