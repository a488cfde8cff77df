//! Applies evidence from the queue to orders and their sessions: the only writer of an order's progress.

use std::convert::Infallible;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use futures_util::future::join_all;
use lambda_runtime::{LambdaEvent, service_fn};
use shared::{
    App, Error, Result,
    checkout::{Appended, Evidence},
    edge::BatchResponse,
};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let app = App::from_env().await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Infallible>(handle(&app, event.payload).await)
    }))
    .await
}

/// Appends each message's evidence by itself, all at the same time. A failed message is reported alone: the queue
/// delivers it again, and after some tries moves it to the dead-letter queue. The others are done.
pub async fn handle(app: &App, event: SqsEvent) -> BatchResponse {
    let outcomes = join_all(event.records.iter().map(|message| apply(app, message))).await;
    let mut response = BatchResponse::default();
    for (message, outcome) in event.records.into_iter().zip(outcomes) {
        if let Err(error) = outcome {
            response.fail(message.message_id, &error);
        }
    }
    response
}

/// The position of the error in the message, without its content.
fn unreadable(error: &serde_json::Error) -> Error {
    let (kind, line, column) = (error.classify(), error.line(), error.column());
    Error::Internal(
        format!("the evidence cannot be read: {kind:?} error at line {line} column {column}").into(),
    )
}

async fn apply(app: &App, message: &SqsMessage) -> Result<()> {
    let body = message.body.as_deref().unwrap_or_default();
    let evidence: Evidence = serde_json::from_str(body).map_err(|error| unreadable(&error))?;
    match app.checkout.append(&evidence, app.clock.now()).await? {
        Appended::Now | Appended::Before => Ok(()),
        Appended::NoSuchOrder => Err(Error::OrderNotFound),
    }
}
