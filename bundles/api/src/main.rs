//! The functions that need only DynamoDB.

use shared::{
    edge::bundle::{Error, run},
    functions,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(&functions![
        "create-order" => create_order::run,
        "create-session" => create_session::run,
        "delete-webhook-endpoint" => delete_webhook_endpoint::run,
        "expire-overdue" => expire_overdue::run,
        "expire-session" => expire_session::run,
        "get-order" => get_order::run,
        "get-session" => get_session::run,
        "get-webhook-endpoint" => get_webhook_endpoint::run,
        "list-events" => list_events::run,
        "list-orders" => list_orders::run,
        "list-sessions" => list_sessions::run,
        "list-webhook-deliveries" => list_webhook_deliveries::run,
        "list-webhook-endpoints" => list_webhook_endpoints::run,
        "not-found" => not_found::run,
        "payment-options" => payment_options::run,
        "record-payment" => record_payment::run,
        "rotate-webhook-secret" => rotate_webhook_secret::run,
    ])
    .await
}
