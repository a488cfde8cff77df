//! A loopback implementation of the Lambda Runtime API, for one function process.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Response, StatusCode},
    routing::{get, post},
    serve::ListenerExt as _,
};
use shared::edge::Clock;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use crate::workload::Event;

/// The time limit of an invoke on Lambda, in milliseconds.
const TIME_LIMIT_MILLIS: i64 = 10_000;

/// The API. Stops when dropped.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    polls: mpsc::UnboundedReceiver<Poll>,
    answers: mpsc::UnboundedReceiver<Answer>,
    _server: JoinSet<()>,
}

/// A function that waits for its next event.
pub(crate) struct Poll {
    /// The time of its request.
    pub(crate) at: Instant,
    event: oneshot::Sender<Event>,
}

/// A function's answer.
struct Answer {
    at: Instant,
    body: Result<Bytes, Bytes>,
}

#[derive(Clone)]
struct Channels {
    polls: mpsc::UnboundedSender<Poll>,
    answers: mpsc::UnboundedSender<Answer>,
}

impl RuntimeApi {
    /// Starts the API on a free port.
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (polls_sender, polls) = mpsc::unbounded_channel();
        let (answers_sender, answers) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(succeeded))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(Channels { polls: polls_sender, answers: answers_sender });
        let listener = listener.tap_io(|stream| {
            // Affects the speed only.
            let _ = stream.set_nodelay(true);
        });
        let mut server = JoinSet::new();
        server.spawn(async {
            // Runs until it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, polls, answers, _server: server })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until the function asks for an event.
    pub(crate) async fn poll(&mut self) -> Result<Poll> {
        tokio::select! {
            poll = self.polls.recv() => poll.context("the Runtime API has stopped"),
            answer = self.answers.recv() => match answer.map(|answer| answer.body) {
                Some(Err(error)) => bail!("the function failed: {}", String::from_utf8_lossy(&error)),
                _ => bail!("the function answered without an event"),
            },
        }
    }

    /// Sends an event and waits for the answer. Returns the times of both, and the answer.
    pub(crate) async fn answer(&mut self, poll: Poll, event: Event) -> Result<(Instant, Instant, Bytes)> {
        let handed_out = Instant::now();
        if poll.event.send(event).is_err() {
            bail!("the function hung up while it waited for an event");
        }
        let answer = self.answers.recv().await.context("the Runtime API has stopped")?;
        match answer.body {
            Ok(body) => Ok((handed_out, answer.at, body)),
            Err(error) => bail!("the invoke failed: {}", String::from_utf8_lossy(&error)),
        }
    }
}

async fn next(State(channels): State<Channels>) -> Result<Response<axum::body::Body>, StatusCode> {
    let (sender, event) = oneshot::channel();
    let poll = Poll { at: Instant::now(), event: sender };
    channels.polls.send(poll).map_err(|_| StatusCode::GONE)?;
    let event = event.await.map_err(|_| StatusCode::GONE)?;
    let deadline = Clock::default().now().plus_millis(TIME_LIMIT_MILLIS).millis();
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", event.id)
        .header("lambda-runtime-deadline-ms", deadline)
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:bench")
        .header("lambda-runtime-trace-id", "Root=1-68de1e34-f881862e0ebc8e394444c95d;Sampled=0")
        .body(event.json.into())
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn succeeded(State(channels): State<Channels>, body: Bytes) -> StatusCode {
    told(&channels, Ok(body))
}

async fn failed(State(channels): State<Channels>, body: Bytes) -> StatusCode {
    told(&channels, Err(body))
}

fn told(channels: &Channels, body: Result<Bytes, Bytes>) -> StatusCode {
    match channels.answers.send(Answer { at: Instant::now(), body }) {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}
