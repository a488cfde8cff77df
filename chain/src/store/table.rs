//! The chains' table and its keys.
//!
//! | `pk` | `sk` | Item |
//! |---|---|---|
//! | `chain#<id>` | `watch`, `settle` | the lease and the progress of watching, and of sweeping |
//! | `chain#<id>` | `deposit#<block>#<place>` | a deposit that was seen in a block |
//! | `chain#<id>` | `withdrawn#<order>#<transaction>` | the first time of a payment that was withdrawn |
//! | `chain#<id>` | `confirmed#<order>#<evidence id>` | a confirmed deposit |
//! | `chain#<id>` | `unsettled#<order>` | an order that may have something to sweep |

use aws_sdk_dynamodb::{
    Client,
    config::http::HttpResponse,
    error::SdkError,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::AttributeValue,
};
use serde::de::DeserializeOwned;
use shared::{
    dynamo::{Item, StoreError, from_item, store_error},
    kernel::{ChainId, OrderId},
};

/// The table.
#[derive(Debug, Clone)]
pub struct ChainStore {
    pub(super) client: Client,
    pub(super) table: String,
}

impl ChainStore {
    /// The store in the table of this name.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// An update of the item under a key.
    pub(super) fn update(&self, key: Item) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(key))
    }

    /// Deletes the item under a key, if there is one.
    pub(super) async fn delete(&self, key: Item) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key));
        delete.send().await.map(drop).map_err(store_error)
    }

    /// Every item of a chain whose sort key begins with `prefix`. `kind` names them in errors.
    pub(super) async fn all<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        chain: ChainId,
        prefix: String,
    ) -> Result<Vec<T>, StoreError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :chain AND begins_with(sk, :prefix)")
            .expression_attribute_values(":chain", partition(chain))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            found.push(from_item(kind, item.map_err(store_error)?)?);
        }
        Ok(found)
    }
}

pub(super) fn partition(chain: ChainId) -> AttributeValue {
    AttributeValue::S(format!("chain#{}", chain.number()))
}

pub(super) fn key(chain: ChainId, sort_key: String) -> Item {
    Item::from([("pk".to_owned(), partition(chain)), ("sk".to_owned(), AttributeValue::S(sort_key))])
}

/// The beginning of the sort keys of deposits in a block. Twelve digits sort by number beyond any chain's
/// lifetime.
pub(super) fn deposits_from(block: u64) -> String {
    format!("deposit#{block:012}#")
}

pub(super) fn confirmed_deposit(order: OrderId, evidence_id: &str) -> String {
    format!("confirmed#{order}#{evidence_id}")
}

/// The beginning of the sort keys of unswept orders.
pub(super) const UNSWEPT: &str = "unsettled#";

pub(super) fn unswept(chain: ChainId, order: OrderId) -> Item {
    key(chain, format!("{UNSWEPT}{order}"))
}

/// `true` if an update was refused since its condition is not met.
pub(super) fn is_refusal(error: &SdkError<UpdateItemError, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
