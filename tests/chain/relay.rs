//! A node in front of the development chain, which answers some questions in its own way.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// A node's reply to a question.
pub(crate) enum Reply {
    /// The chain's own answer.
    Chain,
    /// This result.
    Result(Value),
    /// A refusal.
    Refusal,
    /// Nothing that can be used.
    Nothing,
}

type Habit = Box<dyn Fn(&str, &Value) -> Reply + Send>;

pub(crate) struct Relay {
    pub(crate) url: String,
    habit: Arc<Mutex<Habit>>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Node {
    chain: String,
    habit: Arc<Mutex<Habit>>,
    http: reqwest::Client,
}

impl Relay {
    /// A node that is honest until it is told otherwise.
    pub(crate) async fn start(chain: &str) -> Self {
        let habit: Arc<Mutex<Habit>> = Arc::new(Mutex::new(Box::new(|_, _| Reply::Chain)));
        // A connection for each question: none is kept that the chain might close just then.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let node = Node { chain: chain.to_owned(), habit: Arc::clone(&habit), http };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(answer)).with_state(node);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, habit, task }
    }

    /// From now on this is how it answers.
    pub(crate) fn answer_by(&self, habit: impl Fn(&str, &Value) -> Reply + Send + 'static) {
        *self.habit.lock().unwrap() = Box::new(habit);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(node): State<Node>, Json(question): Json<Value>) -> (StatusCode, Json<Value>) {
    let reply = (node.habit.lock().unwrap())(question["method"].as_str().unwrap(), &question["params"]);
    let mut answer = json!({"jsonrpc": "2.0", "id": question["id"]});
    match reply {
        Reply::Chain => {
            let passed_on = node.http.post(&node.chain).json(&question).send().await.unwrap();
            answer = passed_on.json().await.unwrap();
        }
        Reply::Result(result) => answer["result"] = result,
        Reply::Refusal => {
            answer["error"] = json!({"code": -32005, "message": "query exceeds max block range"})
        }
        Reply::Nothing => return (StatusCode::INTERNAL_SERVER_ERROR, Json(json!("busy"))),
    }
    (StatusCode::OK, Json(answer))
}
