//! Endpoints as they are stored.

use serde::{Deserialize, Serialize};

use crate::{
    checkout::EventType,
    dynamo::{Item, StoreError, from_item, keys, to_item},
    kernel::{Cursor, EndpointId, Owner, Timestamp},
    webhooks::{Endpoint, endpoint::SecretInUse},
};

/// An endpoint's attributes, except for its key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EndpointRecord {
    id: EndpointId,
    owner: Owner,
    url: String,
    description: Option<String>,
    event_types: Option<Vec<EventType>>,
    enabled: bool,
    secrets: Vec<SecretInUse>,
    created_at: Timestamp,
    after: Cursor,
    version: u64,
}

impl From<&Endpoint> for EndpointRecord {
    fn from(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id,
            owner: endpoint.owner.clone(),
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            event_types: endpoint.event_types.clone(),
            enabled: endpoint.enabled,
            secrets: endpoint.secrets.clone(),
            created_at: endpoint.created_at,
            after: endpoint.after.clone(),
            version: endpoint.version,
        }
    }
}

impl From<EndpointRecord> for Endpoint {
    fn from(record: EndpointRecord) -> Self {
        Self {
            id: record.id,
            owner: record.owner,
            url: record.url,
            description: record.description,
            event_types: record.event_types,
            enabled: record.enabled,
            secrets: record.secrets,
            created_at: record.created_at,
            after: record.after,
            version: record.version,
        }
    }
}

/// An endpoint's item.
pub(crate) fn endpoint_item(endpoint: &Endpoint) -> Result<Item, StoreError> {
    let mut item: Item = to_item(&EndpointRecord::from(endpoint))?;
    item.extend(keys::endpoint(&endpoint.owner, endpoint.id));
    Ok(item)
}

/// Reads an endpoint's item.
pub(crate) fn read_endpoint(item: Item) -> Result<Endpoint, StoreError> {
    from_item::<EndpointRecord>("endpoint", item).map(Endpoint::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamo::string;
    use crate::{checkout::EventType, webhooks::WebhookSecret};

    #[test]
    fn an_endpoint_is_read_as_it_was_written() {
        let (url, secret) = ("https://shop.example/hooks".to_owned(), WebhookSecret::new([1, 2]));
        let now = Timestamp::from_millis(1_759_387_147_944);
        let new = Endpoint::new(EndpointId::new(7), Owner::default(), url, secret, now);
        let after = Cursor::parse("0000000000000500").unwrap();
        let endpoint = Endpoint { event_types: Some(vec![EventType::SessionCompleted]), after, ..new };
        let item = endpoint_item(&endpoint).unwrap();
        assert_eq!(item.get("sk"), Some(&string(format!("default#{}", endpoint.id))));
        assert_eq!(read_endpoint(item).unwrap(), endpoint);
    }
}
