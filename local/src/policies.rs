//! The functions' permissions on tables, by their policies in `template.yaml`, conditions included. The local server
//! refuses any call that the cloud would refuse, so that tests find it before a deployment does.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use aws_sdk_dynamodb::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{deployment::TableNames, engine::words, server::BoxError};

/// The statements of each function, by its name.
pub type Policies = HashMap<String, Vec<Statement>>;

/// One permission of a function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Statement {
    /// The actions, such as `dynamodb:GetItem`.
    pub actions: HashSet<String>,
    /// The tables, or indexes as `table/index/name`, by their names in the template.
    pub resources: HashSet<String>,
    /// The patterns of the partition keys, from the condition `ForAllValues:StringLike` on `dynamodb:LeadingKeys`.
    pub leading_keys: Option<Vec<String>>,
}

tokio::task_local! {
    static FUNCTION: String;
}

/// Runs `work` under the policy of a function. Calls outside of it are not checked. Work outside of this call is not checked.
pub async fn acting_as<W: Future>(function: impl Into<String>, work: W) -> W::Output {
    FUNCTION.scope(function.into(), work).await
}

/// A client that refuses calls against the functions' policies.
pub(crate) fn enforced(client: &Client, policies: Policies, tables: TableNames) -> Client {
    let guard = Guard { policies: Arc::new(policies), tables };
    Client::from_conf(client.config().to_builder().interceptor(guard).build())
}

#[derive(Debug)]
struct Guard {
    policies: Arc<Policies>,
    tables: TableNames,
}

/// One action of a request, as AWS checks it against the policies.
struct Call {
    action: String,
    table: String,
    index: Option<String>,
    leading_keys: Vec<String>,
}

impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn read_after_serialization(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(function) = FUNCTION.try_with(Clone::clone) else { return Ok(()) };
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let input: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        let statements = self.policies.get(&function);
        for call in calls(operation, &input) {
            let index = call.index.as_deref().map(|index| format!("/index/{index}"));
            let resource =
                self.tables.in_template(&call.table).to_owned() + index.as_deref().unwrap_or_default();
            if !statements.is_some_and(|all| all.iter().any(|it| it.allows(&call, &resource))) {
                let problem =
                    format!("template.yaml does not allow {function} {} on {resource}", call.action);
                tracing::error!("{problem}");
                return Err(problem.into());
            }
        }
        Ok(())
    }
}

impl Statement {
    fn allows(&self, call: &Call, resource: &str) -> bool {
        let keys = self.leading_keys.as_ref();
        let is_allowed = |key: &String| keys.is_none_or(|keys| keys.iter().any(|like| is_like(key, like)));
        self.actions.contains(&call.action)
            && self.resources.contains(resource)
            && call.leading_keys.iter().all(is_allowed)
    }
}

/// IAM's `StringLike`, as far as it is used here: a `*` at the end matches anything.
fn is_like(text: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(text == pattern, |start| text.starts_with(start))
}

fn calls(operation: &str, input: &Value) -> Vec<Call> {
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let items = input["TransactItems"].as_array().into_iter().flatten();
            let items = items.filter_map(Value::as_object).flatten();
            let name = |kind: &str| match kind {
                "ConditionCheck" => "ConditionCheckItem".to_owned(),
                kind => format!("{kind}Item"),
            };
            items.map(|(kind, item)| call(&name(kind), &item["TableName"], item)).collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = input["RequestItems"].as_object().into_iter().flatten();
            tables.map(|(table, items)| call(operation, &table.as_str().into(), items)).collect()
        }
        _ => vec![call(operation, &input["TableName"], input)],
    }
}

fn call(operation: &str, table: &Value, input: &Value) -> Call {
    Call {
        action: format!("dynamodb:{operation}"),
        table: table.as_str().unwrap_or_default().to_owned(),
        index: input["IndexName"].as_str().map(str::to_owned),
        leading_keys: leading_keys(input),
    }
}

/// The partition keys that a call names: `pk` or `id`; of a query, the value that its condition begins with.
fn leading_keys(input: &Value) -> Vec<String> {
    let condition = input["KeyConditionExpression"].as_str().unwrap_or_default();
    let placeholder = words(condition).find(|word| word.starts_with(':')).unwrap_or_default();
    let queried = input["ExpressionAttributeValues"].get(placeholder);
    let keys = input["Keys"].as_array().into_iter().flatten().chain([&input["Key"], &input["Item"]]);
    let keys = keys.flat_map(|key| [&key["pk"], &key["id"]]);
    keys.chain(queried).filter_map(|value| value["S"].as_str().map(str::to_owned)).collect()
}
