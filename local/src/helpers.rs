//! Helpers for tests only: sending evidence, and moving the clock. Never part of the deployed API.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::Request,
    response::{IntoResponse as _, Json, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{App, Error, checkout::Evidence};

use tower::ServiceExt as _;

use crate::{engine::Engine, functions, gateway::refuse};

/// The helpers' context.
#[derive(Clone)]
pub(crate) struct Helpers {
    pub(crate) app: App,
    /// The embedded database, unless another is used.
    pub(crate) engine: Option<Arc<Engine>>,
    /// The API itself.
    pub(crate) api: Router,
}

impl Helpers {
    /// Moves the clock forward, and deletes items that are past their TTL then.
    pub(crate) async fn wait(&self, time: Duration) {
        self.app.clock.advance(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        if let Some(engine) = &self.engine {
            engine.delete_expired().await;
        }
    }

    async fn get_order(&self, order_id: &str) -> Response {
        let Ok(request) = Request::get(format!("/orders/{order_id}")).body(Body::empty()) else {
            return refuse(Error::OrderNotFound);
        };
        let Ok(response) = self.api.clone().oneshot(request).await;
        response
    }
}

/// `POST /test-helpers/orders/{orderId}/evidence`: sends one piece of evidence, or an array of them,
/// through `record-payment` as one batch of its queue, and answers as `GET /orders/{orderId}` does.
pub(crate) async fn record_evidence(
    State(helpers): State<Helpers>,
    Path(order_id): Path<String>,
    body: Bytes,
) -> Response {
    let pieces = match read_pieces(&body, &order_id) {
        Ok(pieces) => pieces,
        Err(error) => return refuse(error),
    };
    let failed = match deliver(&helpers.app, pieces).await {
        Ok(failed) => failed,
        Err(error) => return refuse(Error::Internal(error.into())),
    };
    let order = helpers.get_order(&order_id).await;
    match failed {
        Some(message) if order.status().is_success() => {
            refuse(Error::Unavailable(format!("record-payment could not append piece {message}").into()))
        }
        _ => order,
    }
}

/// Checks that `record-payment` can read each piece. A piece without an order gets the one in the path.
fn read_pieces(body: &[u8], order_id: &str) -> Result<Vec<Value>, Error> {
    let sent: Value = serde_json::from_slice(body).map_err(|_| Error::InvalidBody("must be valid JSON"))?;
    let mut pieces = match sent {
        Value::Array(pieces) => pieces,
        piece => vec![piece],
    };
    for (position, piece) in pieces.iter_mut().enumerate() {
        let at = format!("[{position}]");
        let members = piece.as_object_mut().ok_or_else(|| Error::invalid(&at, "must be an object"))?;
        members.entry("orderId").or_insert_with(|| order_id.into());
        Evidence::deserialize(&*piece)
            .map_err(|error| Error::invalid(&at, format!("must be evidence: {error}")))?;
    }
    Ok(pieces)
}

/// Returns the position of the first failed piece, if there is one.
pub(crate) async fn deliver(app: &App, pieces: Vec<Value>) -> Result<Option<String>, serde_json::Error> {
    let records = pieces.iter().enumerate().map(|(position, piece)| {
        json!({
            "messageId": position.to_string(),
            "receiptHandle": position.to_string(),
            "body": piece.to_string(),
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:evidence",
            "awsRegion": "us-east-1",
        })
    });
    let batch = json!({"Records": records.collect::<Vec<_>>()});
    let response = functions::record_payment(app, batch).await?;
    Ok(response.batch_item_failures.into_iter().next().and_then(|failure| failure.item_identifier))
}

/// The body of `POST /test-helpers/clock`.
#[derive(Deserialize)]
struct Advance {
    /// The shift, in seconds.
    advance: f64,
}

/// `POST /test-helpers/clock`: moves the clock forward, and deletes items that are past their TTL then.
pub(crate) async fn advance_clock(State(helpers): State<Helpers>, body: Bytes) -> Response {
    let advance = match serde_json::from_slice::<Advance>(&body) {
        Ok(Advance { advance }) if (0.0..=MAX_ADVANCE).contains(&advance) => advance,
        _ => return refuse(Error::invalid("advance", "must be a number of seconds from 0 to 3155760000")),
    };
    helpers.wait(Duration::from_secs_f64(advance)).await;
    Json(json!({"now": helpers.app.clock.now().rfc3339()})).into_response()
}

/// A century, in seconds.
const MAX_ADVANCE: f64 = 3_155_760_000.0;
