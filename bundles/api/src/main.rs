//! The functions that need DynamoDB and nothing else.

use shared::{
    bundle::{Error, run},
    functions,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(&functions![
        create_order,
        create_session,
        delete_webhook_endpoint,
        expire_session,
        get_order,
        get_session,
        get_webhook_endpoint,
        list_events,
        list_orders,
        list_sessions,
        list_webhook_deliveries,
        list_webhook_endpoints,
        not_found,
        record_payment,
        rotate_webhook_secret,
        sweep_expired,
    ])
    .await
}
