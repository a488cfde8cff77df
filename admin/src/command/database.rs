//! The tables that a subcommand works on.

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use shared::dynamo::{Database, Tables, connect, connect_to};

/// The DynamoDB that has the tables.
#[derive(Args)]
pub(crate) struct DatabaseArguments {
    /// URL of a DynamoDB that accepts any credentials, such as the one that the local server prints. Without
    /// it: AWS, with the credentials and the region of the environment
    #[arg(long, value_name = "URL", global = true)]
    endpoint: Option<String>,
}

impl DatabaseArguments {
    /// The database with these tables. A subcommand names only those that it uses.
    ///
    /// # Errors
    /// The reason why there is no client.
    pub(crate) async fn connect(&self, tables: Tables) -> Result<Database> {
        let client = match &self.endpoint {
            Some(endpoint) => connect_to(endpoint),
            None => connect(false).await,
        };
        let client = client.map_err(|error| anyhow!(error)).context("no client for DynamoDB")?;
        Ok(Database::new(client, tables))
    }
}

/// The name of a table that a subcommand does not use.
pub(crate) fn unused() -> String {
    String::new()
}
