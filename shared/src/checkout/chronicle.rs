//! Chronicles: a session or an order with its evidence, from which its story is derived.

use crate::checkout::{OrderHistory, Session};

/// A session or an order, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chronicle {
    /// A session, with its order if it has one.
    Session(Box<Session>, Option<OrderHistory>),
    /// An order without a session.
    Order(OrderHistory),
}
