//! Lists of orders and of sessions.

use std::time::Duration;

use serde_json::{Value, json};

use super::{chapter, fields::ORDER};
use crate::smoke::{
    Check,
    answer::Answer,
    failure::Outcome,
    shop::{ORDERS, SESSIONS, Shop, fresh, fresh_address},
    wait_for,
};

pub(super) fn checks() -> Vec<Check> {
    chapter!("lists",
        "a creator's orders come newest first, by limit and offset" => orders,
        "an order in a list is as it is alone, with its fields in order" => listed_order,
        "a creator's address is compared without regard to case" => letter_case,
        "a list of orders needs a creator, and a limit and offset within bounds" => order_queries,
        "a merchant's sessions come newest first, page by page" => sessions,
        "a status lists the sessions that have it" => statuses,
        "a list of sessions refuses what it does not know" => session_queries,
    )
}

/// Two things that are made this far apart have different times, whichever server makes them.
const APART: Duration = Duration::from_millis(50);

/// Orders of a new creator, the newest first.
async fn create_orders(shop: &Shop, creator: &str, count: usize) -> Outcome<Vec<Value>> {
    let mut made = Vec::new();
    for _ in 0..count {
        let mut order = shop.order(None);
        order["creatorAddress"] = creator.into();
        let answer = shop.post(ORDERS, order).await?;
        answer.ok()?;
        made.insert(0, answer.at("/data/id").clone());
        tokio::time::sleep(APART).await;
    }
    Ok(made)
}

fn ids(answer: &Answer, pointer: &str) -> Outcome<Vec<Value>> {
    Ok(answer.list(pointer)?.iter().map(|item| item["id"].clone()).collect())
}

/// Goes on if the list has these ids, in this order.
fn lists(answer: &Answer, pointer: &str, wanted: &[Value]) -> Outcome {
    answer.ok()?;
    let holds = ids(answer, pointer)? == wanted;
    answer.expect(holds, format!("at {pointer}, in this order: {}", json!(wanted)))
}

async fn orders(shop: &Shop) -> Outcome {
    let creator = fresh_address();
    let path = format!("{ORDERS}?creatorAddress={creator}");
    let none = shop.get(&path).await?;
    none.says("Get orders by creator successfully")?;
    lists(&none, "/data", &[])?;
    let made = create_orders(shop, &creator, 4).await?;
    for (limit, offset) in [(20, 0), (4, 0), (1, 0), (2, 1), (3, 3), (5, 4)] {
        let answer = shop.get(format!("{path}&limit={limit}&offset={offset}")).await?;
        let wanted: Vec<_> = made.iter().skip(offset).take(limit).cloned().collect();
        lists(&answer, "/data", &wanted)?;
    }
    lists(&shop.get(&path).await?, "/data", &made)
}

async fn listed_order(shop: &Shop) -> Outcome {
    let creator = fresh_address();
    let made = create_orders(shop, &creator, 1).await?;
    let id = made.first().and_then(Value::as_str).unwrap_or_default();
    let alone = shop.read_order(id).await?;
    let listed = shop.get(format!("{ORDERS}?creatorAddress={creator}")).await?;
    listed.same("/data", json!([alone.at("/data/order")]))?;
    alone.fields(&["data", "order"], &ORDER)?;
    alone.same("/data/order/creatorAddress", creator)
}

async fn letter_case(shop: &Shop) -> Outcome {
    let creator = fresh_address();
    let made = create_orders(shop, &creator, 1).await?;
    let upper = creator.to_uppercase().replacen("0X", "0x", 1);
    lists(&shop.get(format!("{ORDERS}?creatorAddress={upper}")).await?, "/data", &made)
}

async fn order_queries(shop: &Shop) -> Outcome {
    shop.get(ORDERS).await?.refused_field("creatorAddress")?;
    let path = format!("{ORDERS}?creatorAddress={}", fresh_address());
    for limit in ["0", "101", "-1", "1.0", "ten"] {
        shop.get(format!("{path}&limit={limit}")).await?.refused_field("limit")?;
    }
    for offset in ["-1", "1.5", "ten"] {
        shop.get(format!("{path}&offset={offset}")).await?.refused_field("offset")?;
    }
    Ok(())
}

/// Sessions of a new reference, the newest first, and the query that lists them.
async fn create_sessions(shop: &Shop, count: usize) -> Outcome<(Vec<Value>, String)> {
    let reference = fresh();
    // A list of the sessions after this one is short, however many the merchant has.
    let (_, before) = shop.create("{}").await?;
    let since = before.string("/data/created_at")?;
    let query = format!("{SESSIONS}?client_reference_id={reference}&created_after={since}");
    listing(shop, &query, 1).await?;
    let mut made = Vec::new();
    for _ in 0..count {
        tokio::time::sleep(APART).await;
        let (id, _) = shop.create(json!({"client_reference_id": reference})).await?;
        made.insert(0, id.into());
    }
    Ok((made, query))
}

/// A page of sessions, where the server lists any.
async fn listing(shop: &Shop, query: &str, limit: usize) -> Outcome<Answer> {
    let answer = shop.get(format!("{query}&limit={limit}")).await?;
    shop.skip_if_keys_off(&answer)?;
    answer.says("Checkout sessions retrieved")?;
    answer.fields(&["data"], &["sessions", "has_more", "next_cursor"])?;
    let cursor = answer.at("/data/next_cursor");
    let agree = answer.at("/data/has_more") == cursor.is_string();
    answer.expect(agree, "has_more true with a next_cursor, false with null")?;
    answer.expect(answer.list("/data/sessions")?.len() <= limit, format!("{limit} sessions at most"))?;
    Ok(answer)
}

/// All pages of a list, which may be shorter than the limit: goes on if they make up these ids. The sessions.
async fn walk(shop: &Shop, query: &str, limit: usize, wanted: &[Value]) -> Outcome<Vec<Value>> {
    let (mut sessions, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = listing(shop, &format!("{query}{cursor}"), limit).await?;
        sessions.extend(page.list("/data/sessions")?.iter().cloned());
        let ids: Vec<_> = sessions.iter().map(|session| session["id"].clone()).collect();
        let next = page.at("/data/next_cursor").as_str();
        let holds = if next.is_some() { wanted.starts_with(&ids) } else { wanted == ids };
        page.expect(holds, format!("pages with these sessions, in this order: {}", json!(wanted)))?;
        match next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(sessions),
        }
    }
}

async fn sessions(shop: &Shop) -> Outcome {
    let (made, query) = create_sessions(shop, 4).await?;
    // A session may take a moment to be listed.
    wait_for(shop.settings.patience, async || walk(shop, &query, 20, &made).await).await?;
    for limit in [1, 3] {
        let listed = walk(shop, &query, limit, &made).await?;
        for (id, session) in made.iter().zip(listed) {
            shop.read_session(id.as_str().unwrap_or_default()).await?.same("/data", session)?;
        }
    }
    Ok(())
}

async fn statuses(shop: &Shop) -> Outcome {
    let (made, query) = create_sessions(shop, 2).await?;
    let [open, expired] = made.as_slice() else { return Ok(()) };
    shop.expire(expired.as_str().unwrap_or_default()).await?.ok()?;
    for (status, wanted) in [("open", open), ("expired", expired)] {
        let (query, wanted) = (format!("{query}&status={status}"), std::slice::from_ref(wanted));
        wait_for(shop.settings.patience, async || walk(shop, &query, 20, wanted).await).await?;
    }
    Ok(())
}

async fn session_queries(shop: &Shop) -> Outcome {
    listing(shop, &format!("{SESSIONS}?status=open"), 1).await?;
    for (name, value) in [("status", "nope"), ("limit", "0"), ("limit", "101"), ("cursor", "nope")] {
        shop.get(format!("{SESSIONS}?{name}={value}")).await?.refused_field(name)?;
    }
    Ok(())
}
