//! The store of feeds. It reads stories through the store of sessions and orders, since such a read also stores an
//! expiry that it finds.

use crate::{checkout::CheckoutStore, dynamo::Database, feed::Growth};

/// Feeds, and the count of each subject's published events.
#[derive(Debug, Clone)]
pub struct FeedStore {
    pub(crate) database: Database,
    pub(crate) checkout: CheckoutStore,
    /// The rule by which feeds get more lanes.
    pub growth: Growth,
}

impl FeedStore {
    /// Creates the store on these tables.
    pub fn new(database: Database) -> Self {
        Self { checkout: CheckoutStore::new(database.clone()), database, growth: Growth::default() }
    }

    /// The name of the table of events.
    pub fn events_table(&self) -> &str {
        &self.database.tables.events
    }
}
