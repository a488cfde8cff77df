//! The embedded DynamoDB engine, behind a gate that refuses requests that DynamoDB refuses and the engine accepts.

mod expression;
mod rules;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Method, Request, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use dynoxide::{Database, storage_backend};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::json;
use shared::edge::Clock;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::server::BoxError;
pub(crate) use expression::words;
use rules::Rules;

/// An engine in this process, reached over HTTP like any other. Stops when dropped.
pub struct Engine {
    /// Its URL: `http://127.0.0.1:PORT`.
    pub endpoint: String,
    database: Database,
    tasks: Vec<JoinHandle<()>>,
}

/// The interval at which garbage is deleted. DynamoDB takes days.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// The longest request, in bytes, as for DynamoDB.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

impl Engine {
    /// Starts an engine that keeps its data in the directory `data`, or in memory.
    ///
    /// # Errors
    /// A directory that cannot be used, or a port that cannot be opened.
    pub async fn start(data: Option<PathBuf>, clock: Clock) -> Result<Self, BoxError> {
        let database = match data {
            None => Database::memory_with_clock(Arc::new(EngineClock(clock)))?,
            Some(directory) => {
                std::fs::create_dir_all(&directory)?;
                Database::new(&directory.join("dynamodb.sqlite").to_string_lossy())?
            }
        };
        let behind = TcpListener::bind(("127.0.0.1", 0)).await?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let gate = Gate::new(database.clone(), behind.local_addr()?);
        let router = Router::new().fallback(pass).layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES));
        let router = router.with_state(Arc::new(gate));
        let swept = database.clone();
        let tasks = vec![
            tokio::spawn(dynoxide::server::serve_on(behind, database.clone())),
            tokio::spawn(async move {
                if let Err(error) = axum::serve(listener, router).await {
                    tracing::error!("the database server failed: {error}");
                }
            }),
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(SWEEP_INTERVAL).await;
                    delete_expired(swept.clone()).await;
                }
            }),
        ];
        Ok(Self { endpoint, database, tasks })
    }

    /// Deletes items that are past their TTL, as DynamoDB does eventually.
    pub(crate) async fn delete_expired(&self) {
        delete_expired(self.database.clone()).await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn delete_expired(database: Database) {
    let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
    if let Ok(Err(error)) = swept {
        tracing::warn!("items past their TTL could not be deleted: {error}");
    }
}

/// Makes the engine's TTL follow the clock that the test helper moves.
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

/// The gate before the engine. The engine's server cannot be extended, so requests take one more step on loopback.
struct Gate {
    rules: Rules,
    behind: SocketAddr,
    client: Client<HttpConnector, Body>,
}

impl Gate {
    fn new(database: Database, behind: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { rules: Rules::new(database), behind, client }
    }

    async fn forward(
        &self,
        method: Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, BoxError> {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.behind));
        if let Some(kept) = request.headers_mut() {
            *kept = headers;
            kept.remove(header::HOST);
        }
        let response = self.client.request(request.body(Body::from(body))?).await?;
        Ok(response.map(Body::new))
    }
}

async fn pass(
    State(gate): State<Arc<Gate>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
    if let Some(message) = gate.rules.refusal(operation, &body) {
        return refuse(&message);
    }
    gate.forward(method, &uri, headers, body).await.unwrap_or_else(|error| {
        tracing::warn!("the database did not answer: {error}");
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    })
}

fn refuse(message: &str) -> Response {
    let body = json!({"__type": "com.amazon.coral.validate#ValidationException", "message": message});
    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    (StatusCode::BAD_REQUEST, kind, body.to_string()).into_response()
}
