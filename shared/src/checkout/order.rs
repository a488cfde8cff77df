//! An order: its terms and its progress.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{ExpiredReason, Folded, OrderState, OrderStatus, ProgressStatus, SessionState, Step},
    kernel::{
        Address, BaseUnits, ChainId, EvidenceId, OrderId, Owner, RawJson, RedirectUrl, SessionId, Timestamp,
        json::embedded,
    },
    terms::{Accepted, PaymentTerms},
};

/// An order's type; it decides the form of `payload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the published API's own")]
pub enum OrderType {
    Swap,
    X402Swap,
    HypeDuel,
    Custom,
    CustomExactIn,
    MintNft,
    JoinTournament,
    FundTournament,
    DepositFirst,
}

/// A vendor that sells the buyer crypto for money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the published API's own")]
pub enum OnrampVendor {
    Coinbase,
    Stripe,
    StripeWeb2,
}

/// The onramp that an order is paid through. A crypto order has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Onramp {
    /// The vendor.
    pub vendor: OnrampVendor,
    /// The vendor's name for the payment method, such as `card`.
    pub payment_method: Option<String>,
    /// The buyer's country.
    pub country: Option<String>,
    /// The URL that the vendor sends the buyer back to. In a linked order it has no placeholder left.
    pub redirect_url: Option<RedirectUrl>,
}

/// The terms that the client asked for. They never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    /// Decides the form of `payload`.
    pub order_type: OrderType,
    /// The address that receives the money, on `dst_chain`.
    pub recipient_address: Address,
    /// The chain on which the buyer pays.
    pub src_chain: ChainId,
    /// The chain on which the recipient receives.
    pub dst_chain: ChainId,
    /// The token that the buyer pays with.
    pub src_token_address: Address,
    /// The token that the recipient receives.
    pub dst_token_address: Address,
    /// The amount that the buyer owes, in base units; zero if any deposit will do.
    pub src_amount: BaseUnits,
    /// The payload as it was sent; its form depends on the type.
    #[serde(with = "embedded")]
    pub payload: RawJson,
    /// As it was sent, with descriptions of both tokens in `srcToken` and `dstToken`.
    #[serde(with = "embedded")]
    pub metadata: RawJson,
    /// The onramp, unless the order is paid in crypto.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onramp: Option<Onramp>,
    /// The creator address, for `GET /orders`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator_address: Option<String>,
    /// The merchant's partner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<String>,
    /// The merchant's own name for the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference_id: Option<String>,
    /// A copy of its session's payment terms, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentTerms>,
}

/// An order as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order's id.
    pub id: OrderId,
    /// The owner; a linked order has its session's.
    pub owner: Owner,
    /// Its session, if it is linked.
    pub checkout_session_id: Option<SessionId>,
    /// The client's request. Copies of the order share it: each event of its story holds a copy.
    pub terms: Arc<OrderTerms>,
    /// The address for deposits; `None` on chains for which no address can be derived.
    pub global_address: Option<String>,
    /// The status.
    pub status: OrderStatus,
    /// The reason for `expired`, if it is.
    pub expired_reason: Option<ExpiredReason>,
    /// The error: `LATE_DEPOSIT`, or the detail of a refund or failure.
    pub error_details: Option<String>,
    /// The time of its creation.
    pub created_at: Timestamp,
    /// The last time at which a deposit is on time, by its own time. A linked order has its session's.
    pub expires_at: Timestamp,
    /// The end of the wait for evidence of an on-time deposit: `expires_at` plus the detection window.
    pub deadline: Timestamp,
    /// The own time of the deposit that completed the payment.
    pub received_deposit_at: Option<Timestamp>,
    /// The time at which the recipient received the money.
    pub filled_at: Option<Timestamp>,
    /// The amount that the recipient received, in base units.
    pub actual_dst_amount: Option<BaseUnits>,
    /// With payment terms, the deposits that count towards each of their options, in base units. Empty before the first.
    pub received: Vec<BaseUnits>,
    /// The evidence that made the order `executed`.
    pub executed_by: Option<EvidenceId>,
    /// The number of pieces of evidence appended. Guards writes (see `IS_AS_READ` in `payment_store.rs`), and lets a read check that it has all of
    /// them.
    pub evidence_count: u64,
    /// The deposits that are kept in sums instead.
    pub folded: Folded,
    /// The number of events after that of its creation.
    pub later_events: u64,
    /// The number of the event of its expiry among those, if it expired.
    pub expired_as: Option<u64>,
    /// The time at which it expired, if it did.
    pub ended_at: Option<Timestamp>,
}

impl OrderTerms {
    fn first_status(&self) -> OrderStatus {
        match self.onramp {
            Some(Onramp { vendor: OnrampVendor::StripeWeb2, .. }) => OrderStatus::WaitingStripePayment,
            _ => OrderStatus::ScanningDepositTransaction,
        }
    }
}

impl Order {
    /// The time in which an order without a session can be paid, in milliseconds.
    pub const LIFETIME_MILLIS: i64 = 15 * 60 * 1000;

    /// A new, unpaid order. `detection_window` is in milliseconds.
    pub fn new(
        id: OrderId,
        session: Option<SessionId>,
        terms: OrderTerms,
        global_address: Option<String>,
        now: Timestamp,
        detection_window: i64,
    ) -> Self {
        let expires_at =
            session.map_or_else(|| now.plus_millis(Self::LIFETIME_MILLIS), |session| session.expires_at());
        Self {
            id,
            owner: Owner::default(),
            checkout_session_id: session,
            status: terms.first_status(),
            terms: Arc::new(terms),
            global_address,
            expired_reason: None,
            error_details: None,
            created_at: now,
            expires_at,
            deadline: expires_at.plus_millis(detection_window),
            received_deposit_at: None,
            filled_at: None,
            actual_dst_amount: None,
            received: Vec::new(),
            executed_by: None,
            evidence_count: 0,
            folded: Folded::default(),
            later_events: 0,
            expired_as: None,
            ended_at: None,
        }
    }

    /// The sequence number of its creation in its story: a session's creation precedes its order's.
    pub(crate) fn first_sequence(&self) -> u64 {
        1 + u64::from(self.checkout_session_id.is_some())
    }

    /// The fields of it that change and that clients see.
    pub(crate) fn state(&self) -> OrderState {
        OrderState {
            status: self.status,
            expired_reason: self.expired_reason,
            error_details: self.error_details.clone(),
            received_deposit_at: self.received_deposit_at,
            filled_at: self.filled_at,
            actual_dst_amount: self.actual_dst_amount,
            received: self.received.clone(),
        }
    }

    /// The order in this earlier state.
    pub(crate) fn in_state(self, state: &OrderState) -> Self {
        let OrderState { status, expired_reason, received_deposit_at, filled_at, actual_dst_amount, .. } =
            *state;
        let (error_details, received) = (state.error_details.clone(), state.received.clone());
        Self {
            status,
            expired_reason,
            error_details,
            received_deposit_at,
            filled_at,
            actual_dst_amount,
            received,
            ..self
        }
    }

    /// The order as it was created.
    pub(crate) fn at_creation(self) -> Self {
        let state = OrderState {
            status: self.terms.first_status(),
            expired_reason: None,
            error_details: None,
            received_deposit_at: None,
            filled_at: None,
            actual_dst_amount: None,
            received: Vec::new(),
        };
        self.in_state(&state)
    }

    /// The order, owned by `owner`.
    #[must_use]
    pub fn owned_by(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }

    /// Returns true if the order is past its deadline at `now` but not yet `expired`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.status.is_unpaid() && now >= self.deadline
    }

    /// The order, expired for `reason` if it is unpaid; otherwise unchanged.
    #[must_use]
    pub fn expired(mut self, reason: ExpiredReason, now: Timestamp) -> Self {
        if let Some(status) = self.status.after(Step::Expired) {
            self.status = status;
            self.expired_reason = Some(reason);
            self.later_events += 1;
            self.expired_as = Some(self.later_events);
            self.ended_at = Some(now);
        }
        self
    }

    /// The session state that follows from the order.
    pub fn session_state(&self) -> SessionState {
        let expired_reason = match self.status {
            OrderStatus::Expired => self.expired_reason,
            OrderStatus::Refunding | OrderStatus::Refunded | OrderStatus::Failure => {
                Some(ExpiredReason::PaymentFailed)
            }
            _ => None,
        };
        SessionState { status: self.status.session_status(), order_status: Some(self.status), expired_reason }
    }

    /// The status after payment: the last step, unless the money has to change chain or token first.
    pub(crate) fn status_once_paid(&self, paid_with: &Accepted) -> ProgressStatus {
        match self.terms.goes_directly(paid_with) {
            true => ProgressStatus::Executing,
            false => ProgressStatus::QuotingAfterDeposit,
        }
    }
}
