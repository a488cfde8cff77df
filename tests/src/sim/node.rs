//! A node: an HTTP server on loopback.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

use super::{
    chain::SimChain,
    faults::{Answer, Faults},
    rpc::View,
};

/// A node of a simulated chain. Stops when dropped.
pub struct SimNode {
    pub url: String,
    state: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    chain_id: u64,
    chain: Mutex<SimChain>,
    faults: Mutex<Faults>,
    calls: Mutex<BTreeMap<String, usize>>,
    hung: Notify,
}

impl SimNode {
    /// A node without fault.
    pub async fn start(chain_id: u64, chain: &SimChain) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Shared {
            chain_id,
            chain: Mutex::new(chain.clone()),
            faults: Mutex::default(),
            calls: Mutex::default(),
            hung: Notify::new(),
        });
        // 10,000 addresses to look for are more than axum takes by default.
        let router = Router::new()
            .fallback(answer)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(state.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state, task }
    }

    /// Changes its faults.
    pub fn fault(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.state.faults.lock().unwrap());
    }

    /// Removes its faults.
    pub fn heal(&self) {
        self.fault(|faults| *faults = Faults::default());
    }

    /// Sends it a signed transaction, as anybody can.
    pub async fn send(&self, raw: &str) {
        let request = json!({
            "jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [raw],
        });
        let answer = reqwest::Client::new().post(&self.url).json(&request).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["result"].is_string(), "{answer}");
    }

    /// Has it serve another chain.
    pub fn follow(&self, chain: &SimChain) {
        *self.state.chain.lock().unwrap() = chain.clone();
    }

    /// The number of requests for each method since the last call.
    pub fn take_calls(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.state.calls.lock().unwrap())
    }

    /// Waits until a request hangs because of [`Faults::hang_after`] or [`Faults::hang_at`].
    pub async fn hung(&self) {
        self.state.hung.notified().await;
    }
}

impl Drop for SimNode {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(state): State<Arc<Shared>>, Json(request): Json<Value>) -> Response {
    let method = request["method"].as_str().unwrap_or_default();
    let faults = {
        let mut faults = state.faults.lock().unwrap();
        let now = faults.clone();
        faults.hang_after = now.hang_after.map(|left| left.saturating_sub(1));
        now
    };
    *state.calls.lock().unwrap().entry(method.to_owned()).or_default() += 1;
    if faults.hang_after == Some(0) || faults.hang_at == Some(method) {
        state.hung.notify_one();
        std::future::pending::<()>().await;
    }
    let ill = faults.answer.filter(|(only, _)| only.is_none_or(|only| only == method));
    let outcome = match ill {
        Some((_, Answer::Never)) => std::future::pending().await,
        Some((_, Answer::Status(status))) => return StatusCode::from_u16(status).unwrap().into_response(),
        Some((_, Answer::Garbage)) => return "<html>".into_response(),
        Some((_, Answer::Nonsense)) => Ok(json!({"number": "0x", "hash": 7})),
        Some((_, Answer::Error)) => Err("something went wrong".to_owned()),
        None => {
            let chain = state.chain.lock().unwrap().clone();
            let chain_id = faults.chain_id.unwrap_or(state.chain_id);
            View { chain: &chain, faults: &faults, chain_id }.answer(method, &request["params"])
        }
    };
    let mut body = json!({"jsonrpc": "2.0", "id": request["id"]});
    match outcome {
        Ok(result) => body["result"] = result,
        Err(message) => body["error"] = json!({"code": -32000, "message": message}),
    }
    Json(body).into_response()
}
