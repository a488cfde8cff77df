//! Webhooks: endpoints, what is to be sent to them, and what came of it.
//!
//! What is due at an endpoint is a list in the table (`due#<endpoint>`), and one at a time works on it, who
//! holds the endpoint's lane. So an endpoint that hangs holds up nobody's messages but its own, and nothing
//! is lost where a queue's message is: whoever looks next finds what is due.

mod api;
mod delivery;
mod delivery_store;
mod endpoint;
mod endpoint_store;
mod fan_out;
mod leases;

pub use api::{
    DeletedEndpoint, DeliveryPage, DeliveryView, EndpointRequest, EndpointView, delivery_id, endpoint_id,
    find_endpoint, parse_deliveries_query, parse_overlap, test_delivery,
};
pub use delivery::{Attempt, Delivery, DeliveryId, DeliveryStatus, Occasion};
pub use endpoint::{Endpoint, EndpointId, MOST_ENDPOINTS, SecretInUse, WebhookSecret};
pub use leases::Due;
