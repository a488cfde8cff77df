//! Webhooks: endpoints, their deliveries, and the deliveries' outcomes.
//!
//! The table holds a list of due deliveries for each endpoint (`due#<endpoint>`). One worker at a time, the holder of
//! the endpoint's lease, works on it. So an endpoint that hangs delays no other endpoint's messages, and a lost queue
//! message loses no delivery: the next worker finds it in the list.

mod api;
mod delivery;
mod delivery_record;
mod delivery_store;
mod endpoint;
mod endpoint_record;
mod endpoint_store;
mod fan_out;
mod leases;
mod store;

pub use api::{
    DeletedEndpoint, DeliveryPage, DeliveryView, EndpointRequest, EndpointView, delivery_id, endpoint_id,
    find_endpoint, parse_deliveries_query, parse_overlap, test_delivery,
};
pub use delivery::{Attempt, Delivery, DeliveryStatus, Occasion};
pub use delivery_store::{DeliveryList, DeliveryWrite};
pub use endpoint::{Endpoint, MOST_ENDPOINTS, SecretInUse, WebhookSecret};
pub use endpoint_store::{Deletion, EndpointCreation};
pub use leases::{Due, Lease, Release};
pub use store::WebhookStore;
