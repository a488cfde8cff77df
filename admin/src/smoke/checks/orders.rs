//! Orders, and how sessions have them.

use serde_json::{Value, json};

use super::{
    chapter,
    fields::{ORDER, ORDER_AND_TRANSACTIONS},
    sessions::time,
};
use crate::smoke::{
    Check,
    failure::Outcome,
    raw,
    shop::{ORDERS, RECIPIENT, SESSIONS, Shop, unknown_id},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("orders",
        "an order answers every field, in order" => creation,
        "an order is its session's, which stays open until it is paid" => linking,
        "reading an order shows its transactions" => reading,
        "include=order shows what reading the order shows" => including,
        "a second order is refused, and the first one stays as it is" => second,
        "an order that does not pay what its session asks for is refused" => terms,
        "an order for a session that has ended is refused" => ended,
        "an order for an unknown session is refused" => unknown,
        "callbackMetadata.checkoutSessionId means the same" => callback,
        "an order without a session lives 15 minutes" => unlinked,
        "an order under a malformed or unknown id is a 404" => missing,
    )
}

async fn creation(shop: &Shop) -> Outcome {
    let mut body = shop.order(None);
    body["recipientAddress"] = RECIPIENT.to_uppercase().replacen("0X", "0x", 1).into();
    body["partnerId"] = "partner".into();
    body["clientReferenceId"] = "ref-17".into();
    let answer = shop.post(ORDERS, &body).await?;
    answer.says("Created order successfully")?;
    answer.fields(&["data"], &ORDER)?;
    answer.same("/data/status", "scanning_deposit_transaction")?;
    answer.same("/data/recipientAddress", RECIPIENT)?;
    for field in ["type", "srcChain", "dstChain", "srcTokenAddress", "srcAmount", "payload", "partnerId"] {
        answer.same(&format!("/data/{field}"), body[field].clone())?;
    }
    answer.same("/data/clientReferenceId", "ref-17")?;
    for field in ["errorDetails", "filledAt", "receivedDepositAt", "checkoutSessionId", "onrampMetadata"] {
        answer.same(&format!("/data/{field}"), Value::Null)?;
    }
    for token in ["srcToken", "dstToken"] {
        let described = raw::names_at(&answer.text, &["data", "metadata", token]);
        let wanted = ["chainId", "address", "symbol", "name", "decimals", "metadata"];
        let complete = wanted.iter().all(|name| described.iter().any(|field| field == name));
        answer.expect(complete, format!("metadata.{token} with {}", wanted.join(", ")))?;
    }
    Ok(())
}

async fn linking(shop: &Shop) -> Outcome {
    let session = shop.create_session().await?;
    let order = shop.create_order(Some(&session)).await?;
    order.ok()?;
    order.same("/data/checkoutSessionId", session.clone())?;
    let read = shop.read_session(&session).await?;
    read.same("/data/order_id", order.at("/data/id").clone())?;
    read.same("/data/order_status", "scanning_deposit_transaction")?;
    read.same("/data/status", "open")?;
    read.same("/data/expired_reason", Value::Null)?;
    let expires = time(read.at("/data/expires_at"));
    let same = order.at("/data/expiredAt").as_u64().map(u128::from) == expires;
    order.expect(
        same,
        format!("an expiredAt that is the session's expires_at, {}", read.at("/data/expires_at")),
    )
}

async fn reading(shop: &Shop) -> Outcome {
    let created = shop.create_order(None).await?;
    created.ok()?;
    let read = shop.read_order(&created.string("/data/id")?).await?;
    read.says("Get order and transactions successfully")?;
    read.fields(&["data"], &ORDER_AND_TRANSACTIONS)?;
    read.fields(&["data", "order"], &ORDER)?;
    read.same("/data/order", created.at("/data").clone())?;
    for list in ["depositTxs", "relayTxs", "refundTxs"] {
        read.same(&format!("/data/{list}"), json!([]))?;
    }
    read.same("/data/executeTx", Value::Null)?;
    read.same("/data/points", Value::Null)
}

async fn including(shop: &Shop) -> Outcome {
    let (session, order) = shop.create_linked().await?;
    let read = shop.read_order(&order).await?;
    let included = shop.get(format!("{SESSIONS}/{session}?include=order")).await?;
    included.ok()?;
    included.same("/data/order", read.at("/data").clone())
}

async fn second(shop: &Shop) -> Outcome {
    let (session, first) = shop.create_linked().await?;
    let before = shop.read_order(&first).await?;
    let mut other = shop.order(Some(&session));
    other["srcAmount"] = "2000000".into();
    let answer = shop.post(ORDERS, other).await?;
    answer.refused(409, "session_has_order")?;
    answer.same("/error/orderId", first.clone())?;
    shop.read_order(&first).await?.same("/data", before.at("/data").clone())?;
    shop.read_session(&session).await?.same("/data/order_id", first)
}

async fn terms(shop: &Shop) -> Outcome {
    let wanted = shop.order(None);
    let option = json!({
        "chain": wanted["dstChain"], "token_address": wanted["dstTokenAddress"], "amount": wanted["srcAmount"],
    });
    let payment = json!({"recipient_address": wanted["recipientAddress"], "options": [option]});
    let created = shop.post(SESSIONS, json!({"payment": payment})).await?;
    created.ok()?;
    created.same("/data/payment/options", json!([option]))?;
    let session = created.string("/data/id")?;
    let mut less = shop.order(Some(&session));
    less["srcAmount"] = "1".into();
    let answer = shop.post(ORDERS, less).await?;
    answer.refused(400, "payment_terms_not_met")?;
    answer.same("/error/param", "srcAmount")?;
    let order = shop.create_order(Some(&session)).await?;
    order.ok()?;
    order.same("/data/acceptedPayments/0/received", "0")
}

async fn ended(shop: &Shop) -> Outcome {
    let session = shop.create_session().await?;
    shop.expire(&session).await?.ok()?;
    let answer = shop.create_order(Some(&session)).await?;
    answer.refused(400, "session_not_open")?;
    let message = answer.string("/message")?;
    answer.expect(message.contains("expired"), "a message that names the status expired")?;
    shop.read_session(&session).await?.same("/data/order_id", Value::Null)
}

async fn unknown(shop: &Shop) -> Outcome {
    for session in [unknown_id(), "nope".to_owned()] {
        shop.create_order(Some(&session)).await?.refused(400, "session_not_found")?;
    }
    Ok(())
}

async fn callback(shop: &Shop) -> Outcome {
    let (session, other) = (shop.create_session().await?, shop.create_session().await?);
    let mut order = shop.order(Some(&other));
    order["callbackMetadata"] = json!({"checkoutSessionId": session});
    let answer = shop.post(ORDERS, &order).await?;
    answer.expect(answer.status == 400, "HTTP 400 for two different session ids")?;
    order["checkoutSessionId"] = Value::Null;
    let answer = shop.post(ORDERS, &order).await?;
    answer.ok()?;
    answer.same("/data/checkoutSessionId", session.clone())?;
    shop.read_session(&session).await?.same("/data/order_id", answer.at("/data/id").clone())
}

async fn unlinked(shop: &Shop) -> Outcome {
    let answer = shop.create_order(None).await?;
    answer.ok()?;
    answer.same("/data/checkoutSessionId", Value::Null)?;
    let times = (answer.at("/data/createdAt").as_u64(), answer.at("/data/expiredAt").as_u64());
    let lifetime = times.0.zip(times.1).and_then(|(created, expired)| expired.checked_sub(created));
    answer.expect(lifetime == Some(900_000), "an expiredAt 900000 ms after createdAt")
}

async fn missing(shop: &Shop) -> Outcome {
    for id in [unknown_id(), "nope".to_owned(), "0".to_owned(), "%7B%7D".to_owned()] {
        shop.get(format!("{ORDERS}/{id}")).await?.refused(404, "order_not_found")?;
    }
    Ok(())
}
