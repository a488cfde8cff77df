//! The database: an engine in this process, or one at another endpoint; and the template's tables in it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client, Config,
    config::timeout::TimeoutConfig,
    error::{BuildError, ProvideErrorMetadata as _},
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
        ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
    },
};
use dynoxide::{Database, storage_backend};
use shared::http::Clock;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    server::{BoxError, StartError},
    template::{KeySchema, Table},
};

/// An engine in this process, reached over HTTP like any other. Ends when dropped.
pub(crate) struct Engine {
    pub(crate) endpoint: String,
    database: Database,
    tasks: Vec<JoinHandle<()>>,
}

/// How often garbage is removed. In the cloud it takes days.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

impl Engine {
    /// Starts an engine that keeps its data in the directory `data`, or in memory.
    pub(crate) async fn start(data: Option<PathBuf>, clock: Clock) -> Result<Self, StartError> {
        let (database, listener) = open(data, clock).await.map_err(StartError::Engine)?;
        let endpoint =
            format!("http://{}", listener.local_addr().map_err(|error| StartError::Engine(error.into()))?);
        let serving = tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let swept = database.clone();
        let sweeping = tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP_INTERVAL).await;
                sweep(swept.clone()).await;
            }
        });
        Ok(Self { endpoint, database, tasks: vec![serving, sweeping] })
    }

    /// Removes what has been garbage for long enough, as DynamoDB does in its own time.
    pub(crate) async fn sweep(&self) {
        sweep(self.database.clone()).await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn sweep(database: Database) {
    let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
    if let Ok(Err(error)) = swept {
        tracing::warn!("the database could not be swept: {error}");
    }
}

async fn open(data: Option<PathBuf>, clock: Clock) -> Result<(Database, TcpListener), BoxError> {
    let database = match data {
        None => Database::memory_with_clock(Arc::new(EngineClock(clock)))?,
        Some(directory) => {
            std::fs::create_dir_all(&directory)?;
            Database::new(&directory.join("dynamodb.sqlite").to_string_lossy())?
        }
    };
    Ok((database, TcpListener::bind(("127.0.0.1", 0)).await?))
}

/// Lets the engine's TTL follow the clock that the test helper moves.
struct EngineClock(Clock);

impl storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        self.0.now().millis().unsigned_abs() / 1000
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit a double's 53 bits")]
    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().millis() as f64 / 1000.0
    }
}

/// Makes a table of the template, unless it is there already.
pub(crate) async fn create_table(client: &Client, table: &Table, name: &str) -> Result<(), BoxError> {
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for definition in &table.properties.attribute_definitions {
        request = request.attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name(&definition.attribute_name)
                .attribute_type(ScalarAttributeType::from(definition.attribute_type.as_str()))
                .build()?,
        );
    }
    request = request.set_key_schema(Some(key_schema(&table.properties.key_schema)?));
    for index in &table.properties.global_secondary_indexes {
        let projection = ProjectionType::from(index.projection.projection_type.as_str());
        request = request.global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name(&index.index_name)
                .set_key_schema(Some(key_schema(&index.key_schema)?))
                .projection(Projection::builder().projection_type(projection).build())
                .build()?,
        );
    }
    if let Some(stream) = &table.properties.stream_specification {
        let view = StreamViewType::from(stream.stream_view_type.as_str());
        let specification = StreamSpecification::builder().stream_enabled(true).stream_view_type(view);
        request = request.stream_specification(specification.build()?);
    }
    // On a busy machine making a table takes longer than a request may.
    let patient = Config::builder().timeout_config(TimeoutConfig::disabled());
    match request.customize().config_override(patient).send().await {
        Ok(_) => enable_ttl(client, table, name).await,
        Err(error) if error.code() == Some("ResourceInUseException") => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn key_schema(schema: &[KeySchema]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let elements = schema.iter().map(|key| {
        KeySchemaElement::builder()
            .attribute_name(&key.attribute_name)
            .key_type(KeyType::from(key.key_type.as_str()))
            .build()
    });
    elements.collect()
}

async fn enable_ttl(client: &Client, table: &Table, name: &str) -> Result<(), BoxError> {
    let Some(ttl) = &table.properties.time_to_live_specification else { return Ok(()) };
    let specification =
        TimeToLiveSpecification::builder().enabled(true).attribute_name(&ttl.attribute_name).build();
    let request = client.update_time_to_live().table_name(name);
    let request = request.time_to_live_specification(specification?);
    request.send().await?;
    Ok(())
}
