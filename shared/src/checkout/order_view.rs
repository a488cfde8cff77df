//! Orders as clients see them.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    checkout::{Onramp, Order, OrderStatus, OrderType},
    kernel::{Address, BaseUnits, ChainId, OrderId, SessionId, Timestamp},
    terms::PaymentTerms,
};

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
    accepted_payments: Option<Vec<AcceptedPayment<'a>>>,
}

/// `null`: a field of the published API that this service never fills.
pub(crate) type Null = ();

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settlement {
    actual_dst_amount: BaseUnits,
}

/// A payment option, with the deposits that count towards it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AcceptedPayment<'a> {
    chain: ChainId,
    token_address: &'a Address,
    amount: BaseUnits,
    received: BaseUnits,
}

fn accepted<'a>(payment: &'a PaymentTerms, received: &[BaseUnits]) -> Vec<AcceptedPayment<'a>> {
    let received = received.iter().copied().chain(std::iter::repeat(BaseUnits::ZERO));
    let options = payment.options.iter().zip(received);
    options
        .map(|(option, received)| AcceptedPayment {
            chain: option.chain,
            token_address: &option.token_address,
            amount: option.amount,
            received,
        })
        .collect()
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
            accepted_payments: order.terms.payment.as_ref().map(|payment| accepted(payment, &order.received)),
        }
    }
}
