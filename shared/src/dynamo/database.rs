//! The tables, and the client that reaches them.

use aws_sdk_dynamodb::Client;

/// A DynamoDB with the tables of a deployment. Each capability has its own store on it.
#[derive(Debug, Clone)]
pub struct Database {
    pub(crate) client: Client,
    pub(crate) tables: Tables,
}

/// The tables' names.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Sessions and used idempotency keys.
    pub sessions: String,
    /// Orders, their evidence, and the list of each creator's orders.
    pub orders: String,
    /// API keys.
    pub keys: String,
    /// Published events, and the count of each subject's published ones.
    pub events: String,
    /// Webhook endpoints and their deliveries.
    pub webhooks: String,
}

impl Database {
    /// The database that `client` reaches.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }
}
