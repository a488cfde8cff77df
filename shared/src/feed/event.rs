//! Events: what merchants are told of.
//!
//! Every change yields its event in the write that makes it, but mostly not as an item of its own. What a
//! session was when it was made, and what it became when it ended, follows from what its item says for good;
//! what a piece of evidence changed is kept on that piece. So the whole story of a session (see `story.rs`) can be
//! told at any time, with each event as its object stood then, and telling it costs the writes nothing.

use crate::{
    checkout::{EventType, EvidenceRecord, Order, Session},
    kernel::{EventId, Subject, Timestamp},
};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, for good.
    pub id: EventId,
    /// What happened.
    pub event_type: EventType,
    /// When it was written down.
    pub created_at: Timestamp,
    /// What it happened to, as it stood then.
    pub object: EventObject,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventObject {
    /// A session.
    Session(Box<Session>),
    /// An order; with the deposit, if it tells of one.
    Order(Box<Order>, Option<Box<ToldDeposit>>),
}

/// A deposit that an event tells of, as it stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldDeposit {
    /// The deposit.
    pub piece: EvidenceRecord,
    /// Whether a reorganisation had removed it.
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
