//! Requests that are read too loosely, or too narrowly.

use axum::http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::{Fault, fault};
use crate::liar::{Ask, Knowledge, Lie, Reply};

const SESSIONS: &str = "/checkout-sessions";
const ORDERS: &str = "/orders";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "no metadata is null",
        Lie::Out(null_metadata),
        &[
            ("a session without a body has the defaults", "data.metadata"),
            ("null means not given", "data.metadata"),
        ],
    ),
    fault(
        "fields are read whatever the case of their names",
        Lie::In(any_name),
        &[("unknown fields are ignored", "HTTP 200")],
    ),
    fault(
        "an unknown include is ignored",
        Lie::In(any_include),
        &[("include takes order and events, and nothing else", "the param \"include\"")],
    ),
    fault(
        "an empty URL counts as none",
        Lie::In(no_url),
        &[("what is no absolute URI is refused", "success_url")],
    ),
    fault(
        "metadata may be text",
        Lie::In(any_metadata),
        &[("metadata must be an object of at most 16 KiB", "metadata")],
    ),
    fault(
        "references are shortened",
        Lie::In(shortened),
        &[("client_reference_id must have 1 to 255 characters", "client_reference_id")],
    ),
    fault(
        "only JSON is accepted as Content-Type",
        Lie::Out(json_only),
        &[("the Content-Type is not looked at", "HTTP 200")],
    ),
    fault(
        "addresses keep their case",
        Lie::Out(upper_case),
        &[("an order answers every field, in order", "/data/recipientAddress")],
    ),
    fault(
        "no transactions are null",
        Lie::Out(null_deposits),
        &[("reading an order shows its transactions", "/data/depositTxs")],
    ),
    fault(
        "an included order is another one",
        Lie::Out(other_included),
        &[("include=order shows what reading the order shows", "/data/order")],
    ),
    fault(
        "an order for an unknown session is accepted",
        Lie::Out(any_session),
        &[("an order for an unknown session is refused", "HTTP 400")],
    ),
    fault(
        "callbackMetadata is ignored",
        Lie::In(no_callback),
        &[("callbackMetadata.checkoutSessionId means the same", "two different session ids")],
    ),
    fault(
        "an order without a session lives half an hour",
        Lie::Out(long_life),
        &[("an order without a session lives 15 minutes", "900000 ms")],
    ),
    fault(
        "a refused request uses its key up",
        Lie::Out(used_up),
        &[("a refused request does not use its key up", "HTTP 200")],
    ),
    fault(
        "an idempotency key is shortened",
        Lie::In(short_key),
        &[("a key has 1 to 255 characters", "Idempotency-Key")],
    ),
    fault(
        "expiring an unknown session is a 404",
        Lie::Out(missing_session),
        &[("an unknown or malformed id cannot be expired", "HTTP 400")],
    ),
    fault(
        "a list leaves a field out",
        Lie::Out(shorter_orders),
        &[("an order in a list is as it is alone, with its fields in order", "/data")],
    ),
    fault(
        "a creator's address is compared with its case",
        Lie::Out(exact_creator),
        &[("a creator's address is compared without regard to case", "in this order")],
    ),
    fault(
        "a limit is clamped",
        Lie::In(clamped_limit),
        &[("a list of orders needs a creator, and a limit and offset within bounds", "limit")],
    ),
    fault(
        "an unknown status is ignored",
        Lie::In(any_status),
        &[("a list of sessions refuses what it does not know", "status")],
    ),
    fault(
        "an unknown cursor counts as none",
        Lie::In(any_cursor),
        &[("the feed refuses what it does not know", "after")],
    ),
    fault(
        "an endpoint's fragment is ignored",
        Lie::In(no_fragment),
        &[("an endpoint that breaks a rule is refused", "url")],
    ),
    fault("an unknown endpoint is a 410", Lie::Out(gone), &[("an unknown endpoint is a 404", "HTTP 404")]),
    fault(
        "an unknown method is a 405",
        Lie::Out(not_allowed),
        &[("a method that a path does not take is a 404", "HTTP 404")],
    ),
];

const ANOTHER: &str = "5392f7a7-d472-4d6b-9848-bd07117fb82d";

fn null_metadata(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["data", "metadata"], |metadata| {
        if *metadata == json!({}) {
            *metadata = Value::Null;
        }
    });
}

fn any_name(_: &Knowledge, ask: &mut Ask) {
    ask.body = ask.body.replace("\"Expires_In\"", "\"expires_in\"");
}

fn any_include(_: &Knowledge, ask: &mut Ask) {
    ask.path = ask.path.replace("?include=orders", "");
}

fn no_url(_: &Knowledge, ask: &mut Ask) {
    ask.body = ask.body.replace("\"success_url\":\"\"", "\"success_url\":null");
}

fn any_metadata(_: &Knowledge, ask: &mut Ask) {
    ask.edit(|body| {
        if body["metadata"].is_string() {
            body["metadata"] = json!({});
        }
    });
}

fn shortened(_: &Knowledge, ask: &mut Ask) {
    ask.edit(|body| {
        if let Some(reference) = body["client_reference_id"].as_str() {
            body["client_reference_id"] = reference.chars().take(255).collect::<String>().into();
        }
    });
}

fn json_only(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.headers.get("content-type").is_some_and(|kind| kind == "text/plain") {
        reply.turn_into(415);
    }
}

fn upper_case(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::POST, ORDERS) {
        reply.edit(&["data", "recipientAddress"], |it| *it = it.as_str().unwrap().to_uppercase().into());
    }
}

fn null_deposits(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["data", "depositTxs"], |deposits| *deposits = Value::Null);
}

fn other_included(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["data", "order", "order", "id"], |id| *id = ANOTHER.into());
}

fn any_session(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::POST, ORDERS) && reply.refuses("session_not_found") {
        reply.succeed("Created order successfully", &json!({"id": ANOTHER}));
    }
}

fn no_callback(_: &Knowledge, ask: &mut Ask) {
    ask.edit(|body| body["callbackMetadata"] = Value::Null);
}

fn long_life(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::POST, ORDERS) && reply.body()["data"]["checkoutSessionId"].is_null() {
        reply.edit(&["data", "expiredAt"], |time| *time = (time.as_u64().unwrap() + 900_000).into());
    }
}

fn used_up(known: &Knowledge, ask: &Ask, reply: &mut Reply) {
    let Some(key) = ask.headers.get("idempotency-key").and_then(|key| key.to_str().ok()) else { return };
    if reply.status == 400 {
        known.count(key);
    } else if known.has_counted(key) {
        reply.turn_into(409);
    }
}

fn short_key(_: &Knowledge, ask: &mut Ask) {
    let key = ask.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    if let Some(short) = key.and_then(|key| key.get(..255)) {
        let short = HeaderValue::from_str(short).unwrap();
        ask.headers.insert("idempotency-key", short);
    }
}

fn missing_session(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.path.ends_with("/expire") && reply.refuses("session_not_found") {
        reply.turn_into(404);
    }
}

fn shorter_orders(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, "/orders?") {
        reply.text = reply.text.replace(",\"fee\":null", "");
    }
}

fn exact_creator(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    let creator = ask.path.strip_prefix("/orders?creatorAddress=").unwrap_or_default();
    if creator.bytes().any(|byte| byte.is_ascii_uppercase()) {
        reply.edit_list(&["data"], Vec::clear);
    }
}

fn clamped_limit(_: &Knowledge, ask: &mut Ask) {
    ask.path = ask.path.replace("limit=101", "limit=100");
}

fn any_status(_: &Knowledge, ask: &mut Ask) {
    ask.path = ask.path.replace("?status=nope", "?");
}

fn any_cursor(_: &Knowledge, ask: &mut Ask) {
    ask.path = ask.path.replace("?after=nope", "?");
}

fn no_fragment(_: &Knowledge, ask: &mut Ask) {
    ask.body = ask.body.replace("#top", "");
}

fn gone(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.refuses("webhook_endpoint_not_found") {
        reply.turn_into(410);
    }
}

fn not_allowed(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    let has_path = [SESSIONS, ORDERS].contains(&ask.path.as_str());
    if has_path && reply.refuses("route_not_found") {
        reply.turn_into(405);
    }
}
