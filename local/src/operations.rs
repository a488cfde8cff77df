//! The registry of the API's operations. The local server serves these, and `tests/api/operations.rs` compares them
//! with the template, `openapi.yaml`, the routes of `cargo lambda watch` and the sample events. A new operation is one
//! line here.

use std::{convert::Infallible, future::Future, pin::Pin};

use delivery::Courier;
use lambda_http::{
    Adapter, Body, Context, LambdaEvent, Request, Response, Service as _, request::LambdaRequest, service_fn,
};
use serde_json::Value;
use shared::{App, edge::tidy};

/// A function that calls `handle` through `lambda_http`, as its own `main` does.
macro_rules! function {
    ($handle:path) => {
        |context, event| {
            Box::pin(invoke(event, move |request| {
                let app = context.app.clone();
                async move { $handle(&app, &request).await }
            }))
        }
    };
    (sending $handle:path) => {
        |context, event| {
            Box::pin(invoke(event, move |request| {
                let FunctionContext { app, courier } = context.clone();
                async move { $handle(&app, &courier, &request).await }
            }))
        }
    };
}

macro_rules! operation {
    ($name:literal, $method:literal, $path:literal, $($handle:tt)+) => {
        Operation { name: $name, method: $method, path: $path, function: function!($($handle)+) }
    };
}

/// An operation of the API.
#[derive(Clone, Copy)]
pub struct Operation {
    /// Its name: that of its crate, of its `Handler` in the template, of its `operationId` and of its sample event.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with parameters in braces.
    pub path: &'static str,
    pub(crate) function: HttpFunction,
}

/// The operations.
#[rustfmt::skip]
pub const OPERATIONS: &[Operation] = &[
    operation!("create-session", "POST", "/checkout-sessions", create_session::handle),
    operation!("list-sessions", "GET", "/checkout-sessions", list_sessions::handle),
    operation!("get-session", "GET", "/checkout-sessions/{sessionId}", get_session::handle),
    operation!("expire-session", "POST", "/checkout-sessions/{sessionId}/expire", expire_session::handle),
    operation!("checkout-page", "GET", "/checkout/{sessionId}", checkout_page::handle),
    operation!("choose-payment", "POST", "/checkout/{sessionId}", choose_payment::handle),
    operation!("create-order", "POST", "/orders", create_order::handle),
    operation!("list-orders", "GET", "/orders", list_orders::handle),
    operation!("get-order", "GET", "/orders/{orderId}", get_order::handle),
    operation!("payment-options", "GET", "/payment-options", payment_options::handle),
    operation!("list-events", "GET", "/events", list_events::handle),
    operation!("create-webhook-endpoint", "POST", "/webhook-endpoints", create_webhook_endpoint::handle),
    operation!("list-webhook-endpoints", "GET", "/webhook-endpoints", list_webhook_endpoints::handle),
    operation!("get-webhook-endpoint", "GET", "/webhook-endpoints/{endpointId}", get_webhook_endpoint::handle),
    operation!("update-webhook-endpoint", "PATCH", "/webhook-endpoints/{endpointId}", update_webhook_endpoint::handle),
    operation!("delete-webhook-endpoint", "DELETE", "/webhook-endpoints/{endpointId}", delete_webhook_endpoint::handle),
    operation!("rotate-webhook-secret", "POST", "/webhook-endpoints/{endpointId}/rotate-secret", rotate_webhook_secret::handle),
    operation!("list-webhook-deliveries", "GET", "/webhook-endpoints/{endpointId}/deliveries", list_webhook_deliveries::handle),
    operation!("test-webhook-endpoint", "POST", "/webhook-endpoints/{endpointId}/test", sending test_webhook_endpoint::handle),
    operation!("redeliver-webhook", "POST", "/webhook-endpoints/{endpointId}/deliveries/{deliveryId}/redeliver", sending redeliver_webhook::handle),
];

/// Answers all requests without an operation: API Gateway's `$default` route.
pub(crate) const NOT_FOUND: Operation = operation!("not-found", "ANY", "$default", not_found_without_app);

/// Calls a function behind the API: API Gateway's event in, the function's answer out.
pub(crate) type HttpFunction = fn(FunctionContext, Value) -> Answering;

/// The app and the courier for functions.
#[derive(Clone)]
pub(crate) struct FunctionContext {
    pub(crate) app: App,
    pub(crate) courier: Courier,
}

type Answering = Pin<Box<dyn Future<Output = Result<Value, serde_json::Error>> + Send>>;

/// `not-found` needs no app.
async fn not_found_without_app(_: &App, request: &Request) -> Response<Body> {
    not_found::handle(request)
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
