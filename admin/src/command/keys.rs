//! `admin keys`: creates, lists and revokes API keys.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use shared::{
    dynamo::Tables,
    edge::{Clock, random_bits},
    kernel::{ApiKeyId, Owner, Timestamp},
    keys::{ApiKey, ApiKeyText, KeyStore, Revocation, Scope},
};

use crate::command::database::{DatabaseArguments, unused};

/// Creates, lists and revokes API keys.
///
/// Works on the table of the keys, of a deployment or of the local server. For a deployment it needs AWS_REGION
/// and credentials that may write that table in the environment.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Table of the keys; the stack's output KeysTableName
    #[arg(long, env = "KEYS_TABLE", default_value = "KeysTable", global = true)]
    table: String,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  admin keys --table STACK-KeysTable create --scope write --expires-in 90d
  admin keys --table STACK-KeysTable list
  admin keys --table STACK-KeysTable revoke 0123456789abcdef
  admin keys --endpoint http://127.0.0.1:PORT create --scope write      (the local server)";

#[derive(Subcommand)]
enum Command {
    /// Creates a key and shows it, once
    ///
    /// The key goes to standard output, so that it can be piped to where it is kept. The table keeps only the hash
    /// of its secret.
    #[command(after_help = CREATE_EXAMPLE)]
    Create {
        /// Merchant whose data the key opens; `default` has all that was made while keys were off
        #[arg(long, value_parser = owner, default_value = "default")]
        owner: Owner,
        /// Operations that the key allows
        #[arg(long, value_enum)]
        scope: ScopeChoice,
        /// Lifetime of the key, such as 90d or 12h; without it, the key is valid until it is revoked
        #[arg(long, value_parser = humantime::parse_duration)]
        expires_in: Option<Duration>,
    },
    /// Lists all keys, without their secrets
    #[command(after_help = LIST_EXAMPLE)]
    List,
    /// Revokes a key, within a minute
    #[command(after_help = REVOKE_EXAMPLE)]
    Revoke {
        /// Id of the key: the part between the underscores
        #[arg(value_parser = key_id)]
        id: ApiKeyId,
    },
}

const CREATE_EXAMPLE: &str = "\
Example:
  admin keys --table STACK-KeysTable create --owner shop --scope write --expires-in 90d > key.txt";

const LIST_EXAMPLE: &str = "\
Example:
  admin keys --table STACK-KeysTable list";

const REVOKE_EXAMPLE: &str = "\
Example, for the key ck_0123456789abcdef_…:
  admin keys --table STACK-KeysTable revoke 0123456789abcdef";

#[derive(Clone, Copy, ValueEnum)]
enum ScopeChoice {
    /// Read
    Read,
    /// Read and change
    Write,
}

/// Does what the arguments say.
///
/// # Errors
/// The reason why it was not done.
pub(crate) async fn run(arguments: Arguments) -> Result<()> {
    let tables = Tables {
        sessions: unused(),
        orders: unused(),
        keys: arguments.table,
        events: unused(),
        webhooks: unused(),
    };
    let database = arguments.database.connect(tables).await?;
    let (store, now) = (KeyStore::new(database), Clock::default().now());
    match arguments.command {
        Command::Create { owner, scope, expires_in } => create(&store, owner, scope, expires_in, now).await,
        Command::List => list(&store).await,
        Command::Revoke { id } => revoke(&store, &id, now).await,
    }
}

/// Only the key goes to standard output, so that it can be piped to where it is kept.
async fn create(
    store: &KeyStore,
    owner: Owner,
    scope: ScopeChoice,
    expires_in: Option<Duration>,
    now: Timestamp,
) -> Result<()> {
    let lifetime = expires_in.map(|lifetime| i64::try_from(lifetime.as_millis())).transpose()?;
    let scope = match scope {
        ScopeChoice::Read => Scope::Read,
        ScopeChoice::Write => Scope::Write,
    };
    let text = ApiKeyText::new(random_bits(), [random_bits(), random_bits()]);
    let key = ApiKey::new(&text, owner, scope, lifetime, now);
    store.add_api_key(&key).await.context("the key was not kept")?;
    eprintln!("{}\nThis is the only time that the key is shown:", describe(&key));
    println!("{}", text.reveal());
    Ok(())
}

async fn list(store: &KeyStore) -> Result<()> {
    for key in store.api_keys().await.context("the keys cannot be read")? {
        println!("{}", describe(&key));
    }
    Ok(())
}

async fn revoke(store: &KeyStore, id: &ApiKeyId, now: Timestamp) -> Result<()> {
    if store.revoke_api_key(id, now).await.context("the key was not revoked")? == Revocation::NoSuchKey {
        bail!("there is no key {}", id.as_str());
    }
    eprintln!("{} is revoked; functions that know it may take it for a minute more.", id.as_str());
    Ok(())
}

fn describe(key: &ApiKey) -> String {
    let mut line =
        format!("{} {} {} made {}", key.id.as_str(), key.owner.as_str(), key.scope, key.created_at.rfc3339());
    for (what, when) in [("expires", key.expires_at), ("revoked", key.revoked_at)] {
        line.extend(when.map(|when| format!(", {what} {}", when.rfc3339())));
    }
    line
}

fn owner(text: &str) -> Result<Owner, &'static str> {
    Owner::parse(text).ok_or("must have 1 to 64 of the characters a-z 0-9 -")
}

fn key_id(text: &str) -> Result<ApiKeyId, &'static str> {
    ApiKeyId::parse(text).ok_or("must have 16 hex digits")
}
