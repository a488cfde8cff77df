//! API keys that are not asked for, or not looked at.

use axum::http::{Method, header::AUTHORIZATION};

use super::Fault;
use crate::liar::{Ask, Knowledge, Lie, Reply};

const NEEDED: &str = "what a merchant does needs an API key";
const WRONG_KEY: &str = "a wrong API key is refused, even where none is needed";

pub(super) const FAULTS: &[Fault] = &[
    keys(
        "metadata is shown to everybody",
        Lie::In(seen_by_all),
        &[
            ("without an API key a session shows no metadata and no reference", "/data/metadata"),
            ("without an API key an order shows no metadata and no reference", "metadata without"),
        ],
    ),
    keys(
        "an order that a buyer creates shows the merchant's notes",
        Lie::In(created_by_all),
        &[
            ("without an API key an order can be created for a session", "metadata without"),
            ("without an API key no order is created without a session", "HTTP 401"),
            ("without an API key an order is bounded", "HTTP 400"),
            ("without an API key an idempotency key is its session's", "HTTP 200"),
        ],
    ),
    keys("anybody may expire a session", Lie::In(expired_by_all), &[(NEEDED, "HTTP 401")]),
    keys("anybody may create a session", Lie::In(opened_by_all), &[(NEEDED, "HTTP 401")]),
    keys("a wrong key counts as none", Lie::In(no_key), &[(WRONG_KEY, "HTTP 401")]),
    keys(
        "a refusal does not ask for a key",
        Lie::Out(unasked),
        &[(NEEDED, "WWW-Authenticate"), (WRONG_KEY, "WWW-Authenticate")],
    ),
    keys(
        "x-api-key is not looked at",
        Lie::In(one_header),
        &[("an API key is accepted as x-api-key too", "HTTP 200")],
    ),
    keys(
        "a buyer may not create an order",
        Lie::In(no_buyers),
        &[("without an API key an order can be created for a session", "HTTP 200")],
    ),
];

const fn keys(name: &'static str, lie: Lie, found_by: &'static [(&'static str, &'static str)]) -> Fault {
    Fault { name, needs_keys: true, lie, found_by }
}

fn lend_key(known: &Knowledge, ask: &mut Ask) {
    if ask.has_no_key() {
        ask.use_key(known.key.as_deref());
    }
}

fn seen_by_all(known: &Knowledge, ask: &mut Ask) {
    if ask.is(Method::GET, "/checkout-sessions/") || ask.is(Method::GET, "/orders/") {
        lend_key(known, ask);
    }
}

fn created_by_all(known: &Knowledge, ask: &mut Ask) {
    if ask.is(Method::POST, "/orders") {
        lend_key(known, ask);
    }
}

fn expired_by_all(known: &Knowledge, ask: &mut Ask) {
    if ask.path.ends_with("/expire") {
        lend_key(known, ask);
    }
}

fn opened_by_all(known: &Knowledge, ask: &mut Ask) {
    if ask.method == Method::POST && ask.path == "/checkout-sessions" {
        lend_key(known, ask);
    }
}

fn no_key(known: &Knowledge, ask: &mut Ask) {
    let ours = format!("Bearer {}", known.key.as_deref().unwrap_or_default());
    if ask.headers.get(AUTHORIZATION).is_some_and(|value| *value != ours) {
        ask.headers.remove(AUTHORIZATION);
    }
}

fn unasked(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.headers.remove("www-authenticate");
}

fn one_header(_: &Knowledge, ask: &mut Ask) {
    ask.headers.remove("x-api-key");
}

fn no_buyers(_: &Knowledge, ask: &mut Ask) {
    if ask.is(Method::POST, "/orders") && ask.has_no_key() {
        ask.use_key(Some("nonsense"));
    }
}
