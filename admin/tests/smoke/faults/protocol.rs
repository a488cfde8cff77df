//! Envelopes, statuses and CORS.

use axum::http::{HeaderValue, Method};

use super::{Fault, fault};
use crate::liar::{Ask, Knowledge, Lie, Reply};

const ENVELOPE: &str = "every answer has come in the envelope";
const PREFLIGHT: &str = "a preflight allows every method and header that the API takes";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a 404 is a 500",
        Lie::Out(crashed),
        &[
            ("an unknown or malformed session id is a 404", "HTTP 404"),
            ("an order under a malformed or unknown id is a 404", "HTTP 404"),
        ],
    ),
    fault(
        "statusCode is not the HTTP status",
        Lie::Out(other_status),
        &[(ENVELOPE, "a statusCode that is the HTTP status")],
    ),
    fault(
        "an unknown path is a page of HTML",
        Lie::Out(page),
        &[("an unknown path is a 404", "HTTP 404"), (ENVELOPE, "application/json")],
    ),
    fault("an answer has one more member", Lie::Out(one_more), &[(ENVELOPE, "the members")]),
    fault("answers may be cached", Lie::Out(cached), &[(ENVELOPE, "no-store")]),
    fault(
        "no answer has CORS headers",
        Lie::Out(no_cors),
        &[
            (PREFLIGHT, "Access-Control-Allow-Origin"),
            ("a browser may read a success", "Access-Control-Allow-Origin"),
            ("a browser may read a refusal", "Access-Control-Allow-Origin"),
        ],
    ),
    fault(
        "refusals have no CORS headers",
        Lie::Out(no_cors_on_refusals),
        &[("a browser may read a refusal", "Access-Control-Allow-Origin")],
    ),
    fault("a preflight is refused", Lie::Out(refused_preflight), &[(PREFLIGHT, "2xx")]),
    fault(
        "a preflight does not allow Idempotency-Key",
        Lie::Out(fewer_headers),
        &[(PREFLIGHT, "idempotency-key")],
    ),
    fault(
        "CORS is for another origin",
        Lie::Out(other_origin),
        &[("a browser may read a success", "https://shop.example")],
    ),
];

fn crashed(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.status == 404 {
        reply.turn_into(500);
        reply.edit(&["error", "code"], |code| *code = "internal_error".into());
    }
}

fn other_status(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.status >= 400 {
        reply.edit(&["statusCode"], |status| *status = 200.into());
    }
}

fn page(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.refuses("route_not_found") {
        reply.text = "<html><h1>Not found</h1></html>".to_owned();
        reply.headers.insert("content-type", HeaderValue::from_static("text/html"));
    }
}

fn one_more(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.text = reply.text.replacen("{\"success\":true,", "{\"success\":true,\"took\":3,", 1);
}

fn cached(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.headers.remove("cache-control");
}

fn no_cors(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.remove_headers("access-control-");
}

fn no_cors_on_refusals(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    if reply.status >= 400 {
        reply.remove_headers("access-control-");
    }
}

fn refused_preflight(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.method == Method::OPTIONS {
        reply.status = 403;
    }
}

fn fewer_headers(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    let fewer = HeaderValue::from_static("content-type,authorization,x-api-key");
    reply.headers.insert("access-control-allow-headers", fewer);
}

fn other_origin(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    let other = HeaderValue::from_static("https://another.example");
    reply.headers.insert("access-control-allow-origin", other);
}
