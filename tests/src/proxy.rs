//! A DynamoDB endpoint that counts the requests passing through it, and fails on demand.

use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use local::Engine;
use serde_json::{Value, json};
use shared::edge::Clock;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use crate::exchange::{asking_for_units, scanned_count};
use crate::fault::{Weather, refuse};
use crate::{client::http_client, dynamodb::DynamoDb, dynamodb::ENDPOINT_VARIABLE};
pub use crate::{exchange::Exchange, fault::Fault};

pub struct Proxy {
    pub url: String,
    state: Arc<Shared>,
    serving: JoinHandle<()>,
    /// A client that bypasses the proxy.
    direct: DynamoDb,
    _engine: Option<Engine>,
}

struct Shared {
    target: String,
    http: reqwest::Client,
    operations: Mutex<Vec<String>>,
    /// The tables created through the proxy.
    tables: Mutex<Vec<String>>,
    /// The transaction that each client token was first used for.
    tokens: Mutex<HashMap<String, Bytes>>,
    items_read: AtomicU64,
    faults: Mutex<VecDeque<(String, Fault)>>,
    /// A fault for the request after this many others, for any operation.
    countdown: Mutex<Option<(usize, Fault)>>,
    weather: Mutex<Option<Weather>>,
    /// The number of random faults so far.
    storms: AtomicU64,
    /// The requests carried out and their answers, if they are kept.
    exchanges: Mutex<Option<Vec<Exchange>>>,
    /// The number of refused requests, which chooses the item of a refused transaction.
    refused: AtomicUsize,
    hung: Notify,
}

impl Proxy {
    /// Starts a proxy in front of an engine of its own, or of the one that the environment names.
    pub async fn start() -> Self {
        let (target, engine) = match std::env::var(ENDPOINT_VARIABLE) {
            Ok(endpoint) => (endpoint, None),
            Err(_) => {
                let engine = Engine::start(None, Clock::default()).await.unwrap();
                (engine.endpoint.clone(), Some(engine))
            }
        };
        let direct = DynamoDb::at(&target);
        let state = Arc::new(Shared {
            target,
            http: http_client(|builder| builder),
            operations: Mutex::default(),
            tables: Mutex::default(),
            tokens: Mutex::default(),
            items_read: AtomicU64::new(0),
            faults: Mutex::default(),
            countdown: Mutex::default(),
            weather: Mutex::default(),
            storms: AtomicU64::new(0),
            exchanges: Mutex::default(),
            refused: AtomicUsize::new(0),
            hung: Notify::new(),
        });
        let (listener, url) = listen().await;
        let router = Router::new().fallback(pass).with_state(Arc::clone(&state));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state, serving, direct, _engine: engine }
    }

    /// Makes the next `times` requests for `operation` meet `fault`.
    pub fn inject(&self, operation: &str, fault: &Fault, times: usize) {
        let faults = std::iter::repeat_n((operation.to_owned(), fault.clone()), times);
        self.state.faults.lock().unwrap().extend(faults);
    }

    /// Makes the request after `count` others meet `fault`, for any operation.
    pub fn inject_after(&self, count: usize, fault: &Fault) {
        *self.state.countdown.lock().unwrap() = Some((count, fault.clone()));
    }

    /// From now on, makes one in this many requests meet one of these faults, at random.
    pub fn fail_at_random(&self, one_in: usize, faults: &[Fault], seed: u64) {
        *self.state.weather.lock().unwrap() = Some(Weather::new(one_in, faults, seed));
    }

    /// Ends the random faults, and returns their number.
    pub fn stop_failing(&self) -> u64 {
        *self.state.weather.lock().unwrap() = None;
        self.state.storms.load(Ordering::Relaxed)
    }

    /// Waits until a request hangs.
    pub async fn hung(&self) {
        self.state.hung.notified().await;
    }

    /// Turns an attribute of an item into a number, in the one table whose name ends like this. Returns its former
    /// value.
    pub async fn damage(&self, table: &str, key: &Value, attribute: &str) -> Value {
        self.set(table, key, attribute, &json!({"N": "1"})).await
    }

    /// Restores an attribute's former value.
    pub async fn repair(&self, table: &str, key: &Value, attribute: &str, value: &Value) {
        self.set(table, key, attribute, value).await;
    }

    async fn set(&self, table: &str, key: &Value, attribute: &str, value: &Value) -> Value {
        let update = json!({"TableName": self.table(table), "Key": key, "ReturnValues": "UPDATED_OLD",
                            "UpdateExpression": "SET #a = :v", "ExpressionAttributeNames": {"#a": attribute},
                            "ExpressionAttributeValues": {":v": value}});
        self.call("UpdateItem", &update).await["Attributes"][attribute].take()
    }

    /// The full name of the table created through this proxy whose name ends like this.
    pub fn table(&self, end: &str) -> String {
        let tables = self.state.tables.lock().unwrap();
        tables.iter().find(|name| name.ends_with(end)).unwrap().clone()
    }

    /// A request of a test's own, without faults and not counted.
    pub async fn call(&self, operation: &str, body: &Value) -> Value {
        let (status, answer) = self.direct.call(operation, body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    /// The number of faults that no request has met yet.
    pub fn pending(&self) -> usize {
        self.state.faults.lock().unwrap().len()
    }

    /// Drops the faults that no request has met, and returns their number.
    pub fn heal(&self) -> usize {
        let counted = self.state.countdown.lock().unwrap().take();
        std::mem::take(&mut *self.state.faults.lock().unwrap()).len() + usize::from(counted.is_some())
    }

    /// The operations that came through since the last call.
    pub fn take_operations(&self) -> Vec<String> {
        std::mem::take(&mut self.state.operations.lock().unwrap())
    }
}

impl Proxy {
    /// The requests carried out since the last call, and their answers. Keeps them from the first call on.
    pub fn take_exchanges(&self) -> Vec<Exchange> {
        self.state.exchanges.lock().unwrap().replace(Vec::new()).unwrap_or_default()
    }

    /// The number of items that queries have read since the last call, those that a filter dropped included.
    pub fn take_items_read(&self) -> u64 {
        self.state.items_read.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

async fn pass(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    state.operations.lock().unwrap().push(operation.clone());
    if operation == "CreateTable" {
        let request: Value = serde_json::from_slice(&body).unwrap();
        state.tables.lock().unwrap().extend(request["TableName"].as_str().map(str::to_owned));
    }
    if operation == "TransactWriteItems" && !state.is_as_before(&body) {
        return refuse(StatusCode::BAD_REQUEST, "IdempotentParameterMismatchException");
    }
    let fault = state.next_fault(&operation);
    match fault {
        None => state.forward(headers, body).await,
        Some(Fault::Lost) => broken(),
        Some(Fault::AnswerLost) => {
            state.forward(headers, body).await;
            broken()
        }
        Some(Fault::Hangs) => {
            state.hung.notify_one();
            std::future::pending().await
        }
        Some(Fault::AnswerHangs) => {
            state.forward(headers, body).await;
            state.hung.notify_one();
            std::future::pending().await
        }
        Some(Fault::Rewritten(rewrite)) => {
            let (head, body) = state.forward(headers, body).await.into_parts();
            let mut answer = serde_json::from_slice(&to_bytes(body, usize::MAX).await.unwrap()).unwrap();
            rewrite(&mut answer);
            // Its length and checksum are those of the original answer.
            let kept = head.headers.get("content-type").cloned().unwrap();
            (head.status, [("content-type", kept)], answer.to_string()).into_response()
        }
        Some(Fault::Held(gate)) => {
            gate.acquire().await.unwrap().forget();
            state.forward(headers, body).await
        }
        Some(fault) => {
            let place = state.refused.fetch_add(1, Ordering::Relaxed);
            match fault.refusal(&operation, &body, place) {
                Some(refusal) => refusal,
                None => state.forward(headers, body).await,
            }
        }
    }
}

impl Shared {
    /// Compares a transaction, to the byte, with the one that its client token was first used for. Amazon's DynamoDB
    /// Local is as strict; the documentation of the service does not say what is compared.
    fn is_as_before(&self, body: &Bytes) -> bool {
        let request: Value = serde_json::from_slice(body).unwrap();
        let Some(token) = request["ClientRequestToken"].as_str() else { return true };
        let mut tokens = self.tokens.lock().unwrap();
        tokens.entry(token.to_owned()).or_insert_with(|| body.clone()) == body
    }

    fn next_fault(&self, operation: &str) -> Option<Fault> {
        let mut countdown = self.countdown.lock().unwrap();
        match countdown.take() {
            Some((0, fault)) => return Some(fault),
            Some((left, fault)) => *countdown = Some((left - 1, fault)),
            None => {}
        }
        let mut faults = self.faults.lock().unwrap();
        if let Some(position) = faults.iter().position(|(wanted, _)| wanted == operation) {
            return faults.remove(position).map(|(_, fault)| fault);
        }
        let mut weather = self.weather.lock().unwrap();
        let fault = weather.as_mut()?.draw()?;
        self.storms.fetch_add(1, Ordering::Relaxed);
        Some(fault)
    }

    async fn forward(&self, mut headers: HeaderMap, body: Bytes) -> Response {
        headers.remove("host");
        let kept = self.exchanges.lock().unwrap().is_some();
        let asked = kept.then(|| asking_for_units(&body));
        if asked.is_some() {
            headers.remove("content-length");
        }
        let operation = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = asked.as_ref().map_or(body, |asked| asked.to_string().into());
        let sent = self.http.post(&self.target).headers(headers).body(body).send().await.unwrap();
        let (status, mut headers) = (sent.status(), sent.headers().clone());
        headers.remove("transfer-encoding");
        let body = sent.bytes().await.unwrap();
        if let Some(request) = asked.filter(|_| status.is_success()) {
            let operation = operation.unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
            let exchange = Exchange { operation, request, answer: serde_json::from_slice(&body).unwrap() };
            self.exchanges.lock().unwrap().as_mut().unwrap().push(exchange);
        }
        self.items_read.fetch_add(scanned_count(&body), Ordering::Relaxed);
        (status, headers, body).into_response()
    }
}

/// An answer that ends before it is complete: the connection breaks.
fn broken() -> Response {
    let cut = futures_util::stream::once(async { Err::<Bytes, _>(io::Error::other("cut")) });
    Body::from_stream(cut).into_response()
}
