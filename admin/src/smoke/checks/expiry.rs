//! The end of sessions.

use std::time::Duration;

use serde_json::{Value, json};

use super::chapter;
use crate::smoke::{
    Check,
    failure::{Outcome, skip},
    shop::{SESSIONS, Shop, unknown_id},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("expiry",
        "an open session can be expired" => manual,
        "expiring ends an unpaid order too" => with_order,
        "a session that has ended cannot be expired, and the message names its status" => twice,
        "a session that has ended stays ended" => for_good,
        "an unknown or malformed id cannot be expired" => unknown,
        "a session whose time is over is expired" => by_time,
        "a paid session is processing, then complete" => paid,
    )
}

async fn manual(shop: &Shop) -> Outcome {
    let (id, created) = shop.create("{}").await?;
    let answer = shop.expire(&id).await?;
    answer.says("Checkout session expired")?;
    answer.fields(&["data"], &["id", "status"])?;
    answer.same("/data", json!({"id": id, "status": "expired"}))?;
    let read = shop.read_session(&id).await?;
    read.same("/data/status", "expired")?;
    read.same("/data/expired_reason", "manual")?;
    read.same("/data/order_id", Value::Null)?;
    read.same("/data/expires_at", created.at("/data/expires_at").clone())
}

async fn with_order(shop: &Shop) -> Outcome {
    let (session, order) = shop.create_linked().await?;
    shop.expire(&session).await?.ok()?;
    let read = shop.read_session(&session).await?;
    read.same("/data/status", "expired")?;
    read.same("/data/expired_reason", "manual")?;
    read.same("/data/order_id", order.clone())?;
    read.same("/data/order_status", "expired")?;
    shop.read_order(&order).await?.same("/data/order/status", "expired")
}

async fn twice(shop: &Shop) -> Outcome {
    let id = shop.create_session().await?;
    shop.expire(&id).await?.ok()?;
    let answer = shop.expire(&id).await?;
    answer.refused(400, "session_not_open")?;
    let message = answer.string("/message")?;
    answer.expect(message.contains("expired"), "a message that names the status expired")
}

async fn for_good(shop: &Shop) -> Outcome {
    let (alone, (linked, _)) = (shop.create_session().await?, shop.create_linked().await?);
    for id in [&alone, &linked] {
        shop.expire(id).await?.ok()?;
    }
    for _ in 0..6 {
        for id in [&alone, &linked] {
            let read = shop.read_session(id).await?;
            read.same("/data/status", "expired")?;
            read.same("/data/expired_reason", "manual")?;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn unknown(shop: &Shop) -> Outcome {
    for id in [unknown_id(), "nope".to_owned()] {
        shop.expire(&id).await?.refused(400, "session_not_found")?;
        shop.get(format!("{SESSIONS}/{id}")).await?.refused(404, "session_not_found")?;
    }
    Ok(())
}

async fn by_time(_: &Shop) -> Outcome {
    skip("a session lives 300 seconds at least")
}

async fn paid(_: &Shop) -> Outcome {
    skip("it needs a payment")
}
