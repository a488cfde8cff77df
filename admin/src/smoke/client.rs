//! Sends requests, and holds every answer to the envelope.

use std::{
    iter,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Method, redirect::Policy};

use crate::smoke::{
    answer::Answer,
    failure::Failure,
    raw,
    request::{Key, Request},
    settings::{CannotRun, Settings},
};

/// Speaks to one server.
pub(crate) struct Client {
    url: String,
    api_key: Option<String>,
    http: reqwest::Client,
    answers: AtomicUsize,
    envelope_faults: Mutex<Vec<Failure>>,
}

/// A request that no answer came to.
#[derive(Debug)]
pub(crate) struct NoAnswer {
    pub(crate) request: String,
    pub(crate) cause: String,
}

/// Pauses before a request is sent again that API Gateway has turned away.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self, CannotRun> {
        // An error says that a provider has been chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = settings.url.trim_end_matches('/').to_owned();
        let mut builder = reqwest::Client::builder().timeout(settings.timeout).redirect(Policy::none());
        if url.starts_with("http://") {
            // Reading the machine's certificates takes a while, and none is needed.
            builder = builder.tls_certs_only([]);
        }
        Ok(Self {
            url,
            api_key: settings.api_key.clone(),
            http: builder.build().map_err(CannotRun::Client)?,
            answers: AtomicUsize::new(0),
            envelope_faults: Mutex::default(),
        })
    }

    pub(crate) fn has_key(&self) -> bool {
        self.api_key.is_some()
    }

    /// Sends a request; again after a pause where API Gateway turned it away, as `openapi.yaml` asks of clients.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, NoAnswer> {
        for pause in PAUSES {
            let answer = self.send_once(request).await?;
            if !is_turned_away(&answer) {
                return Ok(self.checked(request, answer));
            }
            tokio::time::sleep(pause).await;
        }
        let answer = self.send_once(request).await?;
        Ok(self.checked(request, answer))
    }

    async fn send_once(&self, request: &Request) -> Result<Answer, NoAnswer> {
        let command = request.curl(&self.url, self.has_key());
        let no_answer = |error: reqwest::Error| NoAnswer { request: command.clone(), cause: causes(&error) };
        let url = format!("{}{}", self.url, request.path);
        let mut outgoing = self.http.request(request.method.clone(), url).body(request.body.bytes());
        for (name, value) in &request.headers {
            outgoing = outgoing.header(*name, value);
        }
        outgoing = match (&request.key, &self.api_key) {
            (Key::Ours, Some(key)) => outgoing.bearer_auth(key),
            (Key::OursAsHeader, Some(key)) => outgoing.header("x-api-key", key),
            (Key::Other(key), _) => outgoing.bearer_auth(key),
            _ => outgoing,
        };
        let response = outgoing.send().await.map_err(no_answer)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(no_answer)?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Answer { status, headers, text, body, request: command })
    }

    /// Notes where an answer lacks part of the envelope. A preflight is answered without one.
    fn checked(&self, request: &Request, answer: Answer) -> Answer {
        self.answers.fetch_add(1, Ordering::Relaxed);
        let fault = answer.envelope_fault().filter(|_| request.method != Method::OPTIONS);
        lock(&self.envelope_faults).extend(fault.map(|rule| answer.failure(rule)));
        answer
    }

    /// The number of answers so far, and those whose envelope is wrong.
    pub(crate) fn envelopes(&self) -> (usize, Vec<Failure>) {
        (self.answers.load(Ordering::Relaxed), lock(&self.envelope_faults).clone())
    }
}

/// A lock that nobody leaves broken: what it holds is whole between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// True if API Gateway has answered instead of the API: above a rate limit, or since the function could not be run.
fn is_turned_away(answer: &Answer) -> bool {
    [429, 500, 503].contains(&answer.status) && raw::names_at(&answer.text, &[]) == ["message"]
}

fn causes(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer within the time limit".to_owned();
    }
    let error: &dyn std::error::Error = error;
    let last = iter::successors(error.source(), |cause| cause.source()).last();
    last.map_or_else(|| error.to_string(), ToString::to_string)
}
