//! The API as clients see it, over HTTP. Each test has a server and tables of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is test code: a test that cannot go on should say so and end"
)]

mod access;
mod attacks;
mod contention;
mod events;
mod faults;
mod feed;
mod idempotency;
mod inputs;
mod items;
mod listing;
mod operations;
mod page;
mod panel;
mod payment_options;
mod payments;
mod races;
mod request_log;
mod requests;
mod round_trips;
mod routes;
mod seeds;
mod serving;
mod sessions;
mod spec;
mod stories;
mod sweeping;
mod template;
mod terms;
mod torn_reads;
mod watching;
mod webhook_events;
mod webhooks;
