//! The measured functions, and the bare call that each is compared with.

use clap::ValueEnum;

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Operation {
    CreateSession,
    GetSession,
    ExpireSession,
    CreateOrder,
    GetOrder,
    ListOrders,
    NotFound,
    CheckoutPage,
    RecordPayment,
}

impl Operation {
    /// The function, its `Handler`, and the event file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CreateSession => "create-session",
            Self::GetSession => "get-session",
            Self::ExpireSession => "expire-session",
            Self::CreateOrder => "create-order",
            Self::GetOrder => "get-order",
            Self::ListOrders => "list-orders",
            Self::NotFound => "not-found",
            Self::CheckoutPage => "checkout-page",
            Self::RecordPayment => "record-payment",
        }
    }

    /// The `BARE_CALL` with the same DynamoDB call. `record-payment` has none: it is no API function, and its write
    /// depends on its read.
    pub(crate) fn bare_call(self) -> Option<&'static str> {
        match self {
            Self::CreateSession => Some("put"),
            Self::GetSession | Self::CheckoutPage => Some("get"),
            Self::ExpireSession => Some("transact1"),
            Self::CreateOrder => Some("transact2"),
            Self::GetOrder => Some("query"),
            Self::ListOrders => Some("list"),
            Self::NotFound => Some("none"),
            Self::RecordPayment => None,
        }
    }

    /// True if its work can be compared with the bare function's. Rendering and compressing a page cannot.
    pub(crate) fn is_one_call(self) -> bool {
        self != Self::CheckoutPage
    }

    /// The executable that contains it.
    pub(crate) fn executable(self) -> &'static str {
        match self {
            Self::CheckoutPage => "hosted-page",
            _ => "api",
        }
    }

    /// The sample event.
    pub(crate) fn sample(self) -> &'static str {
        match self {
            Self::CreateSession => include_str!("../../events/create-session.json"),
            Self::GetSession => include_str!("../../events/get-session.json"),
            Self::ExpireSession => include_str!("../../events/expire-session.json"),
            Self::CreateOrder => include_str!("../../events/create-order.json"),
            Self::GetOrder => include_str!("../../events/get-order.json"),
            Self::ListOrders => include_str!("../../events/list-orders.json"),
            Self::NotFound => include_str!("../../events/not-found.json"),
            Self::CheckoutPage => include_str!("../../events/checkout-page.json"),
            Self::RecordPayment => include_str!("../../events/record-payment.json"),
        }
    }
}
