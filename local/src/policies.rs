//! What functions may do with the tables, by their policies in `template.yaml`. A call that the cloud would
//! refuse is refused here, so that whoever adds one finds out before a deployment does. Only a policy's actions
//! and resources are looked at, not its conditions.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use aws_sdk_dynamodb::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef},
};
use serde_json::Value;

use crate::server::BoxError;

/// Of each function, by its `Handler`: the actions, such as `dynamodb:GetItem`, and the tables, or indexes as
/// `table/index/name`, that it may do them with.
pub type Policies = HashMap<String, HashSet<(String, String)>>;

tokio::task_local! {
    static FUNCTION: String;
}

/// Does some work as the function of this name. What is done as nobody is not refused.
pub async fn acting_as<W: Future>(function: impl Into<String>, work: W) -> W::Output {
    FUNCTION.scope(function.into(), work).await
}

/// The client, for tables with this prefix, that refuses functions what their policies do not allow.
pub(crate) fn enforced(client: &Client, policies: Policies, table_prefix: &str) -> Client {
    let guard = Guard { policies: Arc::new(policies), table_prefix: table_prefix.to_owned() };
    Client::from_conf(client.config().to_builder().interceptor(guard).build())
}

#[derive(Debug)]
struct Guard {
    policies: Arc<Policies>,
    table_prefix: String,
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
        let allowed = self.policies.get(&function);
        for (action, resource) in calls(operation, &input) {
            let resource = resource.strip_prefix(&self.table_prefix).unwrap_or(&resource).to_owned();
            if !allowed.is_some_and(|allowed| allowed.contains(&(action.clone(), resource.clone()))) {
                let problem = format!("template.yaml does not allow {function} {action} on {resource}");
                tracing::error!("{problem}");
                return Err(problem.into());
            }
        }
        Ok(())
    }
}

/// What a request does, each as the action and the resource that AWS asks the policies for.
fn calls(operation: &str, input: &Value) -> Vec<(String, String)> {
    let action = |name: &str| format!("dynamodb:{name}");
    let table = |input: &Value| input["TableName"].as_str().unwrap_or_default().to_owned();
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let items = input["TransactItems"].as_array().into_iter().flatten();
            let items = items.filter_map(Value::as_object).flatten();
            let name = |kind: &str| match kind {
                "ConditionCheck" => action("ConditionCheckItem"),
                kind => action(&format!("{kind}Item")),
            };
            items.map(|(kind, item)| (name(kind), table(item))).collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = input["RequestItems"].as_object().into_iter().flatten();
            tables.map(|(table, _)| (action(operation), table.clone())).collect()
        }
        _ => {
            let index = input["IndexName"].as_str().map(|index| format!("/index/{index}"));
            vec![(action(operation), table(input) + index.as_deref().unwrap_or_default())]
        }
    }
}
