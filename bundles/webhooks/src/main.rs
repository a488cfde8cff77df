//! The functions that send: to merchants' webhook endpoints, and to queues.

use shared::{
    edge::bundle::{Error, run},
    functions,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(&functions![
        "create-webhook-endpoint" => create_webhook_endpoint::run,
        "deliver-webhooks" => deliver_webhooks::run,
        "publish-events" => publish_events::run,
        "queue-deliveries" => queue_deliveries::run,
        "redeliver-webhook" => redeliver_webhook::run,
        "retry-deliveries" => retry_deliveries::run,
        "test-webhook-endpoint" => test_webhook_endpoint::run,
        "update-webhook-endpoint" => update_webhook_endpoint::run,
    ])
    .await
}
