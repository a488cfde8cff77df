//! The local server under load: creating and reading sessions in turns, over one, some and many connections.

use std::{
    path::Path,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use axum::{
    body::Bytes,
    http::{Method, Request},
};
use hdrhistogram::Histogram;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Serialize;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    task::JoinSet,
};

/// The numbers of concurrent connections.
const CONNECTIONS: [usize; 3] = [1, 8, 64];

const NEW_SESSION: &str = r#"{"success_url":"https://merchant.com/success?session_id={SESSION_ID}","cancel_url":"https://merchant.com/cancel","metadata":{"sku":"widget-1"}}"#;

/// The figures for a number of connections.
#[derive(Debug, Serialize)]
pub(crate) struct Throughput {
    pub(crate) connections: usize,
    pub(crate) requests: u64,
    pub(crate) requests_per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// The server's process. Stops when dropped.
struct Server {
    url: String,
    _process: Child,
}

/// Starts the local server and sends it `requests` requests over each number of connections.
pub(crate) async fn measure(binary: &Path, requests: usize) -> Result<Vec<Throughput>> {
    let server = Server::start(binary).await?;
    let mut measured = Vec::with_capacity(CONNECTIONS.len());
    for connections in CONNECTIONS {
        measured.push(server.load(connections, requests).await?);
    }
    Ok(measured)
}

impl Server {
    async fn start(binary: &Path) -> Result<Self> {
        let mut process = Command::new(binary)
            .args(["--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut lines = BufReader::new(process.stdout.take().context("no stdout")?).lines();
        let url = loop {
            let line = lines.next_line().await?.context("the local server ended without naming its URL")?;
            if let Some(url) = find_url(&line) {
                break url;
            }
        };
        // Its later output must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { url, _process: process })
    }

    async fn load(&self, connections: usize, requests: usize) -> Result<Throughput> {
        let left = Arc::new(AtomicUsize::new(requests));
        let started = Instant::now();
        let mut clients: JoinSet<Result<Histogram<u64>>> = (0..connections)
            .map(|_| Caller { url: self.url.clone(), client: client() }.send_until_done(left.clone()))
            .collect();
        let mut times = Histogram::<u64>::new(3)?;
        while let Some(joined) = clients.join_next().await {
            times.add(joined??)?;
        }
        let seconds = started.elapsed().as_secs_f64();
        Ok(Throughput {
            connections,
            requests: times.len(),
            requests_per_second: times.len() as f64 / seconds,
            p50_us: times.value_at_quantile(0.5) as f64 / 1e3,
            p99_us: times.value_at_quantile(0.99) as f64 / 1e3,
        })
    }
}

/// The server's URL in a line of its output.
fn find_url(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("http://127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("http://127.0.0.1:{port}"))
}

/// A client for each caller, so that each has its own connection.
fn client() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// One of the concurrent callers.
struct Caller {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Caller {
    /// Creates and reads sessions in turns, until all callers together have sent `left` requests.
    async fn send_until_done(self, left: Arc<AtomicUsize>) -> Result<Histogram<u64>> {
        let mut times = Histogram::new(3)?;
        let mut session = None;
        while left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            let request = self.request(session.take())?;
            let is_new = request.method() == Method::POST;
            let started = Instant::now();
            let answer = self.client.request(request).await?;
            let status = answer.status();
            let body = answer.into_body().collect().await?.to_bytes();
            times.record(started.elapsed().as_nanos().try_into()?)?;
            ensure!(status.is_success(), "the local server answered {status}");
            if is_new {
                session = Some(session_id(&body)?);
            }
        }
        Ok(times)
    }

    fn request(&self, session: Option<String>) -> Result<Request<Full<Bytes>>> {
        let Self { url, .. } = self;
        let request = match session {
            Some(id) => Request::get(format!("{url}/checkout-sessions/{id}")).body(Full::default()),
            None => Request::post(format!("{url}/checkout-sessions"))
                .header("content-type", "application/json")
                .body(NEW_SESSION.into()),
        };
        Ok(request?)
    }
}

fn session_id(body: &[u8]) -> Result<String> {
    let answer: Value = serde_json::from_slice(body)?;
    let id = answer.pointer("/data/sessionId").or_else(|| answer.pointer("/data/id"));
    let id = id.and_then(Value::as_str).with_context(|| format!("no session id in {answer}"))?;
    Ok(id.to_owned())
}
