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
            Self::RecordPayment => "record-payment",
        }
    }

    /// The `BARE_CALL` with the same DynamoDB call. `record-payment` has none: it is no API function, and its write
    /// depends on its read.
    pub(crate) fn bare_call(self) -> Option<&'static str> {
        match self {
            Self::CreateSession => Some("put"),
            Self::GetSession => Some("get"),
            Self::ExpireSession => Some("transact1"),
            Self::CreateOrder => Some("transact2"),
            Self::GetOrder => Some("query"),
            Self::ListOrders => Some("list"),
            Self::NotFound => Some("none"),
            Self::RecordPayment => None,
        }
    }

    /// The executable that contains it.
    pub(crate) fn executable(self) -> &'static str {
        "api"
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
            Self::RecordPayment => include_str!("../../events/record-payment.json"),
        }
    }
}
