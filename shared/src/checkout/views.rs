//! What clients see of sessions and orders.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    checkout::{
        ExpiredReason, Onramp, Order, OrderAndTransactions, OrderRecord, OrderStatus, OrderType, RedirectUrl,
        Session, SessionStatus,
    },
    feed::{Event, EventView},
    kernel::{BaseUnits, ChainId, OrderId, SessionId, Timestamp},
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
        }
    }
}

/// The data of `GET /checkout-sessions/{sessionId}`: URLs resolved.
#[derive(Serialize)]
pub struct SessionView<'a> {
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
    /// Only with `include=order`; then null before an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Option<OrderAndTransactions<'a>>>,
    /// Only with `include=events`.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EventView<'a>>>,
}

impl<'a> SessionView<'a> {
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
            order: None,
            events: None,
        }
    }

    /// With its order, which is null before there is one.
    #[must_use]
    pub fn with_order(self, record: Option<&'a OrderRecord>) -> Self {
        Self { order: Some(record.map(OrderAndTransactions::from)), ..self }
    }

    /// With its events.
    #[must_use]
    pub fn with_events(self, events: &'a [Event]) -> Self {
        Self { events: Some(events.iter().map(|event| EventView::new(event, None)).collect()), ..self }
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

/// An order, as every endpoint shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderView<'a> {
    id: OrderId,
    #[serde(rename = "type")]
    order_type: OrderType,
    status: OrderStatus,
    recipient_address: &'a str,
    global_address: Option<&'a str>,
    src_chain: ChainId,
    dst_chain: ChainId,
    src_token_address: &'a str,
    dst_token_address: &'a str,
    src_amount: BaseUnits,
    payload: &'a RawValue,
    metadata: &'a RawValue,
    error_details: Option<&'a str>,
    created_at: Timestamp,
    expired_at: Timestamp,
    filled_at: Option<Timestamp>,
    received_deposit_at: Option<Timestamp>,
    creator_address: Option<&'a str>,
    partner_id: Option<&'a str>,
    client_reference_id: Option<&'a str>,
    checkout_session_id: Option<SessionId>,
    onramp_metadata: Option<&'a Onramp>,
    one_click_buy_url: Null,
    stripe_payment_intent_id: Null,
    settlement: Option<Settlement>,
    fee: Null,
}

/// `null`: a field of the published API that nothing here gives a value to.
pub(crate) type Null = ();

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settlement {
    actual_dst_amount: BaseUnits,
}

impl<'a> From<&'a Order> for OrderView<'a> {
    fn from(order: &'a Order) -> Self {
        let terms = &order.terms;
        Self {
            id: order.id,
            order_type: terms.order_type,
            status: order.status,
            recipient_address: terms.recipient_address.as_str(),
            global_address: order.global_address.as_deref(),
            src_chain: terms.src_chain,
            dst_chain: terms.dst_chain,
            src_token_address: terms.src_token_address.as_str(),
            dst_token_address: terms.dst_token_address.as_str(),
            src_amount: terms.src_amount,
            payload: terms.payload.to_raw_value(),
            metadata: terms.metadata.to_raw_value(),
            error_details: order.error_details.as_deref(),
            created_at: order.created_at,
            expired_at: order.expires_at,
            filled_at: order.filled_at,
            received_deposit_at: order.received_deposit_at,
            creator_address: terms.creator_address.as_deref(),
            partner_id: terms.partner_id.as_deref(),
            client_reference_id: terms.client_reference_id.as_deref(),
            checkout_session_id: order.checkout_session_id,
            onramp_metadata: terms.onramp.as_ref(),
            one_click_buy_url: (),
            stripe_payment_intent_id: (),
            settlement: order.actual_dst_amount.map(|actual_dst_amount| Settlement { actual_dst_amount }),
            fee: (),
        }
    }
}
