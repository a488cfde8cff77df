//! An endpoint that accepts and stores every message.
#![allow(clippy::unwrap_used, reason = "this is test code")]
#![allow(dead_code, reason = "not every test looks at all of it")]

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
};
use delivery::{Message, Reach, Sender};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) struct Endpoint {
    pub(crate) url: String,
    arrived: UnboundedReceiver<Arrived>,
}

impl Endpoint {
    pub(crate) async fn new() -> Self {
        let (keep, arrived) = unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(keep);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, arrived }
    }

    /// Sends a message to this endpoint, and returns it as it arrived.
    pub(crate) async fn receive(&mut self, path: &str, message: &Message<'_>) -> Arrived {
        let sender = Sender::new(Reach::Anywhere).unwrap();
        let outcome = sender.send(&format!("{}{path}", self.url), message).await;
        assert_eq!((outcome.status, outcome.error), (Some(200), None));
        self.arrived.recv().await.unwrap()
    }
}

async fn take(
    State(keep): State<UnboundedSender<Arrived>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    keep.send(Arrived { method, uri, headers, body }).unwrap();
    StatusCode::OK
}
