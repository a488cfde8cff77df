//! Requests at the same moment.

use futures_util::future::{join, join_all};
use serde_json::Value;

use super::chapter;
use crate::smoke::{
    Check,
    answer::Answer,
    failure::Outcome,
    request::Request,
    shop::{ORDERS, SESSIONS, Shop, fresh, fresh_address},
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("races",
        "of 16 simultaneous orders for a session one is made" => orders,
        "of 16 simultaneous expiries one is told that it did it" => expiries,
        "orders and expiries at once leave one truth" => orders_and_expiries,
        "16 simultaneous twins under one key make one order" => twins,
    )
}

/// The number of requests that are sent at once.
const RIVALS: usize = 16;

/// Goes on if exactly one has won, and all others are refused as they must be; the winner.
fn one_winner(answers: &[Answer], refusal: impl Fn(&Answer) -> Outcome) -> Outcome<Option<&Answer>> {
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    if let [_, second, ..] = won.as_slice() {
        return second.wrong(format!("one success of {}, not {}", answers.len(), won.len()));
    }
    for answer in &lost {
        refusal(answer)?;
    }
    match (won.first(), lost.first()) {
        (None, Some(lost)) => lost.wrong(format!("one success of {}, not none", answers.len())),
        (winner, _) => Ok(winner.copied()),
    }
}

async fn all(requests: impl Iterator<Item = impl Future<Output = Outcome<Answer>>>) -> Outcome<Vec<Answer>> {
    join_all(requests).await.into_iter().collect()
}

async fn orders(shop: &Shop) -> Outcome {
    let session = shop.create_session().await?;
    let answers = all((0..RIVALS).map(|_| shop.create_order(Some(&session)))).await?;
    let winner = one_winner(&answers, |answer| answer.refused(409, "session_has_order"))?;
    let Some(winner) = winner else { return Ok(()) };
    let order = winner.string("/data/id")?;
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.same("/error/orderId", order.clone())?;
    }
    shop.read_session(&session).await?.same("/data/order_id", order.clone())?;
    shop.read_order(&order).await?.same("/data/order/checkoutSessionId", session)
}

async fn expiries(shop: &Shop) -> Outcome {
    let session = shop.create_session().await?;
    let answers = all((0..RIVALS).map(|_| shop.expire(&session))).await?;
    one_winner(&answers, |answer| answer.refused(400, "session_not_open"))?;
    let read = shop.read_session(&session).await?;
    read.same("/data/status", "expired")?;
    read.same("/data/expired_reason", "manual")
}

/// In any order of events the session is expired, and an order that was made in time is expired with it.
async fn orders_and_expiries(shop: &Shop) -> Outcome {
    for _ in 0..4 {
        let session = shop.create_session().await?;
        let orders = all((0..4).map(|_| shop.create_order(Some(&session))));
        let expiries = all((0..4).map(|_| shop.expire(&session)));
        let (orders, expiries) = join(orders, expiries).await;
        let (orders, expiries) = (orders?, expiries?);
        one_winner(&expiries, |answer| answer.refused(400, "session_not_open"))?;
        let made: Vec<_> = orders.iter().filter(|answer| answer.status == 200).collect();
        let read = shop.get(format!("{SESSIONS}/{session}?include=order")).await?;
        read.ok()?;
        read.same("/data/status", "expired")?;
        read.expect(made.len() <= 1, "at most one order that was accepted")?;
        let order = made.first().map_or(Value::Null, |answer| answer.at("/data/id").clone());
        read.same("/data/order_id", order.clone())?;
        if let Some(id) = order.as_str() {
            read.same("/data/order_status", "expired")?;
            shop.read_order(id).await?.same("/data/order/status", "expired")?;
        }
    }
    Ok(())
}

async fn twins(shop: &Shop) -> Outcome {
    let (key, creator) = (fresh(), fresh_address());
    let mut body = shop.order(None);
    body["creatorAddress"] = creator.clone().into();
    let send = || shop.send(Request::post(ORDERS, &body).header("idempotency-key", key.clone()));
    let answers = all((0..RIVALS).map(|_| send())).await?;
    for answer in &answers {
        answer.ok()?;
        answer.same("/data/id", answers.first().map_or(Value::Null, |first| first.at("/data/id").clone()))?;
    }
    let listed = shop.get(format!("{ORDERS}?creatorAddress={creator}")).await?;
    listed.expect(listed.list("/data")?.len() == 1, "one order of this creator")
}
