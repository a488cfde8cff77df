//! Sessions and orders that are not shown, or not kept, as they were sent.

use axum::http::Method;
use serde_json::{Value, json};

use super::{Fault, fault};
use crate::liar::{Ask, Knowledge, Lie, Reply};

const SESSIONS: &str = "/checkout-sessions";
const SESSION: &str = "/checkout-sessions/";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "creation answers 201",
        Lie::Out(created),
        &[("creation answers 200 with every field, in order", "HTTP 200")],
    ),
    fault(
        "fields come in another order",
        Lie::Out(sorted),
        &[
            ("creation answers 200 with every field, in order", "in this order"),
            ("reading answers every field, in order", "in this order"),
        ],
    ),
    fault(
        "a message is worded otherwise",
        Lie::Out(reworded),
        &[("creation answers 200 with every field, in order", "the message")],
    ),
    fault(
        "metadata is parsed and written anew",
        Lie::Out(reencoded_metadata),
        &[("metadata comes back byte for byte", "data.metadata as sent")],
    ),
    fault(
        "an order's payload is parsed and written anew",
        Lie::Out(reencoded_payload),
        &[("an order's payload and metadata come back byte for byte", "data.payload as sent")],
    ),
    fault(
        "references are trimmed",
        Lie::In(trimmed),
        &[("client_reference_id comes back as sent", "padded")],
    ),
    fault(
        "expires_in is clamped",
        Lie::In(clamped),
        &[("expires_in out of bounds is refused and never clamped", "expires_in")],
    ),
    fault(
        "expires_in is cut to whole seconds",
        Lie::In(whole_seconds),
        &[("expires_in counts to the millisecond", "300001 ms")],
    ),
    fault("expires_in may be text", Lie::In(parsed_text), &[("expires_in must be a number", "expires_in")]),
    fault(
        "placeholders are not replaced",
        Lie::Out(unresolved),
        &[("placeholders are replaced on reading, in every form", "success_url")],
    ),
    fault(
        "the creation shows resolved URLs",
        Lie::Out(resolved_early),
        &[("placeholders are replaced on reading, in every form", "{SESSION_ID}")],
    ),
    fault(
        "sessionId is added behind the fragment",
        Lie::Out(behind_fragment),
        &[("without a placeholder sessionId is added, before the fragment", "?sessionId=")],
    ),
    fault(
        "javascript URLs are ignored and not refused",
        Lie::In(harmless),
        &[("schemes that a browser runs are refused", "success_url")],
    ),
    fault(
        "bodies that are no object count as empty",
        Lie::In(any_body),
        &[("a body that is not a JSON object is refused", "invalid_body")],
    ),
    fault(
        "long bodies are accepted",
        Lie::In(cut_body),
        &[("a body above 64 KiB is a 413, one of 64 KiB is accepted", "HTTP 413")],
    ),
    fault(
        "a refusal does not name the field",
        Lie::Out(nameless),
        &[
            ("expires_in out of bounds is refused and never clamped", "the param \"expires_in\""),
            ("an order's fields are held to their rules", "the param \"recipientAddress\""),
        ],
    ),
];

fn is_created(ask: &Ask, reply: &Reply) -> bool {
    ask.method == Method::POST && ask.path == SESSIONS && reply.status == 200
}

fn created(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if is_created(ask, reply) {
        reply.turn_into(201);
    }
}

fn sorted(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["data"], |_| ());
}

fn reworded(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if is_created(ask, reply) {
        reply.edit(&["message"], |message| *message = "Session created".into());
    }
}

fn reencoded_metadata(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["data", "metadata"], |_| ());
}

fn reencoded_payload(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["data", "payload"], |_| ());
}

fn trimmed(_: &Knowledge, ask: &mut Ask) {
    ask.edit(|body| {
        if let Some(reference) = body["client_reference_id"].as_str() {
            body["client_reference_id"] = reference.trim().into();
        }
    });
}

/// Changes `expires_in`, where it is a number that JSON trees can hold.
fn lifetime(ask: &mut Ask, change: impl FnOnce(f64) -> f64) {
    ask.edit(|body| {
        if let Some(seconds) = body["expires_in"].as_f64() {
            body["expires_in"] = json!(change(seconds));
        }
    });
}

fn clamped(_: &Knowledge, ask: &mut Ask) {
    lifetime(ask, |seconds| seconds.clamp(300.0, 86_400.0));
}

fn whole_seconds(_: &Knowledge, ask: &mut Ask) {
    lifetime(ask, f64::trunc);
}

fn parsed_text(_: &Knowledge, ask: &mut Ask) {
    ask.edit(|body| {
        if let Some(seconds) = body["expires_in"].as_str().and_then(|text| text.parse::<u64>().ok()) {
            body["expires_in"] = seconds.into();
        }
    });
}

/// Changes both URLs of a session.
fn urls(reply: &mut Reply, change: impl Fn(&str, &str) -> String) {
    let id = reply.body()["data"]["id"].as_str().unwrap_or_default().to_owned();
    for field in ["success_url", "cancel_url"] {
        reply.edit(&["data", field], |url| {
            if let Some(text) = url.as_str() {
                *url = change(text, &id).into();
            }
        });
    }
}

fn unresolved(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) {
        urls(reply, |url, id| url.replace(id, "{SESSION_ID}"));
    }
}

fn resolved_early(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if is_created(ask, reply) {
        urls(reply, |url, id| url.replace("{SESSION_ID}", id));
    }
}

fn behind_fragment(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) {
        urls(reply, |url, id| {
            let added = format!("?sessionId={id}");
            match url.split_once(&format!("{added}#")) {
                Some((before, fragment)) => format!("{before}#{fragment}{added}"),
                None => url.to_owned(),
            }
        });
    }
}

fn harmless(_: &Knowledge, ask: &mut Ask) {
    ask.edit(|body| {
        if body["success_url"].as_str().is_some_and(|url| url.starts_with("javascript:")) {
            body["success_url"] = Value::Null;
        }
    });
}

fn any_body(_: &Knowledge, ask: &mut Ask) {
    let is_object = serde_json::from_str::<Value>(&ask.body).is_ok_and(|body| body.is_object());
    if ask.path == SESSIONS && !is_object {
        ask.body = "{}".to_owned();
    }
}

fn cut_body(_: &Knowledge, ask: &mut Ask) {
    ask.body.truncate(65_536);
}

fn nameless(_: &Knowledge, _: &Ask, reply: &mut Reply) {
    reply.edit(&["error", "param"], |param| *param = Value::Null);
}
