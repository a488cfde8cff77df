//! The functions, called as Lambda calls them: an event in, an answer out, both JSON.

use std::{convert::Infallible, future::Future, pin::Pin};

use aws_lambda_events::{
    dynamodb,
    sqs::{SqsBatchResponse, SqsEvent},
    streams::DynamoDbEventResponse,
};
use delivery::{Courier, DeliveryQueue};
use lambda_http::{
    Adapter, Body, Context, LambdaEvent, Request, Response, Service as _, request::LambdaRequest, service_fn,
};
use publish_events::{Batch, BatchResponse, Retries};
use serde_json::Value;
use shared::{App, edge::tidy};

use crate::policies::acting_as;

/// Calls a function behind the API: API Gateway's event in, the function's answer to it out.
pub(crate) type HttpFunction = fn(Means, Value) -> Answering;

/// What functions work with.
#[derive(Clone)]
pub(crate) struct Means {
    pub(crate) app: App,
    pub(crate) courier: Courier,
}

type Answering = Pin<Box<dyn Future<Output = Result<Value, serde_json::Error>> + Send>>;

/// A function that takes `handle` through `lambda_http`, as its own `main` does.
macro_rules! function {
    ($handle:path) => {
        |means, event| {
            Box::pin(invoke(event, move |request| {
                let app = means.app.clone();
                async move { $handle(&app, &request).await }
            }))
        }
    };
    (sending $handle:path) => {
        |means, event| {
            Box::pin(invoke(event, move |request| {
                let Means { app, courier } = means.clone();
                async move { $handle(&app, &courier, &request).await }
            }))
        }
    };
}

/// The function that the template calls `name`.
pub(crate) fn http_function(name: &str) -> Option<HttpFunction> {
    Some(match name {
        "create-session" => function!(create_session::handle),
        "get-session" => function!(get_session::handle),
        "expire-session" => function!(expire_session::handle),
        "create-order" => function!(create_order::handle),
        "create-webhook-endpoint" => function!(create_webhook_endpoint::handle),
        "delete-webhook-endpoint" => function!(delete_webhook_endpoint::handle),
        "get-order" => function!(get_order::handle),
        "get-webhook-endpoint" => function!(get_webhook_endpoint::handle),
        "list-events" => function!(list_events::handle),
        "list-orders" => function!(list_orders::handle),
        "list-sessions" => function!(list_sessions::handle),
        "list-webhook-deliveries" => function!(list_webhook_deliveries::handle),
        "list-webhook-endpoints" => function!(list_webhook_endpoints::handle),
        "redeliver-webhook" => function!(sending redeliver_webhook::handle),
        "rotate-webhook-secret" => function!(rotate_webhook_secret::handle),
        "test-webhook-endpoint" => function!(sending test_webhook_endpoint::handle),
        "update-webhook-endpoint" => function!(update_webhook_endpoint::handle),
        "not-found" => function!(not_found_without_app),
        _ => return None,
    })
}

/// `not-found` needs nothing of what the others share.
async fn not_found_without_app(_: &App, request: &Request) -> Response<Body> {
    not_found::handle(request)
}

/// Calls `record-payment` with a batch of its queue's messages.
pub(crate) async fn record_payment(app: &App, batch: Value) -> Result<SqsBatchResponse, serde_json::Error> {
    let event: SqsEvent = serde_json::from_value(batch)?;
    Ok(acting_as("record-payment", record_payment::handle(app, event)).await)
}

/// Calls `publish-events` with a batch of its streams' records, or of its queue's messages.
pub(crate) async fn publish_events(
    app: &App,
    retries: &dyn Retries,
    batch: Value,
) -> Result<BatchResponse, serde_json::Error> {
    let publish = publish_events::handle(app, retries, Batch::parse(batch)?);
    Ok(acting_as("publish-events", publish).await)
}

/// Calls `queue-deliveries` with a batch of its stream's records.
pub(crate) async fn queue_deliveries(
    app: &App,
    queue: &dyn DeliveryQueue,
    batch: Value,
) -> Result<DynamoDbEventResponse, serde_json::Error> {
    let event: dynamodb::Event = serde_json::from_value(batch)?;
    Ok(acting_as("queue-deliveries", queue_deliveries::handle(app, queue, event)).await)
}

async fn invoke<F, Answer>(event: Value, handle: F) -> Result<Value, serde_json::Error>
where
    F: Fn(Request) -> Answer + Send,
    Answer: Future<Output = Response<Body>> + Send,
{
    let request_id = event.pointer("/requestContext/requestId").and_then(Value::as_str).unwrap_or_default();
    let mut context = Context::default();
    context.request_id = request_id.to_owned();
    let request: LambdaRequest = serde_json::from_value(event)?;
    let handled = service_fn(|request| {
        let answer = handle(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    let Ok(answer) = Adapter::from(handled).call(tidy(LambdaEvent::new(request, context))).await;
    serde_json::to_value(answer)
}
