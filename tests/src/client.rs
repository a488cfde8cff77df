//! A server with tables of its own, and a client that speaks to it as merchants do.

use std::{fmt, ops::Deref, time::Duration};

use local::Server;
use regex::Regex;
use reqwest::{
    Method, StatusCode,
    header::{self, HeaderMap},
};
use serde_json::{Value, json};
use shared::{
    edge::random_bits,
    kernel::Owner,
    keys::{ApiKey, ApiKeyText, Scope},
};

pub const USDC: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
pub const SHOP: &str = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";
pub const BUYER: &str = "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1";

pub struct Api {
    pub server: Server,
    http: reqwest::Client,
}

/// The data of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session(pub Value);

/// The data of an order, with its transactions.
#[derive(Debug, Clone, PartialEq)]
pub struct Order(pub Value);

/// An answer whose envelope has been checked.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Api {
    /// A client of a server that runs already.
    pub fn of(server: Server) -> Self {
        Self { server, http: http(HeaderMap::new()) }
    }

    /// Creates an API key, which expires after `lifetime` milliseconds if that is given.
    pub async fn make_key(&self, owner: &str, scope: Scope, lifetime: Option<i64>) -> String {
        let text = ApiKeyText::new(random_bits(), [random_bits(), random_bits()]);
        let owner = Owner::parse(owner).unwrap();
        let key = ApiKey::new(&text, owner, scope, lifetime, self.server.app.clock.now());
        self.server.app.keys.add_api_key(&key).await.unwrap();
        text.reveal()
    }

    /// Sends all requests from now on with this key, or none.
    pub fn use_key(&mut self, key: Option<&str>) {
        let bearer = key.map(|key| (header::AUTHORIZATION, format!("Bearer {key}").parse().unwrap()));
        self.http = http(HeaderMap::from_iter(bearer));
    }

    pub async fn send(&self, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.send_with(method, path, body, HeaderMap::new()).await
    }

    pub async fn send_with(
        &self,
        method: Method,
        path: &str,
        body: impl Into<reqwest::Body>,
        headers: HeaderMap,
    ) -> Answer {
        let url = format!("{}{path}", self.server.url);
        let response =
            self.http.request(method, url).headers(headers).body(body).send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a whole answer");
        let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"));
        Answer { status, headers, body, text }.check_envelope()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body.to_string()).await
    }

    pub async fn create_session(&self) -> String {
        self.post("/checkout-sessions", &json!({})).await.ok()["id"].as_str().unwrap().to_owned()
    }

    pub async fn create_order(&self, session: Option<&str>) -> Answer {
        self.post("/orders", &order(session)).await
    }

    /// Creates a session with an order; returns their ids.
    pub async fn create_linked(&self) -> (String, String) {
        let session = self.create_session().await;
        let order = self.create_order(Some(&session)).await.ok()["id"].as_str().unwrap().to_owned();
        (session, order)
    }

    pub async fn session(&self, id: &str) -> Session {
        Session(self.get(&format!("/checkout-sessions/{id}")).await.ok())
    }

    pub async fn order(&self, id: &str) -> Order {
        Order(self.get(&format!("/orders/{id}")).await.ok())
    }

    pub async fn expire(&self, id: &str) -> Answer {
        self.post(&format!("/checkout-sessions/{id}/expire"), &json!({})).await
    }

    /// Sends one piece of evidence, or several.
    pub async fn tell(&self, order: &str, evidence: &Value) -> Answer {
        self.post(&format!("/test-helpers/orders/{order}/evidence"), evidence).await
    }

    pub async fn advance_clock(&self, seconds: f64) {
        let url = format!("{}/test-helpers/clock", self.server.url);
        let response =
            self.http.post(url).body(json!({"advance": seconds}).to_string()).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
    }

    /// The time that the functions see, in milliseconds.
    pub fn now(&self) -> i64 {
        self.server.app.clock.now().millis()
    }

    /// A deposit of `amount` base units of the order's token, on time.
    pub fn deposit(&self, id: &str, amount: u64) -> Value {
        deposit(id, amount, self.now() - 1000)
    }
}

fn http(mut headers: HeaderMap) -> reqwest::Client {
    // The hosted page's endpoints have other forms of answers.
    headers.insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
    http_client(|builder| builder.timeout(Duration::from_secs(60)).default_headers(headers))
}

/// A client for plain HTTP. Another crate makes reqwest use the process's TLS provider, so one has to be chosen.
pub(crate) fn http_client(
    configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> reqwest::Client {
    // An error means that one has been chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Reading the machine's certificates takes longer than many tests do.
    configure(reqwest::Client::builder().tls_certs_only([])).build().unwrap()
}

impl Answer {
    /// The data of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.body["data"].clone()
    }

    /// The `error` of a refusal with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status.as_u16(), self.body["error"]["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        self.body["error"].clone()
    }

    /// The whole answer with placeholders for what differs from run to run: ids, times, and addresses of ids.
    pub fn scrubbed(&self) -> Value {
        let mut text = self.text.clone();
        for (pattern, placeholder) in [
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[id]"),
            (r#"\d{4}-\d\d-\d\dT[0-9:.]+Z"#, "[time]"),
            (r#""globalAddress":"[^"]*""#, r#""globalAddress":"[address]""#),
            (r"\b\d{13}\b", r#""[millis]""#),
            (r"http://127.0.0.1:\d+", "[server]"),
        ] {
            text = Regex::new(pattern).unwrap().replace_all(&text, placeholder).into_owned();
        }
        serde_json::from_str(&text).unwrap()
    }

    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap()
    }

    /// Checks the contract's envelope, which every answer has.
    fn check_envelope(self) -> Self {
        let success = self.status.is_success();
        assert_eq!(self.headers["content-type"], "application/json", "{}", self.text);
        let cacheable = success && self.message() == "Payment options retrieved";
        let caching = if cacheable { "public, max-age=300" } else { "no-store" };
        assert_eq!(self.headers["cache-control"], caching, "{}", self.text);
        assert_eq!(self.body["statusCode"], self.status.as_u16(), "{}", self.text);
        assert_eq!(self.body["success"], success, "{}", self.text);
        assert!(!self.message().is_empty(), "{}", self.text);
        assert_eq!(self.body.get("data").is_some(), success, "{}", self.text);
        assert_eq!(self.body.get("error").is_none(), success, "{}", self.text);
        self
    }
}

/// The seeds' swap order: one USDC on Base.
pub fn order(session: Option<&str>) -> Value {
    json!({
        "recipientAddress": SHOP,
        "srcChain": 8453,
        "dstChain": 8453,
        "srcTokenAddress": USDC,
        "dstTokenAddress": USDC,
        "srcAmount": "1000000",
        "type": "swap",
        "payload": {"expectedDstAmount": "1000000"},
        "checkoutSessionId": session,
    })
}

pub fn deposit(id: &str, amount: u64, occurred_at: i64) -> Value {
    json!({
        "id": id, "kind": "deposit", "occurredAt": occurred_at, "chain": 8453, "txHash": format!("0x{id}"),
        "from": BUYER, "token": USDC, "amount": amount.to_string(),
    })
}

pub fn executed(id: &str, occurred_at: i64) -> Value {
    json!({
        "id": id, "kind": "executed", "occurredAt": occurred_at, "chain": 8453, "txHash": format!("0x{id}"),
        "amount": "1000000",
    })
}

impl Session {
    pub fn status(&self) -> &str {
        self["status"].as_str().unwrap()
    }

    /// The order's id; `None` before there is one.
    pub fn order_id(&self) -> Option<&str> {
        self["order_id"].as_str()
    }

    /// The order's status; `None` before there is one.
    pub fn order_status(&self) -> Option<&str> {
        self["order_status"].as_str()
    }

    pub fn expired_reason(&self) -> Option<&str> {
        self["expired_reason"].as_str()
    }
}

impl Order {
    pub fn status(&self) -> &str {
        self["order"]["status"].as_str().unwrap()
    }
}

impl Deref for Session {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl Deref for Order {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
