//! The store of sessions and orders. They share one, since they change together: one transaction links an order to its
//! session, moves both, or expires both.

use crate::dynamo::Database;

/// Sessions, orders and their evidence.
#[derive(Debug, Clone)]
pub struct CheckoutStore {
    pub(crate) database: Database,
}

impl CheckoutStore {
    /// Creates the store on these tables.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}
