//! Sessions and orders: rules, storage and requests.
//!
//! Every write is conditional. Every read that reports a status is strongly consistent. An expiry is stored before any
//! answer shows it: otherwise a write that was decided in time but lands late could contradict an earlier answer. See
//! `docs/architecture.md`, "Invariants".

mod accepted;
mod awaited;
mod choice;
mod chronicle;
mod chronicle_store;
mod effect;
mod emitted;
mod evidence;
mod evidence_record;
mod expiry;
mod folded;
mod folded_store;
mod folding;
mod ledger;
mod operations;
mod order;
mod order_list;
mod order_record;
mod order_request;
mod order_store;
pub(crate) mod order_transactions_view;
mod order_view;
mod overdue;
mod paid;
mod payload;
mod payment_store;
mod redaction;
mod route;
#[cfg(test)]
pub(crate) mod sample;
mod session;
mod session_list;
mod session_query;
mod session_record;
mod session_request;
mod session_store;
mod session_view;
mod status;
mod store;
mod subjects;

pub use awaited::Awaited;
pub use choice::ChooseOption;
pub use chronicle::Chronicle;
pub use effect::{Effect, EventType, OrderState};
pub use evidence::{Evidence, Fact, RefundStatus, RelayStatus};
pub use evidence_record::{EvidenceRecord, OrderHistory};
pub use folded::{Folded, FoldedSum};
pub use ledger::Payment;
pub use operations::{CreateOrder, expire_overdue, list_orders};
pub use order::{Onramp, OnrampVendor, Order, OrderTerms, OrderType};
pub use order_request::{ListRequest, OrderRequest};
pub use order_store::{Kept, OrderCreation};
pub use order_transactions_view::{
    DepositStatus, DepositTx, OrderAndTransactions, RefundTx, RefundTxStatus, Withdrawn,
};
pub use order_view::OrderView;
pub use paid::Paid;
pub use payment_store::Appended;
pub use route::check_route;
pub use session::{NewSession, Session, SessionRefusal, SessionState};
pub use session_list::{ListPosition, SessionFilter, SessionList};
pub use session_query::{SessionPage, parse_sessions_query};
pub use session_request::{Include, parse_new_session};
pub use session_store::Expiry;
pub use session_view::{CreatedSession, ExpiredSession, SessionView};
pub use status::{ExpiredReason, OrderStatus, ProgressStatus, SessionStatus, Step};
pub use store::CheckoutStore;

#[cfg(test)]
mod item_tests;
