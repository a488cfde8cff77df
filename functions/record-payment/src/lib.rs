//! Applies evidence from the queue to orders and their sessions: the only writer of an order's progress.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use shared::{App, Error, Result, http, model::Evidence};

/// Applies each message by itself. One that fails is reported alone: the queue delivers it again, and
/// after some tries moves it to the dead-letter queue, while the others are done.
pub async fn handle(app: &App, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if let Err(error) = record(app, &message).await {
            let id = message.message_id.unwrap_or_default();
            http::log_failure(&id, &error);
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            response.batch_item_failures.push(failure);
        }
    }
    response
}

async fn record(app: &App, message: &SqsMessage) -> Result<()> {
    let body = message.body.as_deref().unwrap_or_default();
    let evidence: Evidence = serde_json::from_str(body).map_err(|error| Error::Internal(error.into()))?;
    app.store.record(&evidence, app.clock.now()).await
}
