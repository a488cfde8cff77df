//! The functions' DynamoDB: the embedded engine, in memory, behind TLS, on loopback.

use std::{
    io::Write as _,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Result, anyhow};
use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use shared::{
    checkout::CheckoutStore,
    dynamo::{Database, Tables, connect_to},
};
use tempfile::NamedTempFile;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, pki_types::PrivateKeyDer},
};

/// The tables' names.
pub(crate) const SESSIONS: &str = "sessions";
pub(crate) const ORDERS: &str = "orders";
pub(crate) const KEYS: &str = "keys";
pub(crate) const EVENTS: &str = "events";
const WEBHOOKS: &str = "webhooks";

/// An engine with empty tables. Stops when dropped.
pub(crate) struct Engine {
    plain_port: u16,
    tls_port: u16,
    authority: NamedTempFile,
    connections: Arc<AtomicUsize>,
    _servers: JoinSet<()>,
}

impl Engine {
    /// Starts an engine and creates the tables.
    pub(crate) async fn start() -> Result<Self> {
        let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let tls = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (acceptor, authority) = certificates()?;
        let connections = Arc::<AtomicUsize>::default();
        let (plain_port, tls_port) = (plain.local_addr()?.port(), tls.local_addr()?.port());
        let mut servers = JoinSet::new();
        servers.spawn(dynoxide::server::serve_on(plain, dynoxide::Database::memory()?));
        servers.spawn(terminate(tls, acceptor, plain_port, connections.clone()));
        let engine = Self { plain_port, tls_port, authority, connections, _servers: servers };
        let client = engine.client()?;
        create_table(&client, SESSIONS, &["id"]).await?;
        create_table(&client, ORDERS, &["pk", "sk"]).await?;
        Ok(engine)
    }

    /// A store on the tables, without TLS, to prepare the functions' data.
    pub(crate) fn store(&self) -> Result<CheckoutStore> {
        let tables = Tables {
            sessions: SESSIONS.to_owned(),
            orders: ORDERS.to_owned(),
            keys: KEYS.to_owned(),
            events: EVENTS.to_owned(),
            webhooks: WEBHOOKS.to_owned(),
        };
        Ok(CheckoutStore::new(Database::new(self.client()?, tables)))
    }

    /// The environment in which a function finds this engine and trusts it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_CA_BUNDLE", self.authority.path().display().to_string()),
            ("AWS_ENDPOINT_URL_DYNAMODB", format!("https://localhost:{}", self.tls_port)),
            ("SESSIONS_TABLE", SESSIONS.to_owned()),
            ("ORDERS_TABLE", ORDERS.to_owned()),
            ("KEYS_TABLE", KEYS.to_owned()),
            ("EVENTS_TABLE", EVENTS.to_owned()),
            ("WEBHOOKS_TABLE", WEBHOOKS.to_owned()),
            // Shows the cost of a line for each request.
            ("REQUEST_LOG", std::env::var("REQUEST_LOG").unwrap_or_default()),
        ]
    }

    /// The number of TLS connections accepted.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    fn client(&self) -> Result<Client> {
        connect_to(&format!("http://127.0.0.1:{}", self.plain_port)).map_err(|error| anyhow!(error))
    }
}

/// A certificate for `localhost`, for the server and as the authority that clients trust.
fn certificates() -> Result<(TlsAcceptor, NamedTempFile)> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate()?;
    let authority = params.self_signed(&authority_key)?;
    let issuer = Issuer::new(params, authority_key);

    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| anyhow!(error))?;
    // No ALPN: DynamoDB speaks HTTP/1.1.
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;

    let mut file = NamedTempFile::with_suffix(".pem")?;
    file.write_all(authority.pem().as_bytes())?;
    Ok((TlsAcceptor::from(Arc::new(config)), file))
}

/// Accepts TLS connections, counts them, and forwards their data.
async fn terminate(listener: TcpListener, acceptor: TlsAcceptor, to: u16, connections: Arc<AtomicUsize>) {
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::Relaxed);
        open.spawn(pass_on(stream, acceptor.clone(), to));
        // Drops finished connections.
        while open.try_join_next().is_some() {}
    }
}

async fn pass_on(stream: TcpStream, acceptor: TlsAcceptor, to: u16) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut client = acceptor.accept(stream).await?;
    let mut engine = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await?;
    engine.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut engine).await?;
    Ok(())
}

/// Creates a table. The first key is the partition key; the second, if any, is the sort key.
async fn create_table(client: &Client, name: &str, keys: &[&str]) -> Result<()> {
    let mut table = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for (key, role) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let attribute = AttributeDefinition::builder().attribute_name(*key);
        table = table
            .attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build()?)
            .key_schema(KeySchemaElement::builder().attribute_name(*key).key_type(role).build()?);
    }
    table.send().await?;
    Ok(())
}
