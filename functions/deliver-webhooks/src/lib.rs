//! Sends the due deliveries of the endpoints that its queue names.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use delivery::{Courier, Notification, Worker};
use lambda_runtime::{LambdaEvent, service_fn};
use shared::{App, Error, Result, edge::BatchResponse};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A missing or invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    let courier = Courier::new(App::from_env().await?)?;
    let worker = Worker::new(courier, delivery::aws::notifications_and_dead_letters().await?);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<SqsEvent>| {
        // Boxed, because the compiler gives up on types as deeply nested as this future's.
        Ok::<_, Infallible>(Box::pin(handle(&worker, event.payload)).await)
    }))
    .await
}

/// The time to continue with an endpoint that always has more. Attempts in progress then still finish before Lambda
/// ends the function.
const WORKED: Duration = Duration::from_secs(30);

/// Works on each message; a batch has one. The queue delivers a failed one again.
pub async fn handle(worker: &Worker, event: SqsEvent) -> BatchResponse {
    let mut response = BatchResponse::default();
    for message in event.records {
        if let Err(error) = deliver(worker, &message).await {
            response.fail(message.message_id, &error);
        }
    }
    response
}

async fn deliver(worker: &Worker, message: &SqsMessage) -> Result<()> {
    let body = message.body.as_deref().unwrap_or_default();
    let notification: Notification =
        serde_json::from_str(body).map_err(|error| Error::Internal(error.into()))?;
    worker.work(&notification, Instant::now() + WORKED).await
}
