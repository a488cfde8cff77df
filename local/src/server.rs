//! The server: database, functions and gateway put together.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use aws_sdk_dynamodb::Client;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method},
    routing::{MethodFilter, on, post},
};
use chain::{ChainContext, GasWallet, InvalidGasKey};
use shared::{
    App,
    chains::Chains,
    dynamo::{Store, Tables, connect_to},
    edge::{Clock, Settings, SettingsError},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tower_http::cors::CorsLayer;

use crate::{
    background::Background,
    chains,
    database::create_table,
    deployment::{Deployment, TableNames},
    engine::Engine,
    functions::{Means, http_function},
    gateway::{Target, forward},
    helpers::{self, Helpers},
    policies::enforced,
    queues::{self, Queues},
    serving::serve,
    streams::{StreamBatch, Streams},
    template::{Cors, Route, Template, TemplateError},
};

/// What to serve, and where.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any that is free.
    pub port: u16,
    /// The directory that the embedded database keeps its data in; `None` for memory.
    pub data: Option<PathBuf>,
    /// Another DynamoDB instead of the embedded one.
    pub endpoint: Option<String>,
    /// The chains that are watched; those of the environment variable `CHAINS` where there are none here.
    pub chains: Chains,
    /// Leaves the chains to the caller to watch and sweep, with [`Server::chain_contexts`].
    pub leave_chains: bool,
    /// The private key of the gas wallet, in hex.
    pub gas_key: Option<String>,
    /// Whether merchants need an API key; if not, the environment's `API_KEYS` decides.
    pub api_keys: bool,
    /// Whether, as in a deployment without keys, nobody may list what is everybody's.
    pub closed_lists: bool,
    /// Whether webhooks, as in the cloud, may go to public addresses over HTTPS only.
    pub closed_webhooks: bool,
    /// Whether streams and schedule run by themselves; if not, [`Server::catch_up`] makes them.
    pub background: bool,
    /// A created stack, whose tables and policies are used instead of the template's.
    pub deployment: Option<Deployment>,
    /// What the tables' names begin with, for servers that share a database and not their tables.
    pub table_prefix: String,
}

/// A running server. [`Server::stop`] ends it; dropped, it ends at once.
pub struct Server {
    /// Where it serves: `http://127.0.0.1:PORT`.
    pub url: String,
    /// Where its database is.
    pub database: String,
    /// What it serves.
    pub routes: Vec<Route>,
    /// What its functions work with.
    pub app: App,
    /// The context of each of its chains.
    pub chain_contexts: Vec<ChainContext>,
    /// The account that pays for gas.
    pub gas_wallet: Option<GasWallet>,
    /// Which webhooks wait, and which have been given up.
    pub queues: Arc<Queues>,
    background: Arc<Background>,
    /// Streams, schedules and chains.
    tasks: Vec<JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or not allowed.
    #[error("port {0} cannot be used ({1}); choose another with --port")]
    Port(u16, io::Error),
    /// The embedded database cannot be opened or reached.
    #[error("the embedded database cannot be started: {0}")]
    Engine(#[source] BoxError),
    /// A table cannot be made.
    #[error("the table {0} cannot be made: {1}")]
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
    /// Starts serving. Returns once requests are taken.
    ///
    /// # Errors
    /// What keeps it from starting.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        chain::use_ring();
        let port = options.port;
        let listener =
            TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| StartError::Port(port, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Port(port, error))?;
        let template = Template::built_in()?;
        let clock = Clock::default();
        let engine = match options.endpoint {
            Some(_) => None,
            None => {
                let engine = Engine::start(options.data, clock.clone()).await;
                Some(Arc::new(engine.map_err(StartError::Engine)?))
            }
        };
        let database =
            engine.as_ref().map(|engine| engine.endpoint.clone()).or(options.endpoint).unwrap_or_default();
        let client = connect_to(&database).map_err(StartError::Client)?;
        let deployment = options.deployment;
        let policies =
            deployment.as_ref().map_or_else(|| template.policies.clone(), |it| it.policies.clone());
        let created = deployment.map(|it| it.tables).unwrap_or_default();
        let names = TableNames { prefix: options.table_prefix, created };
        let client = enforced(&client, policies, names.clone());
        let mut app = app(&template, client.clone(), &names, clock).await?;
        if options.chains.iter().next().is_some() {
            app.settings.chains = Arc::new(options.chains);
        }
        app.settings.api_keys |= options.api_keys;
        let factory = app.settings.forwarder_factory;
        let gas_wallet = options.gas_key.map(|key| GasWallet::new(&key, factory)).transpose()?;
        let contexts =
            chains::contexts(&app, client, &names.own("ChainsTable")).map_err(StartError::Chains)?;
        app.settings.open_lists = !options.closed_lists;
        app.settings.webhooks_anywhere = !options.closed_webhooks;
        let courier = queues::courier(&app).map_err(StartError::Webhooks)?;
        let queues = Arc::new(Queues::default());
        let tables = template.tables.iter().filter(|table| table.properties.stream_specification.is_some());
        let mut tables: Vec<_> = tables.map(|table| names.own(&table.name)).collect();
        // What is published comes last.
        tables.sort_by_key(|table| table == app.store.events_table());
        let background =
            Background::new(app.clone(), courier.clone(), queues.clone(), Streams::new(&database, tables));
        let background = Arc::new(background);
        let mut tasks = match options.leave_chains {
            true => Vec::new(),
            false => chains::start(contexts.clone(), gas_wallet.as_ref()),
        };
        tasks.extend(options.background.then(|| tokio::spawn(Arc::clone(&background).run())));
        let router = router(&template, &Means { app: app.clone(), courier }, engine)?;
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

    /// Does what streams and schedule have left to do: ends what is overdue, publishes what has happened.
    ///
    /// # Errors
    /// What keeps something from being done; it stays to be done.
    pub async fn catch_up(&self) -> Result<(), BoxError> {
        self.background.catch_up().await
    }

    /// What is new in the streams, for a caller who hands it on in a way of its own. All is handed on once.
    ///
    /// # Errors
    /// What keeps them from being read; the next time they are read from their start.
    pub async fn read_streams(&self) -> Result<Vec<StreamBatch>, BoxError> {
        let mut batches = Vec::new();
        for table in self.background.streams.tables() {
            batches.extend(self.background.streams.read(table).await?);
        }
        Ok(batches)
    }

    /// Stops taking requests, lets those that run finish, and returns.
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
    Ok(App { store: Store::new(client, tables), clock, settings: Settings::from_env()?.with_chains()? })
}

/// The API as the template has it, and beside it the helpers for tests.
fn router(template: &Template, means: &Means, engine: Option<Arc<Engine>>) -> Result<Router, StartError> {
    let api = api(template, means)?.layer(cors(&template.cors)?);
    let helpers = Router::new()
        .route("/test-helpers/orders/{orderId}/evidence", post(helpers::record_evidence))
        .route("/test-helpers/clock", post(helpers::advance_clock))
        .with_state(Helpers { app: means.app.clone(), engine, api: api.clone() });
    Ok(helpers.fallback_service(api))
}

fn api(template: &Template, means: &Means) -> Result<Router, TemplateError> {
    let handler = |target: Target| move |parameters, request| forward(target.clone(), parameters, request);
    let (default, routes): (Vec<_>, Vec<_>) =
        template.routes.iter().partition(|route| route.path == "$default");
    let default = default.first().ok_or_else(|| TemplateError::new("there is no $default route"))?;
    let default = handler(target(default, means, "$default".to_owned())?);
    let mut api = Router::new().fallback(default.clone());
    for route in routes {
        let method = route.method.parse().ok().and_then(|method: Method| MethodFilter::try_from(method).ok());
        let method = method.ok_or_else(|| TemplateError::new(format!("{} is no method", route.method)))?;
        let target = target(route, means, format!("{} {}", route.method, route.path))?;
        let mut route_handler = on(method, handler(target));
        if method == MethodFilter::GET {
            // axum would answer HEAD from GET, API Gateway does not.
            route_handler = route_handler.head(default.clone());
        }
        api = api.route(&route.path, route_handler);
    }
    Ok(api.method_not_allowed_fallback(default))
}

fn target(route: &Route, means: &Means, route_key: String) -> Result<Target, TemplateError> {
    let function = http_function(&route.function)
        .ok_or_else(|| TemplateError::new(format!("there is no function {}", route.function)))?;
    Ok(Target { means: means.clone(), name: route.function.clone(), function, route_key })
}

fn cors(cors: &Cors) -> Result<CorsLayer, TemplateError> {
    let bad = |text: &str| TemplateError::new(format!("CorsConfiguration: {text} cannot be used"));
    let mut layer = CorsLayer::new().max_age(Duration::from_secs(cors.max_age));
    layer = if cors.allow_origins.iter().any(|origin| origin == "*") {
        layer.allow_origin(tower_http::cors::Any)
    } else {
        let origins =
            cors.allow_origins.iter().map(|text| HeaderValue::from_str(text).map_err(|_| bad(text)));
        layer.allow_origin(origins.collect::<Result<Vec<_>, _>>()?)
    };
    let names = |texts: &[String]| {
        let names = texts.iter().map(|text| text.parse::<HeaderName>().map_err(|_| bad(text)));
        names.collect::<Result<Vec<_>, _>>()
    };
    let methods = cors.allow_methods.iter().map(|text| text.parse::<Method>().map_err(|_| bad(text)));
    Ok(layer
        .allow_methods(methods.collect::<Result<Vec<_>, _>>()?)
        .allow_headers(names(&cors.allow_headers)?)
        .expose_headers(names(&cors.expose_headers)?))
}
