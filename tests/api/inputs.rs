//! Bad input of any kind gets a clear 4xx in the envelope, and nothing of it is stored. Good input of an unusual kind
//! is accepted.

mod bodies;
mod deep;
mod headers;
mod ids;
mod metadata;
mod orders;
mod payloads;
mod routes;
mod sessions;

use reqwest::Method;
use serde_json::Value;
use tests::{
    client::{Answer, Api},
    proxy::Proxy,
    scenario::Scenario,
};

/// A server that counts its calls to the database.
struct Watched {
    api: Api,
    proxy: Proxy,
}

impl Watched {
    async fn start() -> Self {
        let proxy = Proxy::start().await;
        let api = Scenario::new().behind(&proxy).start().await;
        proxy.take_operations();
        Self { api, proxy }
    }

    /// Checks that a value that breaks `rule` at `param` is refused with that message, and without a call to the
    /// database.
    async fn refuses(&self, path: &str, body: &Value, param: &str, rule: &str) {
        let answer = self.api.post(path, body).await;
        let error = answer.refused(400, "invalid_field");
        assert_eq!(error["param"], param, "{body}: {}", answer.text);
        assert!(answer.message().starts_with(&format!("{param} ")), "{body}: {}", answer.text);
        assert!(answer.message().contains(rule), "{body} should break \"{rule}\": {}", answer.text);
        self.heard_nothing(body);
    }

    /// Checks that a request with this body is refused as a whole.
    async fn refuses_body(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
        status: u16,
        code: &str,
    ) -> Answer {
        let answer = self.api.send(Method::POST, path, body).await;
        assert!(answer.refused(status, code)["param"].is_null(), "{}", answer.text);
        self.heard_nothing(path);
        answer
    }

    #[track_caller]
    fn heard_nothing(&self, of: impl std::fmt::Display) {
        let operations = self.proxy.take_operations();
        assert!(operations.is_empty(), "{of} reached the database: {operations:?}");
    }
}

/// The answer's text as it came, without [`Api`]'s checks of every answer: a JSON tree could not hold it.
async fn raw_text(api: &Api, method: Method, path: &str, body: String) -> String {
    let request = reqwest::Client::new().request(method, format!("{}{path}", api.server.url)).body(body);
    request.send().await.expect("an answer").text().await.expect("a whole answer")
}
