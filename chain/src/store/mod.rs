//! What watching and settling remember from one run to the next, in a table of its own.
//!
//! | `pk` | `sk` | Item |
//! |---|---|---|
//! | `chain#<id>` | `watch`, `settle` | who works on the chain at present, and how far that work is |
//! | `chain#<id>` | `deposit#<block>#<place>` | a deposit that was seen in a block |
//! | `chain#<id>` | `withdrawn#<order>#<transaction>` | when a payment that was withdrawn was first seen |
//! | `chain#<id>` | `confirmed#<order>#<evidence id>` | a confirmed deposit |
//! | `chain#<id>` | `unsettled#<order>` | an order that may have something to settle |

mod lease;
mod sightings;
mod unsettled;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use shared::{
    dynamo::Item,
    kernel::{ChainId, OrderId},
};

pub(crate) use lease::{LEASE_MILLIS, Work};
pub(crate) use unsettled::Unsettled;

/// The table.
#[derive(Debug, Clone)]
pub struct ChainStore {
    client: Client,
    table: String,
}

impl ChainStore {
    /// On the table of this name.
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }
}

fn partition(chain: ChainId) -> AttributeValue {
    AttributeValue::S(format!("chain#{}", chain.number()))
}

fn key(chain: ChainId, sort_key: String) -> Item {
    Item::from([("pk".to_owned(), partition(chain)), ("sk".to_owned(), AttributeValue::S(sort_key))])
}

/// Twelve digits sort by number beyond any chain's lifetime.
fn deposits_from(block: u64) -> String {
    format!("deposit#{block:012}#")
}

fn confirmed_deposit(order: OrderId, evidence_id: &str) -> String {
    format!("confirmed#{order}#{evidence_id}")
}

fn unsettled(order: OrderId) -> String {
    format!("unsettled#{order}")
}
