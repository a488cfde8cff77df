//! Sessions and orders: their rules, how they are kept, and how clients ask for them.
//!
//! Every write is conditional, every read that reports a status is strongly consistent, and an expiry
//! is written down before anybody is told of it: otherwise a write that was decided in time but lands
//! late could contradict an answer already given. See `ARCHITECTURE.md`, "Consistency".

mod awaited;
mod evidence;
mod expiry;
mod ledger;
mod order;
mod order_list;
mod order_request;
mod order_store;
mod overdue;
mod payload;
mod payment_store;
mod redirect;
#[cfg(test)]
pub(crate) mod sample;
mod session;
mod session_list;
mod session_query;
mod session_request;
mod session_store;
mod status;
mod token;
pub(crate) mod transactions;
pub(crate) mod views;

pub use awaited::Awaited;
pub use evidence::{Evidence, EvidenceId, Fact, RefundStatus, RelayStatus};
pub use ledger::Recorded;
pub(crate) use ledger::withdrawn_ids;
pub use order::{Onramp, OnrampVendor, Order, OrderTerms, OrderType};
pub use order_request::{ListRequest, OrderRequest};
pub use order_store::OrderRecord;
pub use redirect::RedirectUrl;
pub use session::{NewSession, Session, SessionState};
pub use session_list::{Page, Place, Sought};
pub use session_query::{SessionPage, parse_sessions_query};
pub use session_request::{Include, parse_new_session};
pub use status::{ExpiredReason, OrderStatus, ProgressStatus, SessionStatus, Step};
pub use token::token_metadata;
pub use transactions::OrderAndTransactions;
pub use views::{CreatedSession, ExpiredSession, OrderView, SessionView};

#[cfg(test)]
mod item_tests;
