//! The one way to change existing items: conditional writes, all or nothing, in one round trip.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
        Update,
    },
};

use crate::{
    dynamo::{Database, Item, StoreError, codes::is_contended, store_error, string},
    kernel::Owner,
};

/// The writes of one transaction. Each has a handle, which finds its refusal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transaction(Vec<TransactWriteItem>);

/// A write of a transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part(usize);

impl Transaction {
    pub(crate) fn add(&mut self, write: TransactWriteItem) -> Part {
        self.0.push(write);
        Part(self.0.len() - 1)
    }
}

impl From<Vec<TransactWriteItem>> for Transaction {
    fn from(writes: Vec<TransactWriteItem>) -> Self {
        Self(writes)
    }
}

/// The outcome of a transaction that reached the tables.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Everything was written.
    Written,
    /// Nothing was written: at least one condition failed.
    Refused(Refusals),
}

/// The failed condition of each write, if it failed.
#[derive(Debug)]
pub(crate) struct Refusals(Vec<Option<Refusal>>);

/// A failed condition.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The item as it stood; `None` if there was none.
    pub(crate) found: Option<Item>,
}

impl Refusals {
    /// The refusal of a write, if its condition failed.
    pub(crate) fn of(&mut self, part: Part) -> Option<Refusal> {
        self.0.get_mut(part.0)?.take()
    }
}

impl Database {
    /// Sends a transaction. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Contended`], [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub(crate) async fn transact(&self, writes: impl Into<Transaction>) -> Result<Outcome, StoreError> {
        self.transact_with(None, writes.into()).await
    }

    /// Sends a transaction that DynamoDB takes for the same as an earlier one with this client token; without one, the
    /// SDK generates a token.
    pub(crate) async fn transact_with(
        &self,
        token: Option<String>,
        Transaction(writes): Transaction,
    ) -> Result<Outcome, StoreError> {
        let request = self.client.transact_write_items().set_client_request_token(token);
        let sent = request.set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else { return Ok(Outcome::Written) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled))
                if only_conditions_failed(cancelled.cancellation_reasons()) =>
            {
                let reasons = cancelled.cancellation_reasons().iter();
                Ok(Outcome::Refused(Refusals(reasons.map(refusal).collect())))
            }
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled))
                if is_contended(cancelled.cancellation_reasons()) =>
            {
                Err(StoreError::Contended(error.into()))
            }
            _ => Err(store_error(error)),
        }
    }
}

const CONDITION_FAILED: &str = "ConditionalCheckFailed";

fn refusal(reason: &CancellationReason) -> Option<Refusal> {
    (reason.code() == Some(CONDITION_FAILED)).then(|| Refusal { found: reason.item().cloned() })
}

/// Returns true if only conditions decided. A conflict beside them leaves its own write undecided.
fn only_conditions_failed(reasons: &[CancellationReason]) -> bool {
    let mut failed =
        reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None").peekable();
    failed.peek().is_some() && failed.all(|code| code == CONDITION_FAILED)
}

/// Protects a merchant's data from other merchants: a condition, and the value that it names. Items of the default
/// owner name none.
pub(crate) fn is_owned_by(owner: &Owner) -> (&'static str, Option<(&'static str, AttributeValue)>) {
    match owner.is_default() {
        true => ("attribute_not_exists(owned_by)", None),
        false => ("owned_by = :owner", Some((":owner", string(owner.as_str())))),
    }
}

/// An update under a condition.
pub(crate) struct ConditionalUpdate<'a> {
    pub(crate) table: &'a str,
    pub(crate) key: Item,
    pub(crate) update: &'a str,
    pub(crate) condition: &'a str,
    pub(crate) values: Vec<(&'static str, AttributeValue)>,
}

impl ConditionalUpdate<'_> {
    /// The update as part of a transaction that reports the item on which the condition failed. `status` and `count`
    /// are reserved words in DynamoDB, as is `list`, so the expressions say `#status`, `#count` and `#list`. DynamoDB refuses an empty map of
    /// names.
    pub(crate) fn into_write(self) -> Result<TransactWriteItem, StoreError> {
        let values = self.values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let used = ["status", "count", "list"].into_iter().map(|name| (format!("#{name}"), name.to_owned()));
        let names: HashMap<_, _> =
            used.filter(|(name, _)| self.update.contains(name) || self.condition.contains(name)).collect();
        let update = Update::builder()
            .table_name(self.table)
            .set_key(Some(self.key))
            .update_expression(self.update)
            .condition_expression(self.condition)
            .set_expression_attribute_names((!names.is_empty()).then_some(names))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Internal(error.into()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// A put, as part of a transaction, of an item whose key must be new. `key` is the table's partition key.
pub(crate) fn put_new(table: &str, key: &str, item: Item) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression(format!("attribute_not_exists({key})"))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()
        .map_err(|error| StoreError::Internal(error.into()))?;
    Ok(TransactWriteItem::builder().put(put).build())
}
