//! Events, derived from stored items and not stored separately until they are published.
//!
//! No change writes an event. A session's creation and expiry follow from its item, and a piece of evidence keeps its
//! effect. So a subject's whole story (see `story.rs`) can be derived while its items exist; a session without an order
//! is removed some time after it expired.

use crate::{
    checkout::{EventType, EvidenceRecord, Order, Session},
    kernel::{EventId, Subject, Timestamp},
};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, which never changes.
    pub id: EventId,
    /// Its type.
    pub event_type: EventType,
    /// The time at which the change was written.
    pub created_at: Timestamp,
    /// Its object, as it stood then.
    pub object: EventObject,
}

/// An event's object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventObject {
    /// A session.
    Session(Box<Session>),
    /// An order; with the deposit, if the event is about one.
    Order(Box<Order>, Option<Box<ToldDeposit>>),
}

/// An event's deposit, as it stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldDeposit {
    /// The deposit.
    pub piece: EvidenceRecord,
    /// True if a reorganisation had removed it.
    pub withdrawn: bool,
}

impl Event {
    pub(crate) fn new(
        subject: Subject,
        sequence: u64,
        event_type: EventType,
        created_at: Timestamp,
        object: EventObject,
    ) -> Self {
        Self { id: EventId { subject, sequence }, event_type, created_at, object }
    }
}
