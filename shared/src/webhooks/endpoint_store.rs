//! Stored endpoints, and the position up to which their merchants' events have deliveries.

use aws_sdk_dynamodb::{
    error::SdkError,
    types::{Delete, TransactWriteItem},
};
use serde::Deserialize;

use crate::{
    dynamo::{
        Item, MAX_CONFLICT_RETRIES, StoreError, contended,
        contention::Patience,
        from_item, keys, number, store_error, string,
        transact::{ConditionalUpdate, Outcome, Transaction, put_new},
    },
    kernel::{Cursor, EndpointId, Owner},
    webhooks::{
        Endpoint, MOST_ENDPOINTS, WebhookStore,
        endpoint_record::{endpoint_item, read_endpoint},
    },
};

/// The state of a merchant's webhooks.
#[derive(Debug, Deserialize)]
pub(crate) struct FanOutState {
    /// The number of endpoints.
    pub(crate) endpoints: u64,
    /// The position in the feed up to which events have deliveries.
    pub(crate) fanned_to: Cursor,
}

/// The outcome of creating an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointCreation {
    /// It was created.
    Created(Box<Endpoint>),
    /// Its merchant has the most endpoints allowed.
    TooMany,
}

/// The outcome of deleting an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It was deleted.
    Deleted,
    /// There was no such endpoint.
    NoSuchEndpoint,
}

impl WebhookStore {
    /// Creates an endpoint for the events from now on. Three round trips, and one for each eight lanes of the feed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn create_endpoint(&self, wanted: Endpoint) -> Result<EndpointCreation, StoreError> {
        let mut patience = Patience::new();
        for _ in 0..MAX_CONFLICT_RETRIES {
            let fan = self.fan(&wanted.owner).await?;
            if fan.as_ref().is_some_and(|fan| fan.endpoints >= MOST_ENDPOINTS) {
                return Ok(EndpointCreation::TooMany);
            }
            let end = self.feed.feed_end(&wanted.owner).await?;
            let endpoint = Endpoint { after: end.clone(), ..wanted.clone() };
            let item = endpoint_item(&endpoint)?;
            let mut transaction = Transaction::default();
            let new = transaction.add(put_new(&self.database.tables.webhooks, "pk", item)?);
            transaction.add(self.count_one_more(&endpoint.owner, fan, &end)?);
            match self.database.transact(transaction).await {
                Ok(Outcome::Written) => return Ok(EndpointCreation::Created(Box::new(endpoint))),
                // An earlier attempt of this call, whose answer was lost, or another endpoint intervened.
                Ok(Outcome::Refused(mut refusals)) => {
                    if let Some(found) = refusals.of(new).and_then(|refusal| refusal.found) {
                        return Ok(EndpointCreation::Created(Box::new(read_endpoint(found)?)));
                    }
                }
                Err(error) => patience.wait_after(error).await?,
            }
        }
        Err(contended("the list of endpoints"))
    }

    /// Events from before a merchant's first endpoint get no deliveries.
    fn count_one_more(
        &self,
        owner: &Owner,
        fan: Option<FanOutState>,
        end: &Cursor,
    ) -> Result<TransactWriteItem, StoreError> {
        let count = fan.as_ref().map_or(0, |fan| fan.endpoints);
        let condition = if fan.is_none() { "attribute_not_exists(pk)" } else { "endpoints = :count" };
        let skip = count == 0;
        let update = if skip { "SET endpoints = :more, fanned_to = :end" } else { "SET endpoints = :more" };
        let values = [(":more", number(count + 1))].into_iter();
        let values = values.chain(fan.map(|_| (":count", number(count))));
        ConditionalUpdate {
            table: &self.database.tables.webhooks,
            key: keys::fan(owner),
            update,
            condition,
            values: values.chain(skip.then(|| (":end", string(end.to_string())))).collect(),
        }
        .into_write()
    }

    pub(crate) async fn fan(&self, owner: &Owner) -> Result<Option<FanOutState>, StoreError> {
        let read = self
            .database
            .client
            .get_item()
            .table_name(&self.database.tables.webhooks)
            .set_key(Some(keys::fan(owner)));
        let answer = read.consistent_read(true).send().await.map_err(store_error)?;
        answer.item.map(|item| from_item("fan", item)).transpose()
    }

    /// A merchant's endpoint. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn endpoint(&self, owner: &Owner, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
        let read = self.database.client.get_item().table_name(&self.database.tables.webhooks);
        let read = read.set_key(Some(keys::endpoint(owner, id))).consistent_read(true);
        read.send().await.map_err(store_error)?.item.map(read_endpoint).transpose()
    }

    /// A merchant's endpoints, oldest first. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn endpoints(&self, owner: &Owner) -> Result<Vec<Endpoint>, StoreError> {
        self.endpoints_from(Some(owner)).await
    }

    /// All merchants' endpoints.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn all_endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        self.endpoints_from(None).await
    }

    async fn endpoints_from(&self, owner: Option<&Owner>) -> Result<Vec<Endpoint>, StoreError> {
        let prefix = owner.map_or_else(String::new, keys::endpoints_of);
        let condition = if owner.is_some() { "pk = :all AND begins_with(sk, :owner)" } else { "pk = :all" };
        let values = owner.map(|_| (":owner".to_owned(), string(prefix)));
        let values = [(":all".to_owned(), keys::endpoints())].into_iter().chain(values);
        let query = self.database.client.query().table_name(&self.database.tables.webhooks);
        let query = query.key_condition_expression(condition).consistent_read(true);
        let query = query.set_expression_attribute_values(Some(values.collect()));
        let items: Vec<Item> =
            query.into_paginator().items().send().collect::<Result<_, _>>().await.map_err(store_error)?;
        let mut endpoints = items.into_iter().map(read_endpoint).collect::<Result<Vec<_>, _>>()?;
        endpoints.sort_by_key(|endpoint| (endpoint.created_at, endpoint.id));
        Ok(endpoints)
    }

    /// Applies `change` to an endpoint and writes it; `None` if there is no such endpoint. Two round trips.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn change_endpoint(
        &self,
        owner: &Owner,
        id: EndpointId,
        change: impl Fn(Endpoint) -> Endpoint,
    ) -> Result<Option<Endpoint>, StoreError> {
        let mut patience = Patience::new();
        for _ in 0..MAX_CONFLICT_RETRIES {
            let Some(found) = self.endpoint(owner, id).await? else { return Ok(None) };
            let read = found.version;
            let changed = Endpoint { version: read + 1, ..change(found) };
            let put = self.database.client.put_item().table_name(&self.database.tables.webhooks);
            let put = put.set_item(Some(endpoint_item(&changed)?));
            let put = put.condition_expression("version = :read");
            match put.expression_attribute_values(":read", number(read)).send().await {
                Ok(_) => return Ok(Some(changed)),
                Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                }
                Err(error) => patience.wait_after(store_error(error)).await?,
            }
        }
        Err(contended("an endpoint"))
    }

    /// Deletes an endpoint. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn delete_endpoint(&self, owner: &Owner, id: EndpointId) -> Result<Deletion, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.database.tables.webhooks)
            .set_key(Some(keys::endpoint(owner, id)))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(|error| StoreError::Internal(error.into()))?;
        let count = ConditionalUpdate {
            table: &self.database.tables.webhooks,
            key: keys::fan(owner),
            update: "SET endpoints = endpoints - :one",
            condition: "endpoints >= :one",
            values: vec![(":one", number(1))],
        };
        let writes = vec![TransactWriteItem::builder().delete(delete).build(), count.into_write()?];
        match self.database.transact(writes).await? {
            Outcome::Written => Ok(Deletion::Deleted),
            Outcome::Refused(_) => Ok(Deletion::NoSuchEndpoint),
        }
    }
}
