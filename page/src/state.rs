//! The page's state: a pure function of the session, its order with all evidence, and the time.

use shared::{
    checkout::{
        DepositStatus, ExpiredReason, OrderAndTransactions, OrderHistory, OrderStatus, Session, SessionStatus,
    },
    kernel::Timestamp,
};

/// The state of a checkout as its buyer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageState {
    /// The buyer is to choose a payment option.
    Choose,
    /// There are no payment terms and no order: the shop creates one.
    ShopGoesOn,
    /// The order waits for its payment.
    AwaitPayment,
    /// A part of the payment has arrived.
    PartlyPaid,
    /// The order is paid through a vendor of cards or crypto.
    AwaitVendor,
    /// The order has no address to pay to.
    Unpayable,
    /// The time to pay is over, but evidence of a payment in time still counts.
    Closing,
    /// The payment is complete and becomes final.
    Confirming,
    /// The recipient has the money.
    Complete,
    /// The deadline passed.
    Expired(Arrived),
    /// The merchant ended the session.
    Ended(Arrived),
    /// The order failed. True if its recipient got less than was due.
    Failed {
        /// True for a short delivery.
        short: bool,
    },
    /// The money is on its way back.
    Refunding,
    /// The money is back.
    Refunded,
}

/// The money that an expired checkout has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// None.
    Nothing,
    /// A part of the amount, in time.
    Part,
    /// Something that does not count: late, or another token.
    Uncounted,
}

/// A step that the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageStep {
    /// Choosing a payment option.
    Choose,
    /// Paying.
    Pay,
    /// Waiting until the payment is final.
    Confirm,
    /// Paid.
    Done,
}

/// The `errorDetails` of a short delivery (`shared::checkout`, the ledger).
const SHORT_DELIVERY: &str = "SHORT_DELIVERY";

impl PageState {
    /// The state at `now`. `history` is the session's order, if it has one.
    pub fn of(session: &Session, history: Option<&OrderHistory>, now: Timestamp) -> Self {
        match (session.state.status, history) {
            (SessionStatus::Open, None) if session.payment.is_some() => Self::Choose,
            (SessionStatus::Open, None) => Self::ShopGoesOn,
            (SessionStatus::Open, Some(history)) => awaiting(history, now),
            (SessionStatus::Processing, Some(history)) if is_undone(history) => awaiting(history, now),
            (SessionStatus::Processing, _) => Self::Confirming,
            (SessionStatus::Complete, _) => Self::Complete,
            (SessionStatus::Expired, _) => expired(session, history),
        }
    }

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Choose => "choose",
            Self::ShopGoesOn => "shop_goes_on",
            Self::AwaitPayment => "await_payment",
            Self::PartlyPaid => "partly_paid",
            Self::AwaitVendor => "await_vendor",
            Self::Unpayable => "unpayable",
            Self::Closing => "closing",
            Self::Confirming => "confirming",
            Self::Complete => "complete",
            Self::Expired(_) => "expired",
            Self::Ended(_) => "ended",
            Self::Failed { .. } => "failed",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
        }
    }

    /// True if the page asks for money: it shows address, QR code and link.
    pub fn is_payable(self) -> bool {
        matches!(self, Self::AwaitPayment | Self::PartlyPaid)
    }

    /// The step that it belongs to; `None` if the checkout ended without success.
    pub fn step(self) -> Option<PageStep> {
        match self {
            Self::Choose => Some(PageStep::Choose),
            Self::AwaitPayment | Self::PartlyPaid | Self::AwaitVendor | Self::Closing => Some(PageStep::Pay),
            Self::Confirming => Some(PageStep::Confirm),
            Self::Complete => Some(PageStep::Done),
            _ => None,
        }
    }

    /// The seconds after which a page without a script is to be read again; `None` if nothing will change, or if a
    /// buyer's choice would be lost.
    pub fn refresh_seconds(self) -> Option<u32> {
        match self {
            Self::AwaitPayment | Self::PartlyPaid | Self::AwaitVendor | Self::ShopGoesOn => Some(15),
            Self::Closing | Self::Confirming => Some(8),
            Self::Refunding => Some(60),
            Self::Choose
            | Self::Unpayable
            | Self::Complete
            | Self::Expired(_)
            | Self::Ended(_)
            | Self::Failed { .. }
            | Self::Refunded => None,
        }
    }
}

/// True if a reorganisation has removed deposits, and those that are left do not pay the order. It stays paid by its
/// status, but the buyer has to pay again unless the deposits come back.
fn is_undone(history: &OrderHistory) -> bool {
    let deposits = OrderAndTransactions::from(history).deposit_txs;
    deposits.iter().any(|deposit| deposit.status == DepositStatus::Withdrawn)
        && history.order.payment(&history.evidence).is_none()
}

fn awaiting(history: &OrderHistory, now: Timestamp) -> PageState {
    let order = &history.order;
    if now > order.expires_at {
        return PageState::Closing;
    }
    match (&order.terms.onramp, &order.global_address) {
        (Some(_), _) => PageState::AwaitVendor,
        (None, None) => PageState::Unpayable,
        (None, Some(_)) => match arrived(history) {
            Arrived::Part => PageState::PartlyPaid,
            Arrived::Nothing | Arrived::Uncounted => PageState::AwaitPayment,
        },
    }
}

fn expired(session: &Session, history: Option<&OrderHistory>) -> PageState {
    match (session.state.order_status, session.state.expired_reason) {
        (Some(OrderStatus::Refunding), _) => PageState::Refunding,
        (Some(OrderStatus::Refunded), _) => PageState::Refunded,
        (_, Some(ExpiredReason::PaymentFailed)) => {
            let details = history.and_then(|history| history.order.error_details.as_deref());
            PageState::Failed { short: details == Some(SHORT_DELIVERY) }
        }
        (_, Some(ExpiredReason::Manual)) => PageState::Ended(history.map_or(Arrived::Nothing, arrived)),
        _ => PageState::Expired(history.map_or(Arrived::Nothing, arrived)),
    }
}

/// The money that an unpaid order has got.
fn arrived(history: &OrderHistory) -> Arrived {
    let order = &history.order;
    let accepted = order.terms.accepted();
    if accepted.iter().any(|option| !order.received_of(&history.evidence, option).is_zero()) {
        return Arrived::Part;
    }
    let deposits = OrderAndTransactions::from(history).deposit_txs;
    let stays = |status| matches!(status, DepositStatus::Late | DepositStatus::OtherToken);
    match order.folded.count > 0 || deposits.iter().any(|deposit| stays(deposit.status)) {
        true => Arrived::Uncounted,
        false => Arrived::Nothing,
    }
}
