//! The cost of a request: its round trips to DynamoDB, retries included, and the capacity that they take.
//!
//! Counted only inside [`metered`]; outside of it DynamoDB is not even asked for the capacity.

use std::cell::Cell;

use aws_sdk_dynamodb::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::*},
    operation::{
        batch_get_item::{BatchGetItemInput, BatchGetItemOutput},
        get_item::{GetItemInput, GetItemOutput},
        put_item::{PutItemInput, PutItemOutput},
        query::{QueryInput, QueryOutput},
        transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput},
        update_item::{UpdateItemInput, UpdateItemOutput},
    },
    types::{ConsumedCapacity, ReturnConsumedCapacity},
};
use aws_smithy_runtime_api::{box_error::BoxError, client::interceptors::context::Output};

/// The cost of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Requests sent to DynamoDB.
    pub round_trips: u64,
    /// Capacity units for reading and writing together.
    pub capacity_units: f64,
}

tokio::task_local! {
    static SPENT: Cell<Spent>;
}

/// Does some work and returns its cost.
pub async fn metered<F: Future>(work: F) -> (F::Output, Spent) {
    let counted = async {
        let output = work.await;
        (output, SPENT.with(Cell::get))
    };
    SPENT.scope(Cell::default(), counted).await
}

fn spend(round_trips: u64, capacity_units: f64) {
    let _ = SPENT.try_with(|spent| {
        let before = spent.get();
        spent.set(Spent {
            round_trips: before.round_trips + round_trips,
            capacity_units: before.capacity_units + capacity_units,
        });
    });
}

/// Counts the client's requests and their capacity.
#[derive(Debug)]
pub(crate) struct Meter;

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if SPENT.try_with(|_| ()).is_err() {
            return Ok(());
        }
        let input = context.input_mut();
        macro_rules! ask {
            ($($operation:ty),*) => {
                $(if let Some(input) = input.downcast_mut::<$operation>() {
                    input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
                })*
            };
        }
        ask!(
            BatchGetItemInput,
            GetItemInput,
            PutItemInput,
            QueryInput,
            TransactWriteItemsInput,
            UpdateItemInput
        );
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        spend(1, 0.0);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Ok(output) = context.output_or_error() {
            spend(0, capacity_of(output));
        }
        Ok(())
    }
}

/// The capacity that an answer reports.
fn capacity_of(output: &Output) -> f64 {
    let sum = |parts: &[ConsumedCapacity]| parts.iter().filter_map(|part| part.capacity_units()).sum();
    macro_rules! told {
        ($($operation:ty),*) => {
            $(if let Some(output) = output.downcast_ref::<$operation>() {
                return output.consumed_capacity().and_then(|it| it.capacity_units()).unwrap_or_default();
            })*
        };
    }
    told!(GetItemOutput, PutItemOutput, QueryOutput, UpdateItemOutput);
    if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
        return sum(output.consumed_capacity());
    }
    output.downcast_ref::<BatchGetItemOutput>().map_or(0.0, |output| sum(output.consumed_capacity()))
}
