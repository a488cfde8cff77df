//! The store of sessions and orders. They have one store, since they change together: one transaction links an order to its
//! session, moves both, or ends both.

use crate::dynamo::Database;

/// Sessions, orders and their evidence.
#[derive(Debug, Clone)]
pub struct CheckoutStore {
    pub(crate) database: Database,
}

impl CheckoutStore {
    /// The store in these tables.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}
