//! Ids in paths and bodies, and the parameters of queries.

use serde_json::json;
use tests::{
    client::{SHOP, order},
    scenario::Scenario,
};

use super::Watched;

/// As they appear in a path. No session and no order has any of these.
const BAD_IDS: [&str; 22] = [
    "nope",
    "0",
    "-1",
    "null",
    "undefined",
    "*",
    "550e8400-...",
    "0b2f6d1c5a3e8f479c1c0199a3c0d5e8",
    "%7B0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8%7D",
    "urn:uuid:0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8",
    "0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5e",
    "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e88",
    "0b2f6d1c-5a3e-8f47-9c1d-0199a3c0d5eg",
    "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8%20",
    "%200b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8",
    "0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8%00",
    "%00",
    "%FF%FE",
    "%C3%A4",
    "%2F",
    "..%2F..%2Fetc%2Fpasswd",
    "%25%7B",
];

#[tokio::test]
async fn a_malformed_id_is_like_an_unknown_one() {
    let watched = Watched::start().await;
    let long = "a".repeat(5000);
    for id in BAD_IDS.into_iter().chain([long.as_str()]) {
        watched.api.get(&format!("/checkout-sessions/{id}")).await.refused(404, "session_not_found");
        watched
            .api
            .get(&format!("/checkout-sessions/{id}?include=order"))
            .await
            .refused(404, "session_not_found");
        watched.api.get(&format!("/orders/{id}")).await.refused(404, "order_not_found");
        let expire = watched.api.expire(id).await;
        expire.refused(400, "session_not_found");
        assert!(expire.message().contains("malformed"), "{}", expire.text);
        let linked = watched.api.post("/orders", &order(Some(id))).await;
        linked.refused(400, "session_not_found");
        watched.heard_nothing(id);
    }
    watched.api.post("/orders", &order(Some(""))).await.refused(400, "session_not_found");
    watched.heard_nothing("an empty id");
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let api = Scenario::new().start().await;
    for id in ["0b2f6d1c-5a3e-8f47-9c1c-0199a3c0d5e8", "00000000-0000-0000-0000-000000000000"] {
        api.get(&format!("/checkout-sessions/{id}")).await.refused(404, "session_not_found");
        api.get(&format!("/orders/{id}")).await.refused(404, "order_not_found");
        api.expire(id).await.refused(400, "session_not_found");
        api.post("/orders", &order(Some(id))).await.refused(400, "session_not_found");
    }
    assert_eq!(api.get(&format!("/orders?creatorAddress={SHOP}")).await.ok(), json!([]));
}

#[tokio::test]
async fn a_session_and_an_order_do_not_go_by_each_others_id() {
    let api = Scenario::new().start().await;
    let (session, order) = api.create_linked().await;
    api.get(&format!("/checkout-sessions/{order}")).await.refused(404, "session_not_found");
    api.get(&format!("/orders/{session}")).await.refused(404, "order_not_found");
}

#[tokio::test]
async fn upper_case_ids_are_the_same_ids() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    let created = api.create_order(Some(&session.to_uppercase())).await.ok();
    assert_eq!(created["checkoutSessionId"], session);
    let order = created["id"].as_str().unwrap();
    assert_eq!(api.session(&session.to_uppercase()).await, api.session(&session).await);
    assert_eq!(api.order(&order.to_uppercase()).await, api.order(order).await);
    assert_eq!(api.expire(&session.to_uppercase()).await.ok()["id"], session);
}

#[tokio::test]
async fn a_percent_encoded_id_is_the_same_id() {
    let api = Scenario::new().start().await;
    let session = api.create_session().await;
    assert_eq!(api.session(&session.replace('-', "%2D")).await["id"], session);
}

#[tokio::test]
async fn only_the_order_and_events_can_be_included() {
    let watched = Watched::start().await;
    let session = watched.api.create_session().await;
    watched.proxy.take_operations();
    let others =
        ["", "Order", "orders", "order%20", "%20order", "order,order", "1", "true", "%00", "%FF", "metadata"];
    for include in others {
        let answer = watched.api.get(&format!("/checkout-sessions/{session}?include={include}")).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "include", "{include}");
        watched.heard_nothing(include);
    }
    for query in ["include=order", "include=%6Frder", "Include=nope&include=order", "x=1&include=order&y"] {
        let found = watched.api.get(&format!("/checkout-sessions/{session}?{query}")).await.ok();
        assert_eq!(found.get("order"), Some(&json!(null)), "{query}");
    }
    let plain =
        watched.api.get(&format!("/checkout-sessions/{session}?includes=order&Include=order")).await.ok();
    assert!(plain.get("order").is_none());
}

#[tokio::test]
async fn a_list_needs_a_creator() {
    let watched = Watched::start().await;
    let long = format!("?creatorAddress={}", "x".repeat(256));
    for query in ["", "?limit=5", "?creatorAddress=", "?creatoraddress=x", &long] {
        let answer = watched.api.get(&format!("/orders{query}")).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], "creatorAddress", "{query}");
        watched.heard_nothing(query);
    }
}

#[tokio::test]
async fn a_page_has_1_to_100_orders_from_any_offset() {
    let watched = Watched::start().await;
    let over = "18446744073709551616";
    let limits = ["0", "101", "-1", "1.0", "1e1", "ten", "%2B5", "0x10", " 5", "5%20", "%00", over];
    let offsets = ["-1", "1.5", "1e1", "ten", "%2B5", "5%20", "%FF", "10001", over];
    let wrong =
        limits.map(|value| ("limit", value)).into_iter().chain(offsets.map(|value| ("offset", value)));
    for (param, value) in wrong {
        let answer = watched.api.get(&format!("/orders?creatorAddress={SHOP}&{param}={value}")).await;
        assert_eq!(answer.refused(400, "invalid_field")["param"], param, "{value}");
        assert!(answer.message().contains("whole number"), "{}", answer.text);
        watched.heard_nothing(value);
    }
    let mut wanted = order(None);
    wanted["creatorAddress"] = SHOP.into();
    let created = watched.api.post("/orders", &wanted).await.ok();
    for (page, count) in
        [("limit=1", 1), ("limit=100", 1), ("offset=0", 1), ("offset=1", 0), ("offset=10000", 0)]
    {
        let listed = watched.api.get(&format!("/orders?creatorAddress={SHOP}&{page}")).await.ok();
        assert_eq!(listed.as_array().unwrap().len(), count, "{page}");
    }
    let upper = SHOP.to_uppercase().replace("0X", "0x");
    assert_eq!(
        watched.api.get(&format!("/orders?creatorAddress={upper}")).await.ok()[0]["id"],
        created["id"]
    );
}
