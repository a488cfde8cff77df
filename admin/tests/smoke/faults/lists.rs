//! Lists, events and webhook endpoints that leave something out, show it twice, or show too much.

use axum::http::Method;

use super::{Fault, fault};
use crate::liar::{Ask, Knowledge, Lie, Reply};

const SESSION: &str = "/checkout-sessions/";

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "orders are listed oldest first",
        Lie::Out(oldest_orders),
        &[("a creator's orders come newest first, by limit and offset", "in this order")],
    ),
    fault(
        "an offset is ignored",
        Lie::In(no_offset),
        &[("a creator's orders come newest first, by limit and offset", "in this order")],
    ),
    fault(
        "sessions are listed oldest first",
        Lie::Out(oldest_sessions),
        &[("a merchant's sessions come newest first, page by page", "in this order")],
    ),
    fault(
        "a status is ignored in a list",
        Lie::In(any_status),
        &[("a status lists the sessions that have it", "in this order")],
    ),
    fault(
        "a session's event is doubled",
        Lie::Out(doubled_event),
        &[("a session's events are each there once, numbered without a gap", "order.created")],
    ),
    fault(
        "a session's event is dropped",
        Lie::Out(dropped_event),
        &[("a session's events are each there once, numbered without a gap", "order.created")],
    ),
    fault(
        "an event is doubled in the feed",
        Lie::Out(doubled_in_feed),
        &[("the feed has each event once, in its place", "order.created")],
    ),
    fault(
        "an event is dropped from the feed",
        Lie::Out(dropped_from_feed),
        &[("the feed has each event once, in its place", "order.created")],
    ),
    fault(
        "events show their objects as they are now",
        Lie::Out(later_objects),
        &[("an event shows its object as it stood", "\"open\"")],
    ),
    fault(
        "an endpoint shows its secret again",
        Lie::Out(shown_secret),
        &[("an endpoint's secret is shown where it is made, and never again", "no secret")],
    ),
    fault(
        "a deleted endpoint is still there",
        Lie::In(kept_endpoint),
        &[
            ("an endpoint is made, shown, changed and deleted", "HTTP 200"),
            ("everything that was made is ended", "can be ended"),
        ],
    ),
];

fn oldest_orders(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, "/orders?") {
        reply.edit_list(&["data"], |orders| orders.reverse());
    }
}

fn no_offset(_: &Knowledge, ask: &mut Ask) {
    ask.path = ask.path.replace("&offset=", "&ignored=");
}

fn oldest_sessions(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, "/checkout-sessions?") {
        reply.edit_list(&["data", "sessions"], |sessions| sessions.reverse());
    }
}

fn any_status(_: &Knowledge, ask: &mut Ask) {
    if ask.is(Method::GET, "/checkout-sessions?") {
        ask.path = ask.path.replace("&status=", "&ignored=");
    }
}

const ORDER_CREATED: &str = "\"type\":\"order.created\"";

/// The place of an order's creation in a list of events.
fn order_created(events: &[String]) -> Option<usize> {
    events.iter().position(|event| event.contains(ORDER_CREATED))
}

fn double(events: &mut Vec<String>) {
    if let Some(place) = order_created(events) {
        events.insert(place, events[place].clone());
    }
}

fn drop_one(events: &mut Vec<String>) {
    if let Some(place) = order_created(events) {
        events.remove(place);
    }
}

fn doubled_event(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) {
        reply.edit_list(&["data", "events"], double);
    }
}

fn dropped_event(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) {
        reply.edit_list(&["data", "events"], drop_one);
    }
}

/// Lies only about short pages, which no doubled event makes longer than was asked for.
fn in_feed(ask: &Ask, reply: &mut Reply, change: impl FnOnce(&mut Vec<String>)) {
    if ask.is(Method::GET, "/events?limit=100&after=") {
        reply.edit_list(&["data", "events"], |events| {
            if events.len() < 50 {
                change(events);
            }
        });
    }
}

fn doubled_in_feed(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    in_feed(ask, reply, |events| {
        let twice = events.iter().flat_map(|event| {
            std::iter::repeat_n(event.clone(), if event.contains(ORDER_CREATED) { 2 } else { 1 })
        });
        *events = twice.collect();
    });
}

/// The last event of a page stays, since it is where the next one begins.
fn dropped_from_feed(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    in_feed(ask, reply, |events| {
        let last = events.pop();
        events.retain(|event| !event.contains(ORDER_CREATED));
        events.extend(last);
    });
}

fn later_objects(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, SESSION) {
        reply.edit_list(&["data", "events"], |events| {
            for event in events {
                *event = event.replace("\"status\":\"open\"", "\"status\":\"expired\"");
            }
        });
    }
}

fn shown_secret(_: &Knowledge, ask: &Ask, reply: &mut Reply) {
    if ask.is(Method::GET, "/webhook-endpoints") {
        reply.text = reply.text.replace("\"enabled\"", "\"secret\":\"whsec_x\",\"enabled\"");
    }
}

fn kept_endpoint(_: &Knowledge, ask: &mut Ask) {
    if ask.is(Method::DELETE, "/webhook-endpoints/") {
        ask.method = Method::PUT;
    }
}
