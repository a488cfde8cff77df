//! The DynamoDB calls of the functions, one each.

use std::{collections::HashMap, env};

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeValue, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure::AllOld,
        TransactWriteItem, Update,
    },
};
use lambda_http::{Body, Error, Request, RequestExt as _};
use serde::Deserialize;

use crate::items::{self, Item, text};

/// One function's call, on the tables that it uses.
pub(crate) struct Call {
    kind: Kind,
    sessions: String,
    orders: String,
}

enum Kind {
    /// A conditional `PutItem`, as `create-session`.
    Put,
    /// A consistent `GetItem`, as `get-session`.
    Get,
    /// A `TransactWriteItems` of one update, as `expire-session`.
    TransactOne,
    /// A `TransactWriteItems` of one put and one update, as `create-order`.
    TransactTwo,
    /// A consistent `Query`, as `get-order`.
    Query,
    /// A consistent `Query` and a `BatchGetItem` of its results, as `list-orders`.
    List,
}

/// The parts of the body of `POST /orders` that are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderBody<'a> {
    checkout_session_id: &'a str,
}

impl Call {
    /// The call that `BARE_CALL` names; none for `none`, as `not-found`.
    pub(crate) fn from_env() -> Result<Option<Self>, Error> {
        let kind = match env::var("BARE_CALL")?.as_str() {
            "none" => return Ok(None),
            "put" => Kind::Put,
            "get" => Kind::Get,
            "transact1" => Kind::TransactOne,
            "transact2" => Kind::TransactTwo,
            "query" => Kind::Query,
            "list" => Kind::List,
            other => return Err(format!("BARE_CALL={other} is not a known call").into()),
        };
        Ok(Some(Self { kind, sessions: env::var("SESSIONS_TABLE")?, orders: env::var("ORDERS_TABLE")? }))
    }

    /// Makes the call. A new item gets the request's id as its own.
    pub(crate) async fn send(&self, client: &Client, request: &Request) -> Result<(), Error> {
        match self.kind {
            Kind::Put => self.put(client, &new_id(request)).await,
            Kind::Get => self.get(client, path_parameter(request, "sessionId")?).await,
            Kind::TransactOne => {
                let update = self.end_session(path_parameter(request, "sessionId")?)?;
                transact(client, vec![update]).await
            }
            Kind::TransactTwo => {
                let Body::Text(body) = request.body() else { return Err("the body is not text".into()) };
                let session = serde_json::from_str::<OrderBody<'_>>(body)?.checkout_session_id;
                let order = new_id(request);
                let writes = vec![self.put_order(&order, session)?, self.link_session(session, &order)?];
                transact(client, writes).await
            }
            Kind::Query => {
                let partition = format!("order#{}", path_parameter(request, "orderId")?);
                self.query(client, partition, 100).await.map(drop)
            }
            Kind::List => self.list(client, request).await,
        }
    }

    async fn put(&self, client: &Client, id: &str) -> Result<(), Error> {
        client
            .put_item()
            .table_name(&self.sessions)
            .set_item(Some(items::session(id)))
            .condition_expression("attribute_not_exists(id)")
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await?;
        Ok(())
    }

    async fn get(&self, client: &Client, id: &str) -> Result<(), Error> {
        let key = items::session_key(id);
        let get = client.get_item().table_name(&self.sessions).set_key(Some(key)).consistent_read(true);
        get.send().await?.item.ok_or("no such session")?;
        Ok(())
    }

    async fn query(&self, client: &Client, partition: String, limit: i32) -> Result<Vec<Item>, Error> {
        let query = client
            .query()
            .table_name(&self.orders)
            .key_condition_expression("pk = :partition")
            .expression_attribute_values(":partition", text(partition))
            .scan_index_forward(false)
            .limit(limit)
            .consistent_read(true);
        query.send().await?.items.filter(|items| !items.is_empty()).ok_or_else(|| "no such partition".into())
    }

    async fn list(&self, client: &Client, request: &Request) -> Result<(), Error> {
        let query = request.query_string_parameters();
        let creator = query.first("creatorAddress").ok_or("creatorAddress is missing")?;
        let limit = query.first("limit").ok_or("limit is missing")?.parse()?;
        let entries = self.query(client, format!("creator#{creator}"), limit).await?;
        let ids = entries.iter().filter_map(|entry| entry.get("sk")?.as_s().ok()?.split_once('#'));
        let keys = ids.map(|(_, id)| items::order_key(id)).collect();
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build()?;
        client.batch_get_item().request_items(&self.orders, wanted).send().await?;
        Ok(())
    }

    fn end_session(&self, id: &str) -> Result<TransactWriteItem, Error> {
        let values = [(":expired", text("expired")), (":reason", text("manual"))];
        self.update_session(id, "SET #status = :expired, expired_reason = :reason", values.into())
    }

    fn link_session(&self, id: &str, order: &str) -> Result<TransactWriteItem, Error> {
        let values = [
            (":order", text(order)),
            (":order_status", text("scanning_deposit_transaction")),
            (":deadline", items::time()),
        ];
        let update =
            "SET order_id = :order, order_status = :order_status, deadline = :deadline REMOVE removable_at";
        self.update_session(id, update, values.into())
    }

    fn update_session(
        &self,
        id: &str,
        update: &str,
        values: HashMap<&str, AttributeValue>,
    ) -> Result<TransactWriteItem, Error> {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let update = Update::builder()
            .table_name(&self.sessions)
            .set_key(Some(items::session_key(id)))
            .update_expression(update)
            .condition_expression("attribute_exists(id) AND #status = :open AND deadline > :now")
            .expression_attribute_names("#status", "status")
            .set_expression_attribute_values(Some(values))
            .expression_attribute_values(":open", text("open"))
            .expression_attribute_values(":now", AttributeValue::N("0".to_owned()))
            .return_values_on_condition_check_failure(AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn put_order(&self, id: &str, session: &str) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.orders)
            .set_item(Some(items::order(id, session)))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

async fn transact(client: &Client, writes: Vec<TransactWriteItem>) -> Result<(), Error> {
    client.transact_write_items().set_transact_items(Some(writes)).send().await?;
    Ok(())
}

fn new_id(request: &Request) -> String {
    request.lambda_context().request_id
}

fn path_parameter<'a>(request: &'a Request, name: &str) -> Result<&'a str, Error> {
    let parameters = request.path_parameters_ref().ok_or("the event has no path parameters")?;
    Ok(parameters.first(name).ok_or("a path parameter is missing")?)
}
