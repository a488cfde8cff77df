//! An order: what was asked for, and how far it is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{ExpiredReason, OrderState, OrderStatus, ProgressStatus, SessionState, Step},
    kernel::{
        Address, BaseUnits, ChainId, EvidenceId, OrderId, Owner, RawJson, RedirectUrl, SessionId, Timestamp,
        json::embedded,
    },
};

/// An order's type; it decides what its `payload` holds.
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

/// Who sells the buyer crypto for money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the published API's own")]
pub enum OnrampVendor {
    Coinbase,
    Stripe,
    StripeWeb2,
}

/// How an order is paid through an onramp. A crypto order has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Onramp {
    /// The onramp.
    pub vendor: OnrampVendor,
    /// The vendor's name for the way to pay, such as `card`.
    pub payment_method: Option<String>,
    /// The buyer's country.
    pub country: Option<String>,
    /// Where the vendor sends the buyer back to. In a linked order it has no placeholder left.
    pub redirect_url: Option<RedirectUrl>,
}

/// What the client asked for. Never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    /// Decides what `payload` holds.
    pub order_type: OrderType,
    /// Who gets the money, on `dst_chain`.
    pub recipient_address: Address,
    /// Where the buyer pays.
    pub src_chain: ChainId,
    /// Where the recipient is served.
    pub dst_chain: ChainId,
    /// What the buyer pays with.
    pub src_token_address: Address,
    /// What the recipient gets.
    pub dst_token_address: Address,
    /// What the buyer owes; zero where any deposit will do.
    pub src_amount: BaseUnits,
    /// By type; as it was sent.
    #[serde(with = "embedded")]
    pub payload: RawJson,
    /// As it was sent, with `srcToken` and `dstToken` filled in.
    #[serde(with = "embedded")]
    pub metadata: RawJson,
    /// The onramp, unless the order is paid in crypto.
    pub onramp: Option<Onramp>,
    /// Who made the order, for `GET /orders`.
    pub creator_address: Option<String>,
    /// The merchant's partner.
    pub partner_id: Option<String>,
    /// The merchant's own name for the order.
    pub client_reference_id: Option<String>,
}

/// An order as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order's id.
    pub id: OrderId,
    /// Whose it is; a linked order's is its session's.
    pub owner: Owner,
    /// Its session, if it was made for one.
    pub checkout_session_id: Option<SessionId>,
    /// The client's request. All copies of the order share it: each event of its story has one.
    pub terms: Arc<OrderTerms>,
    /// Where the buyer pays in crypto; `None` on chains for which no address can be derived.
    pub global_address: Option<String>,
    /// How far it is.
    pub status: OrderStatus,
    /// Why it is `expired`, if it is.
    pub expired_reason: Option<ExpiredReason>,
    /// What went wrong: `LATE_DEPOSIT`, or the detail of a refund or failure.
    pub error_details: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when a deposit is on time, by its own time. A linked order's is its session's.
    pub expires_at: Timestamp,
    /// Until when an unpaid order waits for word of an on-time deposit: `expires_at` plus the
    /// detection window.
    pub deadline: Timestamp,
    /// The own time of the deposit that completed the payment.
    pub received_deposit_at: Option<Timestamp>,
    /// When the recipient was served.
    pub filled_at: Option<Timestamp>,
    /// What the recipient got.
    pub actual_dst_amount: Option<BaseUnits>,
    /// The evidence that made the order `executed`.
    pub executed_by: Option<EvidenceId>,
    /// How many pieces of evidence are recorded for it. Guards writes (see `store`) and tells a read
    /// whether it has seen them all.
    pub evidence_count: u64,
    /// How many events there have been since the one of its creation.
    pub later_events: u64,
    /// Which of those told of its end, if it ended unpaid.
    pub expired_as: Option<u64>,
    /// When it ended unpaid, if it did.
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
    /// How long an order without a session can be paid, in milliseconds.
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
            executed_by: None,
            evidence_count: 0,
            later_events: 0,
            expired_as: None,
            ended_at: None,
        }
    }

    /// The place of its creation in its story: a session's own creation comes before its order's.
    pub(crate) fn first_sequence(&self) -> u64 {
        1 + u64::from(self.checkout_session_id.is_some())
    }

    /// What of it changes and is shown.
    pub(crate) fn state(&self) -> OrderState {
        OrderState {
            status: self.status,
            expired_reason: self.expired_reason,
            error_details: self.error_details.clone(),
            received_deposit_at: self.received_deposit_at,
            filled_at: self.filled_at,
            actual_dst_amount: self.actual_dst_amount,
        }
    }

    /// The order as it stood in this state.
    pub(crate) fn standing(self, state: &OrderState) -> Self {
        let OrderState { status, expired_reason, received_deposit_at, filled_at, actual_dst_amount, .. } =
            *state;
        let error_details = state.error_details.clone();
        Self {
            status,
            expired_reason,
            error_details,
            received_deposit_at,
            filled_at,
            actual_dst_amount,
            ..self
        }
    }

    /// The order as it was made.
    pub(crate) fn when_made(self) -> Self {
        let state = OrderState {
            status: self.terms.first_status(),
            expired_reason: None,
            error_details: None,
            received_deposit_at: None,
            filled_at: None,
            actual_dst_amount: None,
        };
        self.standing(&state)
    }

    /// The order, as one of `owner`'s.
    #[must_use]
    pub fn owned_by(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }

    /// Whether the order should be `expired` at `now` but does not say so yet.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.status.is_unpaid() && now >= self.deadline
    }

    /// The order, ended for `reason` if it is unpaid; otherwise as it is.
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

    /// What the order's session says of itself while the order stands as it does.
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

    /// Where a payment takes the order: straight to its last step, unless the money has to change
    /// chain or token first.
    pub fn status_once_paid(&self) -> ProgressStatus {
        let terms = &self.terms;
        let settles_directly =
            terms.src_chain == terms.dst_chain && terms.src_token_address == terms.dst_token_address;
        if settles_directly { ProgressStatus::Executing } else { ProgressStatus::QuotingAfterDeposit }
    }
}
