//! The store of feeds. It reads stories through the store of sessions and orders, because reading one of those records the
//! expiry that it finds.

use crate::{checkout::CheckoutStore, dynamo::Database};

/// Feeds, and how far each subject's story is published.
#[derive(Debug, Clone)]
pub struct FeedStore {
    pub(crate) database: Database,
    pub(crate) checkout: CheckoutStore,
}

impl FeedStore {
    /// The store in these tables.
    pub fn new(database: Database) -> Self {
        Self { checkout: CheckoutStore::new(database.clone()), database }
    }

    /// The name of the table of events.
    pub fn events_table(&self) -> &str {
        &self.database.tables.events
    }
}
