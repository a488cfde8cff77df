//! A merchant's webhook endpoint, which answers on demand and keeps the messages that came.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

pub struct Receiver {
    pub url: String,
    state: Arc<Shared>,
    serving: JoinHandle<()>,
}

/// An endpoint's reaction to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It answers with this status.
    Answers(u16),
    /// It receives the message and never answers.
    Hangs,
    /// It redirects the sender.
    Redirects,
    /// It answers 500 to all but every n-th message, which it accepts.
    TakesEvery(usize),
}

/// A message that arrived.
#[derive(Debug, Clone)]
pub struct Message {
    pub headers: HeaderMap,
    pub text: String,
}

struct Shared {
    manner: Mutex<Manner>,
    elsewhere: Mutex<String>,
    messages: Mutex<Vec<Message>>,
    accepted: Mutex<Vec<Message>>,
    count: AtomicUsize,
    arrived: watch::Sender<usize>,
}

impl Receiver {
    /// Starts a receiver that answers with 200.
    pub async fn start() -> Self {
        let state = Arc::new(Shared {
            manner: Mutex::new(Manner::Answers(200)),
            elsewhere: Mutex::default(),
            messages: Mutex::default(),
            accepted: Mutex::default(),
            count: AtomicUsize::new(0),
            arrived: watch::Sender::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(state.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state, serving }
    }

    pub fn behave(&self, manner: Manner) {
        *self.state.manner.lock().unwrap() = manner;
    }

    /// Sets the target of [`Manner::Redirects`].
    pub fn redirect_to(&self, url: &str) {
        *self.state.elsewhere.lock().unwrap() = url.to_owned();
        self.behave(Manner::Redirects);
    }

    /// All messages, in the order of their arrival.
    pub fn messages(&self) -> Vec<Message> {
        self.state.messages.lock().unwrap().clone()
    }

    /// The messages answered with 2xx.
    pub fn accepted(&self) -> Vec<Message> {
        self.state.accepted.lock().unwrap().clone()
    }

    /// Waits until this many messages have come, for a minute at most.
    pub async fn has_got(&self, count: usize) {
        let mut arrived = self.state.arrived.subscribe();
        let enough = arrived.wait_for(|arrived| *arrived >= count);
        if tokio::time::timeout(Duration::from_secs(60), enough).await.is_err() {
            panic!("{} of {count} messages have come within a minute", self.messages().len());
        }
    }

    /// Closes for good: connections are refused from now on.
    pub fn vanish(&self) {
        self.serving.abort();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Message {
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

async fn receive(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let message = Message { headers, text: String::from_utf8(body.to_vec()).unwrap() };
    state.messages.lock().unwrap().push(message.clone());
    state.arrived.send_modify(|arrived| *arrived += 1);
    let place = state.count.fetch_add(1, Ordering::Relaxed);
    let manner = *state.manner.lock().unwrap();
    let status = match manner {
        Manner::Answers(status) => StatusCode::from_u16(status).unwrap(),
        Manner::TakesEvery(n) if place % n == n - 1 => StatusCode::OK,
        Manner::TakesEvery(_) => StatusCode::INTERNAL_SERVER_ERROR,
        Manner::Hangs => std::future::pending().await,
        Manner::Redirects => {
            let elsewhere = state.elsewhere.lock().unwrap().clone();
            return (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, elsewhere)]).into_response();
        }
    };
    if status.is_success() {
        state.accepted.lock().unwrap().push(message);
    }
    status.into_response()
}
