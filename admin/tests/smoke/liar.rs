//! A proxy before an honest server, which changes requests on their way in and answers on their way out.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderName, Method, StatusCode, header::AUTHORIZATION},
    response::Response,
};
use serde_json::{Value, value::RawValue};
use tokio::{net::TcpListener, task::JoinHandle};

/// A request as it came, and as it is passed on.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// An answer on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// The knowledge that a liar has beside the request.
pub(crate) struct Knowledge {
    /// A key of the server's.
    pub(crate) key: Option<String>,
    /// Counts of things that have happened.
    pub(crate) counts: Mutex<HashMap<String, usize>>,
}

/// One lie.
#[derive(Clone, Copy)]
pub(crate) enum Lie {
    /// None: the honest proxy.
    None,
    /// Changes requests.
    In(fn(&Knowledge, &mut Ask)),
    /// Changes answers.
    Out(fn(&Knowledge, &Ask, &mut Reply)),
}

pub(crate) struct Liar {
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

struct Proxy {
    target: String,
    http: reqwest::Client,
    lie: Lie,
    knowledge: Knowledge,
}

/// Headers of one connection, which the next one sets itself.
const OF_THE_CONNECTION: [&str; 5] = ["host", "content-length", "connection", "transfer-encoding", "date"];

impl Liar {
    pub(crate) async fn start(target: &str, key: Option<String>, lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let knowledge = Knowledge { key, counts: Mutex::default() };
        let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let proxy = Arc::new(Proxy { target: target.to_owned(), http, lie, knowledge });
        let router = Router::new().fallback(pass).with_state(proxy);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, serving }
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: axum::extract::Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_else(|_| Bytes::new());
    let mut ask = Ask {
        method: head.method,
        path: head.uri.path_and_query().unwrap().to_string(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    for name in OF_THE_CONNECTION {
        ask.headers.remove(name);
    }
    if let Lie::In(lie) = proxy.lie {
        lie(&proxy.knowledge, &mut ask);
    }
    let mut reply = proxy.forward(&ask).await;
    if let Lie::Out(lie) = proxy.lie {
        lie(&proxy.knowledge, &ask, &mut reply);
    }
    let mut response = Response::new(Body::from(reply.text));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    *response.headers_mut() = reply.headers;
    response
}

impl Proxy {
    async fn forward(&self, ask: &Ask) -> Reply {
        let url = format!("{}{}", self.target, ask.path);
        let request = self.http.request(ask.method.clone(), url).headers(ask.headers.clone());
        let answer = request.body(ask.body.clone()).send().await.unwrap();
        let (status, mut headers) = (answer.status().as_u16(), answer.headers().clone());
        for name in OF_THE_CONNECTION {
            headers.remove(name);
        }
        Reply { status, headers, text: answer.text().await.unwrap() }
    }
}

impl Knowledge {
    /// Counts this once more; how often it has happened now.
    pub(crate) fn count(&self, what: &str) -> usize {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(what.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// True if this has happened.
    pub(crate) fn has_counted(&self, what: &str) -> bool {
        self.counts.lock().unwrap().contains_key(what)
    }
}

impl Ask {
    /// True for a request with this method, of a path that begins so.
    pub(crate) fn is(&self, method: Method, start: &str) -> bool {
        self.method == method && self.path.starts_with(start)
    }

    /// True if it carries no API key.
    pub(crate) fn has_no_key(&self) -> bool {
        !self.headers.contains_key(AUTHORIZATION) && !self.headers.contains_key("x-api-key")
    }

    /// Carries this key from now on.
    pub(crate) fn use_key(&mut self, key: Option<&str>) {
        let value = format!("Bearer {}", key.unwrap_or_default()).parse().unwrap();
        self.headers.insert(AUTHORIZATION, value);
    }

    /// Changes the body, where it is an object.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let Ok(mut body) = serde_json::from_str::<Value>(&self.body) else { return };
        if body.is_object() {
            change(&mut body);
            self.body = body.to_string();
        }
    }
}

impl Reply {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// True for a refusal with this code.
    pub(crate) fn refuses(&self, code: &str) -> bool {
        self.body()["error"]["code"] == code
    }

    /// Changes the value that these names lead to, if there is one; the rest of the text stays to the byte.
    pub(crate) fn edit(&mut self, path: &[&str], change: impl FnOnce(&mut Value)) {
        let Some((start, old)) = find(&self.text, path) else { return };
        let (mut value, end): (Value, _) = (serde_json::from_str(old).unwrap(), start + old.len());
        change(&mut value);
        self.text.replace_range(start..end, &value.to_string());
    }

    /// Changes the list that these names lead to, whose items stay to the byte.
    pub(crate) fn edit_list(&mut self, path: &[&str], change: impl FnOnce(&mut Vec<String>)) {
        let Some((start, old)) = find(&self.text, path) else { return };
        let items: Vec<&RawValue> = serde_json::from_str(old).unwrap();
        let (mut items, end) = (items.iter().map(ToString::to_string).collect(), start + old.len());
        change(&mut items);
        self.text.replace_range(start..end, &format!("[{}]", items.join(",")));
    }

    /// Answers as if this had been a success.
    pub(crate) fn succeed(&mut self, message: &str, data: &Value) {
        self.status = 200;
        self.text = format!(r#"{{"success":true,"message":"{message}","data":{data},"statusCode":200}}"#);
    }

    /// Answers with another status, there and in the envelope.
    pub(crate) fn turn_into(&mut self, status: u16) {
        self.status = status;
        self.edit(&["statusCode"], |value| *value = status.into());
    }

    pub(crate) fn remove_headers(&mut self, start: &str) {
        let names: Vec<HeaderName> = self.headers.keys().cloned().collect();
        for name in names.into_iter().filter(|name| name.as_str().starts_with(start)) {
            self.headers.remove(name);
        }
    }
}

/// The text of the value that these names lead to, and where it begins.
fn find<'a>(text: &'a str, path: &[&str]) -> Option<(usize, &'a str)> {
    let value = path.iter().try_fold(text, |object, name| {
        let members: HashMap<String, &RawValue> = serde_json::from_str(object).ok()?;
        members.get(*name).map(|value| value.get())
    })?;
    Some((value.as_ptr().addr() - text.as_ptr().addr(), value))
}
