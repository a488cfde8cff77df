//! The functions that send: to merchants' webhook endpoints, and to queues.

use shared::{
    bundle::{Error, run},
    functions,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(&functions![
        create_webhook_endpoint,
        deliver_webhooks,
        publish_events,
        queue_deliveries,
        redeliver_webhook,
        retry_deliveries,
        test_webhook_endpoint,
        update_webhook_endpoint,
    ])
    .await
}
