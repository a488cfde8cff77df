//! Events, derived from stored items and not stored separately until they are published.
//!
//! Every change yields its event in the write that makes it. A session's creation and expiry follow from its item,
//! which keeps them for good; the effect of a piece of evidence is stored with that piece. So a session's whole story
//! (see `story.rs`) can be derived at any time, with each event's object as it stood then, at no cost to the writes.

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
