//! A browser without a script, for the hosted page.

use reqwest::{
    Method, StatusCode,
    header::{self, HeaderMap, HeaderName},
    redirect::Policy,
};
use serde_json::Value;

use crate::client::{Api, http_client};

/// A browser that follows no redirect by itself, so that tests see each answer.
pub struct Browser {
    http: reqwest::Client,
    url: String,
}

/// An answer, whatever its form.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// The header that navigations of browsers have.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

impl Browser {
    pub fn new(api: &Api) -> Self {
        let http = http_client(|builder| builder.redirect(Policy::none()));
        Self { http, url: api.server.url.clone() }
    }

    pub async fn send(&self, method: Method, path: &str, body: &str, headers: &[(&str, &str)]) -> Page {
        let mut sent = HeaderMap::from_iter([(header::ACCEPT, ACCEPT.parse().unwrap())]);
        for (name, value) in headers {
            sent.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let request = self.http.request(method, format!("{}{path}", self.url)).headers(sent);
        let response = request.body(body.to_owned()).send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Page { status, headers, bytes: response.bytes().await.expect("a whole answer").to_vec() }
    }

    /// Opens a session's page.
    pub async fn open(&self, session: &str) -> Page {
        self.get(session, "", &[]).await
    }

    pub async fn get(&self, session: &str, query: &str, headers: &[(&str, &str)]) -> Page {
        self.send(Method::GET, &format!("/checkout/{session}{query}"), "", headers).await
    }

    /// Sends the form, as the page's own does.
    pub async fn choose(&self, session: &str, option: &str) -> Page {
        let same = [("sec-fetch-site", "same-origin"), ("origin", "null")];
        self.choose_with(session, option, &same).await
    }

    pub async fn choose_with(&self, session: &str, option: &str, headers: &[(&str, &str)]) -> Page {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers: Vec<_> = headers.iter().copied().chain([form]).collect();
        let body = format!("option={}", option.replace(':', "%3A"));
        self.send(Method::POST, &format!("/checkout/{session}"), &body, &headers).await
    }

    /// Follows a redirect to a page beside this one.
    pub async fn follow(&self, page: &Page) -> Page {
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        let location = page.header("location").strip_prefix("./").expect("a relative link");
        self.send(Method::GET, &format!("/checkout/{location}"), "", &[]).await
    }
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).expect("UTF-8")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }

    /// The page's sentences, without the elements that isolate values in them.
    #[track_caller]
    pub fn says(&self, sentence: &str) {
        let text = self.text().replace("<bdi dir=\"ltr\">", "").replace("<bdi>", "").replace("</bdi>", "");
        assert!(text.contains(sentence), "{sentence} is not in {text}");
    }

    /// The facts that the page's script reads.
    pub fn facts(&self) -> Value {
        let text = self.text();
        let (_, facts) = text.split_once("<script type=\"application/json\" id=\"checkout\">").unwrap();
        serde_json::from_str(facts.split("</script>").next().unwrap()).unwrap()
    }
}
