//! Ids of events.

use std::fmt;

use uuid::Uuid;

use crate::kernel::{OrderId, SessionId};

/// The subject of a story: a session with its order, or an order without a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A session, with its order if it has one.
    Session(SessionId),
    /// An order without a session.
    Order(OrderId),
}

/// An event's id: its subject, and its sequence number in the subject's story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId {
    /// The subject.
    pub subject: Subject,
    /// Its sequence number in the story, from 1 and without gaps.
    pub sequence: u64,
}

impl Subject {
    /// Reads the text that [`Subject`] displays. A session's id is recognised by its form.
    pub fn parse(text: &str) -> Option<Self> {
        let session = SessionId::parse(text).map(Self::Session);
        session.or_else(|| OrderId::parse(text).map(Self::Order))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => id.fmt(f),
            Self::Order(id) => id.fmt(f),
        }
    }
}

impl EventId {
    /// Reads an id as a client sends it.
    pub fn parse(text: &str) -> Option<Self> {
        let (subject, sequence) = text.strip_prefix("evt_")?.split_once('_')?;
        let subject = Subject::parse(&Uuid::try_parse(subject).ok()?.to_string())?;
        Some(Self { subject, sequence: sequence.parse().ok()? }).filter(|id| id.to_string() == text)
    }
}

/// `evt_<32 hex digits>_<sequence>`
impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.subject.to_string().replace('-', "");
        write!(f, "evt_{subject}_{}", self.sequence)
    }
}
