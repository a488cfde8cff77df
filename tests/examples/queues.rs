//! Sends the deployed functions' messages to the queues that the environment names, with the settings that they read
//! from SSM. Prints the messages. For `interop/queues.py`.

use delivery::Notification;
use publish_events::Retries;
use serde_json::json;
use shared::edge::queue::{BoxError, Queue};
use shared::{
    checkout::Evidence,
    kernel::{EndpointId, OrderId, Owner, Subject},
};

/// More than fit into one request.
const MESSAGES: u128 = 25;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    chain::use_ring();
    let settings = chain::aws::Settings::from_env().await?;
    let account = settings.gas_wallet().await?.map(|wallet| wallet.account());
    let contexts = settings.contexts();
    let context = contexts.first().ok_or("no chain is configured")?;
    let evidence = (0..MESSAGES).map(piece).collect::<Result<Vec<_>, _>>()?;
    context.queue.send(&evidence).await?;

    let notification =
        |id| Notification { owner: Owner::default(), endpoint: EndpointId::new(id), delivery: None };
    let notifications: Vec<_> = (0..MESSAGES).map(notification).collect();
    let queues = delivery::aws::notifications_and_dead_letters().await?;
    queues.notify(&notifications).await?;
    queues.give_up(&notification(MESSAGES)).await?;

    let subjects: Vec<_> = (0..MESSAGES).map(|id| Subject::Order(OrderId::new(id))).collect();
    let retries = Queue::from_env("PUBLISHING_RETRIES_QUEUE_URL").await?;
    let retries: &dyn Retries = &retries;
    retries.send(&subjects).await?;

    let sent = json!({
        "EVIDENCE_QUEUE_URL": evidence,
        "DELIVERY_QUEUE_URL": notifications,
        "DEAD_DELIVERIES_QUEUE_URL": [notification(MESSAGES)],
        "PUBLISHING_RETRIES_QUEUE_URL": subjects.iter().map(Subject::to_string).collect::<Vec<_>>(),
    });
    let printed = json!({"account": account, "chain": context.chain.id.number(), "nodes": context.nodes.count(), "sent": sent});
    std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{printed}\n"))?;
    Ok(())
}

fn piece(number: u128) -> Result<Evidence, serde_json::Error> {
    serde_json::from_value(json!({
        "orderId": OrderId::new(number).to_string(), "id": format!("example:{number}"),
        "occurredAt": 1_767_225_600_000_i64, "kind": "failure", "detail": "naïve \"quotes\" 💶",
    }))
}
