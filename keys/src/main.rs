//! The command that makes, lists and revokes API keys.
#![allow(clippy::print_stdout, reason = "this program talks to the person who started it")]

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Parser, Subcommand, ValueEnum};
use shared::{
    dynamo::{Database, Tables, connect, connect_to},
    edge::{Clock, random_bits},
    kernel::{ApiKeyId, Owner, Timestamp},
    keys::{ApiKey, ApiKeyText, KeyStore, Revocation, Scope},
};

/// Creates, lists and revokes the API keys of a deployment, or of a local server.
#[derive(Parser)]
struct Arguments {
    /// The table of the keys; the stack's output KeysTableName
    #[arg(long, env = "KEYS_TABLE", default_value = "KeysTable", global = true)]
    table: String,
    /// A DynamoDB that takes any credentials, such as the one that the local server prints. Without it:
    /// AWS, with the credentials and the region in the environment
    #[arg(long, value_name = "URL", global = true)]
    endpoint: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a key and shows it, once
    Create {
        /// The merchant whose data it opens; `default` has all that was made while keys were off
        #[arg(long, value_parser = owner, default_value = "default")]
        owner: Owner,
        /// What it allows
        #[arg(long, value_enum)]
        scope: ScopeChoice,
        /// After how long it is void by itself, such as 90d or 12h
        #[arg(long, value_parser = humantime::parse_duration)]
        expires_in: Option<Duration>,
    },
    /// Shows all keys, without their secrets
    List,
    /// Makes a key void, within a minute
    Revoke {
        /// The key's id: the part between the underscores
        #[arg(value_parser = key_id)]
        id: ApiKeyId,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum ScopeChoice {
    /// Read
    Read,
    /// Read and change
    Write,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let client = match &arguments.endpoint {
        Some(endpoint) => connect_to(endpoint),
        None => connect(false).await,
    };
    let client = client.map_err(|error| anyhow!(error)).context("no client for DynamoDB")?;
    let unused = String::new;
    let tables = Tables {
        sessions: unused(),
        orders: unused(),
        keys: arguments.table,
        events: unused(),
        webhooks: unused(),
    };
    let (store, now) = (KeyStore::new(Database::new(client, tables)), Clock::default().now());
    match arguments.command {
        Command::Create { owner, scope, expires_in } => create(&store, owner, scope, expires_in, now).await,
        Command::List => list(&store).await,
        Command::Revoke { id } => revoke(&store, &id, now).await,
    }
}

/// The key alone goes to standard output, so that it can be piped to where it is kept.
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
