//! The store of webhook endpoints and deliveries. It reads feeds, and writes none.

use crate::{dynamo::Database, feed::FeedStore};

/// Endpoints, deliveries and leases.
#[derive(Debug, Clone)]
pub struct WebhookStore {
    pub(crate) database: Database,
    pub(crate) feed: FeedStore,
}

impl WebhookStore {
    /// Creates the store on these tables.
    pub fn new(database: Database) -> Self {
        Self { feed: FeedStore::new(database.clone()), database }
    }
}
