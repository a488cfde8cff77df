//! Webhooks: endpoints, what is to be sent to them, and what came of it.
//!
//! What is due at an endpoint is a list in the table (`due#<endpoint>`), and one at a time works on it, who
//! holds the endpoint's lane. So an endpoint that hangs holds up nobody's messages but its own, and nothing
//! is lost where a queue's message is: whoever looks next finds what is due.

mod deliveries;
mod endpoints;
mod fan_out;
mod lanes;

pub use lanes::Due;
