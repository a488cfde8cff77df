//! A request, and the curl command that sends it again.

use reqwest::Method;

/// The API key that a request carries.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    /// That of the settings, where they have one, as `Authorization: Bearer`.
    Ours,
    /// The same, as `x-api-key`.
    OursAsHeader,
    /// None.
    None,
    /// This text, as `Authorization: Bearer`.
    Other(&'static str),
}

/// The body that a request carries.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Nothing.
    None,
    /// A text.
    Text(String),
    /// `{}` and so many spaces.
    Padded(usize),
}

/// A request to the API.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
    pub(crate) key: Key,
}

impl Request {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Body::None, key: Key::Ours }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A `POST`, of JSON unless another header says otherwise.
    pub(crate) fn post(path: impl Into<String>, body: impl ToString) -> Self {
        Self::new(Method::POST, path).body(Body::Text(body.to_string()))
    }

    pub(crate) fn body(self, body: Body) -> Self {
        Self { body, ..self }
    }

    pub(crate) fn key(self, key: Key) -> Self {
        Self { key, ..self }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The path without its query.
    pub(crate) fn route(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// The command that sends this request. It takes the API key from the environment.
    pub(crate) fn curl(&self, url: &str, has_key: bool) -> String {
        let target = quoted(&format!("{url}{}", self.path));
        let mut command = format!("curl -sS -i -X {} {target}", self.method);
        match &self.key {
            Key::Ours if has_key => command += " -H \"Authorization: Bearer $CHECKOUT_API_KEY\"",
            Key::OursAsHeader if has_key => command += " -H \"x-api-key: $CHECKOUT_API_KEY\"",
            Key::Other(key) => command += &format!(" -H {}", quoted(&format!("Authorization: Bearer {key}"))),
            _ => {}
        }
        for (name, value) in &self.headers {
            command += &format!(" -H {}", quoted(&format!("{name}: {value}")));
        }
        match &self.body {
            Body::None => command,
            Body::Text(text) => command + &format!(" --data-binary {}", quoted(text)),
            Body::Padded(spaces) => format!("printf '{{}}%{spaces}s' | {command} --data-binary @-"),
        }
    }
}

impl Body {
    /// The bytes to send.
    pub(crate) fn bytes(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) => text.clone(),
            Self::Padded(spaces) => format!("{{}}{}", " ".repeat(*spaces)),
        }
    }
}

/// A text as one word of a shell command.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_everything_but_the_key() {
        let request = Request::post("/orders", "{\"a\":\"it's\"}").header("idempotency-key", "k");
        assert_eq!(
            request.curl("https://api.example", true),
            "curl -sS -i -X POST 'https://api.example/orders' -H \"Authorization: Bearer $CHECKOUT_API_KEY\" \
             -H 'idempotency-key: k' --data-binary '{\"a\":\"it'\\''s\"}'"
        );
        let bare = Request::get("/orders/x").key(Key::None);
        assert_eq!(bare.curl("http://h", true), "curl -sS -i -X GET 'http://h/orders/x'");
        let long = Request::post("/orders", "").body(Body::Padded(9));
        assert_eq!(
            long.curl("http://h", false),
            "printf '{}%9s' | curl -sS -i -X POST 'http://h/orders' --data-binary @-"
        );
    }
}
