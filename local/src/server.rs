//! The server: database, functions and gateway together.

use std::{io, path::PathBuf, sync::Arc};

use aws_sdk_dynamodb::Client;
use chain::{ChainContext, GasWallet, InvalidGasKey};
use shared::{
    App,
    chains::Chains,
    dynamo::{Database, Tables, connect_to},
    edge::{Clock, Settings, SettingsError, WalletConnect, variable},
    kernel::Address,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    background::Background,
    chains,
    database::create_table,
    deployment::{Deployment, TableNames},
    engine::Engine,
    operations::FunctionContext,
    policies::enforced,
    queues::{self, Queues},
    routing::router,
    serving::serve,
    streams::{StreamBatch, StreamedTable, Streams},
    template::{Route, Table, Template, TemplateError},
};

/// The options of a server.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// The directory that the embedded database keeps its data in; `None` for memory.
    pub data: Option<PathBuf>,
    /// Another DynamoDB instead of the embedded one.
    pub endpoint: Option<String>,
    /// The chains to watch; if there are none, those of the environment variable `CHAINS`.
    pub chains: Chains,
    /// WalletConnect on the hosted page; otherwise that of the environment variable `WALLET_CONNECT`.
    pub wallet_connect: Option<WalletConnect>,
    /// True if the caller watches and sweeps the chains, with [`Server::chain_contexts`].
    pub leave_chains: bool,
    /// The private key that pays for the gas of sweeps, in hex.
    pub gas_key: Option<String>,
    /// True if merchants need an API key; otherwise the environment's `API_KEYS` decides.
    pub api_keys: bool,
    /// The only recipients that sessions and orders may pay; if there are none, those of the environment.
    pub recipients: Vec<Address>,
    /// True if lists of all data are refused, as in a deployment without keys.
    pub closed_lists: bool,
    /// True if webhooks may go to public addresses over HTTPS only, as in the cloud.
    pub closed_webhooks: bool,
    /// True if streams and schedule run on their own; otherwise [`Server::catch_up`] runs them.
    pub background: bool,
    /// A created stack, with tables and policies to use instead of the template's.
    pub deployment: Option<Deployment>,
    /// The prefix of the tables' names, for servers that share a database and not their tables.
    pub table_prefix: String,
}

/// A running server. [`Server::stop`] ends it gracefully; dropping it ends it at once.
pub struct Server {
    /// Its URL: `http://127.0.0.1:PORT`.
    pub url: String,
    /// The URL of its database.
    pub database: String,
    /// Its routes.
    pub routes: Vec<Route>,
    /// The context of its functions.
    pub app: App,
    /// The context of each of its chains.
    pub chain_contexts: Vec<ChainContext>,
    /// The gas wallet.
    pub gas_wallet: Option<GasWallet>,
    /// The notifications of due deliveries, and the deliveries that have failed.
    pub queues: Arc<Queues>,
    background: Arc<Background>,
    /// The tasks of streams, schedules and chains.
    tasks: Vec<JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// The reason for which a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or not allowed.
    #[error("port {0} cannot be used ({1}); choose another with --port")]
    Port(u16, io::Error),
    /// The embedded database cannot be opened or reached.
    #[error("the embedded database cannot be started: {0}")]
    Engine(#[source] BoxError),
    /// A table cannot be created.
    #[error("the table {0} cannot be created: {1}")]
    Table(String, #[source] BoxError),
    /// The template cannot be served.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The gas key cannot be used.
    #[error(transparent)]
    GasKey(#[from] InvalidGasKey),
    /// A chain cannot be watched.
    #[error("the chains cannot be watched: {0}")]
    Chains(#[source] BoxError),
    /// Webhooks cannot be sent.
    #[error("webhooks cannot be sent: {0}")]
    Webhooks(#[source] BoxError),
    /// A setting cannot be used.
    #[error(transparent)]
    Setting(#[from] SettingsError),
    /// The database client cannot be built.
    #[error("the database client cannot be built: {0}")]
    Client(#[source] BoxError),
}

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Server {
    /// Starts serving. Returns once the server accepts requests.
    ///
    /// # Errors
    /// The reason for which it does not start.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        chain::use_ring();
        let port = options.port;
        let listener =
            TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| StartError::Port(port, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Port(port, error))?;
        let template = Template::built_in()?;
        let clock = Clock::default();
        let engine = embedded(&options, &clock).await?;
        let database = engine.as_ref().map(|engine| engine.endpoint.clone());
        let database = database.or_else(|| options.endpoint.clone()).unwrap_or_default();
        let client = connect_to(&database).map_err(StartError::Client)?;
        let deployment = options.deployment.as_ref();
        let policies = deployment.map_or_else(|| template.policies.clone(), |it| it.policies.clone());
        let created = deployment.map(|it| it.tables.clone()).unwrap_or_default();
        let names = TableNames { prefix: options.table_prefix.clone(), created };
        let client = enforced(&client, policies, names.clone());
        let mut app = app(&template, client.clone(), &names, clock).await?;
        adjust(&mut app.settings, &options);
        app.settings.public_url.get_or_insert_with(|| format!("http://{address}"));
        let factory = app.settings.forwarder_factory;
        let gas_wallet = options.gas_key.as_ref().map(|key| GasWallet::new(key, factory)).transpose()?;
        let contexts =
            chains::contexts(&app, client, &names.own("ChainsTable")).map_err(StartError::Chains)?;
        let courier = queues::courier(&app).map_err(StartError::Webhooks)?;
        let queues = Arc::new(Queues::default());
        let tables = streamed_tables(&template, &names, app.feed.events_table());
        let streams = Streams::new(&database, tables);
        let background = Arc::new(Background::new(app.clone(), courier.clone(), queues.clone(), streams));
        let mut tasks = match options.leave_chains {
            true => Vec::new(),
            false => chains::start(contexts.clone(), gas_wallet.as_ref()),
        };
        tasks.extend(options.background.then(|| tokio::spawn(Arc::clone(&background).run())));
        let router = router(&template, &FunctionContext { app: app.clone(), courier }, engine)?;
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, router, stopped));
        Ok(Self {
            url: format!("http://{address}"),
            database,
            routes: template.routes,
            chain_contexts: contexts,
            gas_wallet,
            app,
            queues,
            background,
            tasks,
            stop: Some(stop),
            serving,
        })
    }

    /// Does the pending work of streams and schedule: expires overdue sessions and orders, and publishes events.
    ///
    /// # Errors
    /// The failure of a part, which stays pending.
    pub async fn catch_up(&self) -> Result<(), BoxError> {
        self.background.catch_up().await
    }

    /// The new records of the streams, for a caller that processes them differently. Returns each record once.
    ///
    /// # Errors
    /// A failed read; the next one begins at the streams' start.
    pub async fn read_streams(&self) -> Result<Vec<StreamBatch>, BoxError> {
        let mut batches = Vec::new();
        for table in self.background.streams.tables() {
            batches.extend(self.background.streams.read(table).await?);
        }
        Ok(batches)
    }

    /// Stops accepting requests, lets running ones finish, and returns.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        for task in &self.tasks {
            task.abort();
        }
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn app(
    template: &Template,
    client: Client,
    names: &TableNames,
    clock: Clock,
) -> Result<App, StartError> {
    for table in template.tables.iter().filter(|table| !names.created.contains_key(&table.name)) {
        let name = names.own(&table.name);
        create_table(&client, table, &name).await.map_err(|error| StartError::Table(name, error))?;
    }
    let table = |name| names.own(name);
    let tables = Tables {
        sessions: table("SessionsTable"),
        orders: table("OrdersTable"),
        keys: table("KeysTable"),
        events: table("EventsTable"),
        webhooks: table("WebhooksTable"),
    };
    Ok(App::new(
        Database::new(client, tables),
        clock,
        Settings::from_env()?.with_chains()?.with_wallet_connect()?,
    ))
}

/// The embedded database, unless another is given.
async fn embedded(options: &Options, clock: &Clock) -> Result<Option<Arc<Engine>>, StartError> {
    if options.endpoint.is_some() {
        return Ok(None);
    }
    let engine = Engine::start(options.data.clone(), clock.clone()).await;
    engine.map(|engine| Some(Arc::new(engine))).map_err(StartError::Engine)
}

/// Replaces the environment's settings with those of the options.
fn adjust(settings: &mut Settings, options: &Options) {
    if !options.chains.is_empty() {
        settings.chains = Arc::new(options.chains.clone());
    }
    if options.wallet_connect.is_some() {
        settings.wallet_connect.clone_from(&options.wallet_connect);
    }
    if !options.recipients.is_empty() {
        settings.recipients = options.recipients.as_slice().into();
    }
    // On a developer's machine keys are off unless asked for.
    settings.api_keys = options.api_keys || (settings.api_keys && variable("API_KEYS").is_some());
    settings.open_lists = !options.closed_lists;
    settings.webhooks_anywhere = !options.closed_webhooks;
}

/// The tables that have streams. The table of published events comes last.
fn streamed_tables(template: &Template, names: &TableNames, events: &str) -> Vec<StreamedTable> {
    let tables = template.tables.iter().filter(|table| table.properties.stream_specification.is_some());
    let table = |table: &Table| StreamedTable {
        name: names.own(&table.name),
        filter: template.filters.of(&table.name),
    };
    let mut tables: Vec<_> = tables.map(table).collect();
    tables.sort_by_key(|table| table.name == events);
    tables
}
