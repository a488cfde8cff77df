//! The store of webhook endpoints and deliveries. It reads the feeds that deliveries are made from, and writes none.

use crate::{dynamo::Database, feed::FeedStore};

/// Endpoints, deliveries, and who works on them.
#[derive(Debug, Clone)]
pub struct WebhookStore {
    pub(crate) database: Database,
    pub(crate) feed: FeedStore,
}

impl WebhookStore {
    /// The store in these tables.
    pub fn new(database: Database) -> Self {
        Self { feed: FeedStore::new(database.clone()), database }
    }
}
