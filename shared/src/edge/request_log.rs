//! One line for each request: operation, outcome, duration and cost. It contains no path, query, header or body.

use std::{cell::Cell, convert::identity, io::Write as _, sync::Arc, time::Instant};

use lambda_http::{Body, Request, RequestExt as _, Response, request::RequestContext};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    dynamo::metered,
    edge::{Clock, SettingsError, variable},
    kernel::{OrderId, SessionId},
};

/// The log of requests, or none.
#[derive(Clone)]
pub struct RequestLog {
    mode: Mode,
    write: Arc<dyn Fn(&str) + Send + Sync>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Off,
    Lines,
    Metrics,
}

#[derive(Clone, Copy, Default)]
struct Subjects {
    session: Option<SessionId>,
    order: Option<OrderId>,
}

tokio::task_local! {
    static SUBJECTS: Cell<Subjects>;
}

/// Adds this session to the request's line.
pub fn note_session(id: SessionId) {
    let _ = SUBJECTS.try_with(|noted| noted.set(Subjects { session: Some(id), ..noted.get() }));
}

/// Adds this order to the request's line.
pub fn note_order(id: OrderId) {
    let _ = SUBJECTS.try_with(|noted| noted.set(Subjects { order: Some(id), ..noted.get() }));
}

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    route: &'a str,
    status: u16,
    latency_ms: f64,
    request_id: &'a str,
    session_id: Option<SessionId>,
    order_id: Option<OrderId>,
    round_trips: u64,
    capacity_units: f64,
    /// CloudWatch's embedded metric format: the members named here become metrics.
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    metrics: Option<Value>,
}

impl RequestLog {
    /// Reads the environment's `REQUEST_LOG`. Writes to standard output, which Lambda stores.
    ///
    /// # Errors
    /// [`SettingsError::NoChoice`].
    pub fn from_env() -> Result<Self, SettingsError> {
        // One call for the line and its end, so that lines of other threads do not interleave.
        let write = |line: &str| drop(std::io::stdout().lock().write_all(format!("{line}\n").as_bytes()));
        Self::new(variable("REQUEST_LOG").as_deref().unwrap_or("off"), Arc::new(write))
    }

    /// Takes `off`, `lines`, or `metrics`, which is lines with metrics.
    ///
    /// # Errors
    /// [`SettingsError::NoChoice`].
    pub fn new(mode: &str, write: Arc<dyn Fn(&str) + Send + Sync>) -> Result<Self, SettingsError> {
        let mode = match mode {
            "off" => Mode::Off,
            "lines" => Mode::Lines,
            "metrics" => Mode::Metrics,
            _ => return Err(SettingsError::NoChoice("REQUEST_LOG", "off, lines, metrics")),
        };
        Ok(Self { mode, write })
    }

    /// Returns true if nothing is logged.
    pub fn is_off(&self) -> bool {
        self.mode == Mode::Off
    }

    /// Awaits the answer to a request and logs it. `asked` is created beforehand.
    pub async fn observe<E>(
        self,
        asked: Asked,
        answer: impl Future<Output = Result<Response<Body>, E>>,
    ) -> Result<Response<Body>, E> {
        // Boxed, as it is large and each wrapper would move it.
        let answer = Box::pin(answer);
        if self.is_off() {
            return answer.await;
        }
        let started = Instant::now();
        let noted = SUBJECTS.scope(Cell::default(), async {
            let answer = answer.await;
            (answer, SUBJECTS.with(Cell::get))
        });
        let ((answer, subjects), spent) = metered(noted).await;
        let line = Line {
            level: "INFO",
            route: &asked.route,
            status: answer.as_ref().map_or(500, |answer| answer.status().as_u16()),
            latency_ms: started.elapsed().as_secs_f64() * 1000.0,
            request_id: &asked.request_id,
            session_id: subjects.session,
            order_id: subjects.order,
            round_trips: spent.round_trips,
            capacity_units: spent.capacity_units,
            metrics: (self.mode == Mode::Metrics).then(metrics),
        };
        (self.write)(&serde_json::to_string(&line).map_or_else(|error| error.to_string(), identity));
        answer
    }
}

/// The request's part of a line.
pub struct Asked {
    route: String,
    request_id: String,
}

impl From<&Request> for Asked {
    fn from(request: &Request) -> Self {
        let route = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.route_key.clone(),
            _ => None,
        };
        let request_id = request.lambda_context_ref().map(|context| context.request_id.clone());
        Self { route: route.unwrap_or_default(), request_id: request_id.unwrap_or_default() }
    }
}

fn metrics() -> Value {
    let metric = |name: &str, unit: &str| json!({"Name": name, "Unit": unit});
    json!({
        "Timestamp": Clock::default().now(),
        "CloudWatchMetrics": [{
            "Namespace": "CheckoutSessions",
            "Dimensions": [["route"]],
            "Metrics": [
                metric("latency_ms", "Milliseconds"),
                metric("round_trips", "Count"),
                metric("capacity_units", "Count"),
            ],
        }],
    })
}
