//! Orders that are not their sessions' alone, and ends that are none.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Fault, fault};
use crate::liar::{Ask, Knowledge, Lie, Reply};

const SESSION: &str = "/checkout-sessions/";
const ORDERS: &str = "/orders";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a second order is accepted",
        Lie::Out(second_order),
        &[
            ("a second order is refused, and the first one stays as it is", "HTTP 409"),
            ("of 16 simultaneous orders for a session one is made", "one success of 16"),
        ],
    ),
    fault(
        "the first order is changed by a second one",
        Lie::Out(changed_order),
        &[("a second order is refused, and the first one stays as it is", "1000000")],
    ),
    fault(
        "a refused order names another one",
        Lie::Out(other_order),
        &[
            ("a second order is refused, and the first one stays as it is", "/error/orderId"),
            ("of 16 simultaneous orders for a session one is made", "/error/orderId"),
        ],
    ),
    fault(
        "a session with an unpaid order is processing",
        Lie::Out(processing),
        &[("an order is its session's, which stays open until it is paid", "\"open\"")],
    ),
    fault(
        "payment terms are lost",
        Lie::In(no_terms),
        &[("an order that does not pay what its session asks for is refused", "/data/payment")],
    ),
    fault(
        "payment terms bind no order",
        Lie::Out(any_order),
        &[("an order that does not pay what its session asks for is refused", "HTTP 400")],
    ),
    fault(
        "an order of a session that has ended is accepted",
        Lie::Out(late_order),
        &[("an order for a session that has ended is refused", "HTTP 400")],
    ),
    fault(
        "an idempotency key is lost",
        Lie::In(lost_key),
        &[
            ("the same session twice is one session", "the first answer again"),
            ("the same order twice is one order", "the first answer again"),
            ("16 simultaneous twins under one key make one order", "/data/id"),
        ],
    ),
    fault(
        "an idempotency key is not held to its body",
        Lie::Out(any_twin),
        &[("another body under a used key is a conflict", "HTTP 409")],
    ),
    fault(
        "an expired session is open again",
        Lie::Out(reopened),
        &[("a session that has ended stays ended", "\"expired\" at /data/status")],
    ),
    fault(
        "a session is open again much later",
        Lie::Out(reopened_later),
        &[("no session that has ended is open again", "\"expired\" at /data/status")],
    ),
    fault(
        "expiring leaves the order as it was",
        Lie::Out(living_order),
        &[("expiring ends an unpaid order too", "\"expired\" at /data/order/status")],
    ),
    fault(
        "a session is shown open with its order",
        Lie::Out(open_with_order),
        &[("orders and expiries at once leave one truth", "\"expired\" at /data/status")],
    ),
    fault(
        "expiring twice succeeds twice",
        Lie::Out(expired_twice),
        &[
            ("a session that has ended cannot be expired, and the message names its status", "HTTP 400"),
            ("of 16 simultaneous expiries one is told that it did it", "one success of 16"),
        ],
    ),
    fault(
        "an expiry does not tell its reason",
        Lie::Out(reasonless),
        &[("an open session can be expired", "\"manual\"")],
    ),
    fault(
        "expiring does nothing",
        Lie::In(unheard_expiry),
        &[
            ("an open session can be expired", "HTTP 200"),
            ("everything that was made is ended", "can be ended"),
        ],
    ),
];

const ANOTHER: &str = "5392f7a7-d472-4d6b-9848-bd07117fb82d";

fn second_order(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.refuses("session_has_order") {
        let order = json!({"id": ANOTHER, "status": "scanning_deposit_transaction"});
        reply.succeed("Created order successfully", &order);
    }
}

fn changed_order(known: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if reply.refuses("session_has_order") {
        known.count(reply.body()["error"]["orderId"].as_str().unwrap());
    } else if ask.is(Method::GET, "/orders/") && known.has_counted(ask.path.trim_start_matches("/orders/")) {
        reply.edit(&["data", "order", "srcAmount"], |amount| *amount = "2000000".into());
    }
}

fn other_order(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["error", "orderId"], |id| *id = ANOTHER.into());
}

fn processing(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) && reply.body()["data"]["order_status"] == "scanning_deposit_transaction"
    {
        reply.edit(&["data", "status"], |status| *status = "processing".into());
    }
}

fn late_order(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::POST, ORDERS) && reply.refuses("session_not_open") {
        reply.succeed("Created order successfully", &json!({"id": ANOTHER}));
    }
}

fn no_terms(_: &Knowledge, ask: &mut Ask) {
    ask.edit(|body| body["payment"] = Value::Null);
}

fn any_order(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.refuses("payment_terms_not_met") {
        reply.succeed("Created order successfully", &json!({"id": ANOTHER}));
    }
}

fn lost_key(_: &Knowledge, ask: &mut Ask) {
    ask.headers.remove("idempotency-key");
}

fn any_twin(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.refuses("idempotency_conflict") {
        reply.succeed("Checkout session created", &json!({"id": ANOTHER}));
    }
}

/// From the look after so many on, an ended session is open.
fn open_again(known: &Knowledge, ask: &Ask, reply: &mut Reply, looks: usize) {
    if ask.is(Method::GET, SESSION)
        && reply.body()["data"]["status"] == "expired"
        && known.count(&ask.path) > looks
    {
        reply.edit(&["data", "status"], |status| *status = "open".into());
        reply.edit(&["data", "expired_reason"], |reason| *reason = Value::Null);
    }
}

fn reopened(known: &Knowledge, ask: &Ask, reply: &mut Reply) {
    open_again(known, ask, reply, 3);
}

fn reopened_later(known: &Knowledge, ask: &Ask, reply: &mut Reply) {
    open_again(known, ask, reply, 6);
}

fn living_order(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, "/orders/") {
        reply.edit(&["data", "order", "status"], |status| *status = "scanning_deposit_transaction".into());
    }
}

fn open_with_order(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) && ask.path.ends_with("?include=order") {
        reply.edit(&["data", "status"], |status| *status = "open".into());
    }
}

fn expired_twice(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.path.ends_with("/expire") && reply.refuses("session_not_open") {
        reply.succeed("Checkout session expired", &json!({"id": ANOTHER, "status": "expired"}));
    }
}

fn reasonless(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) {
        reply.edit(&["data", "expired_reason"], |reason| *reason = Value::Null);
    }
}

fn unheard_expiry(_: &Knowledge, ask: &mut Ask) {
    if ask.path.ends_with("/expire") {
        ask.path = format!("{SESSION}{ANOTHER}/expire");
    }
}
