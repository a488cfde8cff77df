//! The routes, tables and CORS settings of `template.yaml`: the same file that is deployed.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_yaml_ng::Value;

use crate::{
    filters::Filters,
    policies::{Policies, Statement},
};

/// The deployed template, built in.
const TEMPLATE: &str = include_str!("../../template.yaml");

/// The parts of the template that the local server uses.
#[derive(Debug, Clone)]
pub struct Template {
    /// The routes of the API, `$default` included.
    pub routes: Vec<Route>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The functions' permissions.
    pub policies: Policies,
    /// The filters of the tables' streams.
    pub filters: Filters,
    /// The CORS settings.
    pub cors: Cors,
}

/// One route of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST`, or `ANY`.
    pub method: String,
    /// The path, with parameters in braces; `$default` for all requests without another route.
    pub path: String,
    /// The function, by its `Handler`.
    pub function: String,
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The resource's name, which is also the table's.
    pub name: String,
    /// Its properties.
    pub(crate) properties: TableProperties,
}

/// A table's properties, as CloudFormation writes them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TableProperties {
    pub(crate) attribute_definitions: Vec<AttributeDefinition>,
    pub(crate) key_schema: Vec<KeySchema>,
    pub(crate) time_to_live_specification: Option<TimeToLive>,
    #[serde(default)]
    pub(crate) global_secondary_indexes: Vec<Index>,
    pub(crate) stream_specification: Option<Stream>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttributeDefinition {
    pub(crate) attribute_name: String,
    pub(crate) attribute_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeySchema {
    pub(crate) attribute_name: String,
    pub(crate) key_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Index {
    pub(crate) index_name: String,
    pub(crate) key_schema: Vec<KeySchema>,
    pub(crate) projection: Projection,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Projection {
    pub(crate) projection_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Stream {
    pub(crate) stream_view_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TimeToLive {
    pub(crate) attribute_name: String,
}

/// The API's CORS configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the names are SAM's")]
pub struct Cors {
    pub allow_origins: Vec<String>,
    pub allow_methods: Vec<String>,
    pub allow_headers: Vec<String>,
    pub expose_headers: Vec<String>,
    pub max_age: u64,
}

/// A part of the template that this program cannot use.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub struct TemplateError(String);

impl TemplateError {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    default: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default)]
    properties: Value,
}

impl Template {
    /// Reads the template that this program was built with.
    ///
    /// # Errors
    /// The part that is missing or cannot be read.
    pub fn built_in() -> Result<Self, TemplateError> {
        Self::parse(TEMPLATE)
    }

    fn parse(text: &str) -> Result<Self, TemplateError> {
        let document: Document =
            serde_yaml_ng::from_str(text).map_err(|error| TemplateError(error.to_string()))?;
        let of_kind = |kind: &'static str| document.resources.iter().filter(move |(_, it)| it.kind == kind);
        let (mut routes, mut policies, mut filters) = (Vec::new(), Policies::new(), Filters::default());
        for (name, function) in of_kind("AWS::Serverless::Function") {
            let handler = handler_of(name, function)?;
            routes.extend(routes_of(name, function, &handler)?);
            filters.add(name, &function.properties)?;
            policies.insert(handler, allowed(name, &function.properties)?);
        }
        let tables = of_kind("AWS::DynamoDB::Table").map(|(name, table)| {
            Ok(Table { name: name.clone(), properties: read(name, &table.properties)? })
        });
        let (name, api) = of_kind("AWS::Serverless::HttpApi")
            .next()
            .ok_or_else(|| TemplateError("there is no AWS::Serverless::HttpApi".to_owned()))?;
        let cors = with_defaults(member(&api.properties, "CorsConfiguration"), &document.parameters);
        Ok(Self {
            routes,
            tables: tables.collect::<Result<_, _>>()?,
            policies,
            filters,
            cors: read(name, &cors)?,
        })
    }
}

fn handler_of(name: &str, function: &Resource) -> Result<String, TemplateError> {
    let handler = text(member(&function.properties, "Handler"));
    handler.ok_or_else(|| TemplateError(format!("{name} has no Handler")))
}

/// The permissions in a function's policies.
///
/// # Errors
/// An unknown condition.
fn allowed(name: &str, function: &Value) -> Result<Vec<Statement>, TemplateError> {
    let policies = items(member(function, "Policies"));
    let statements = policies.flat_map(|policy| items(member(policy, "Statement")));
    let allowing = statements.filter(|it| text(member(it, "Effect")).as_deref() == Some("Allow"));
    let statement = |it: &Value| {
        Ok(Statement {
            actions: items(member(it, "Action")).filter_map(text).collect(),
            resources: items(member(it, "Resource")).filter_map(resource).collect(),
            leading_keys: leading_keys(name, member(it, "Condition"))?,
        })
    };
    allowing.map(statement).collect()
}

fn leading_keys(name: &str, condition: &Value) -> Result<Option<Vec<String>>, TemplateError> {
    if condition.is_null() {
        return Ok(None);
    }
    let keys = member(member(condition, "ForAllValues:StringLike"), "dynamodb:LeadingKeys");
    let keys: Vec<_> = items(keys).filter_map(text).collect();
    let is_known = condition.as_mapping().is_some_and(|members| members.len() == 1) && !keys.is_empty();
    is_known.then_some(Some(keys)).ok_or_else(|| TemplateError(format!("{name} has an unknown Condition")))
}

/// A value's items, or the value itself if it is no list.
pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_sequence().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// The resource that `!GetAtt Table.Arn` or `!Sub "${Table.Arn}/index/name"` refers to: `Table`, or `Table/index/name`.
/// Of a stream, `!GetAtt Table.StreamArn`, its table.
pub(crate) fn resource(value: &Value) -> Option<String> {
    let Value::Tagged(tagged) = value else { return None };
    let name = tagged.value.as_str()?.replace("${", "").replace(".Arn}", "");
    Some(name.trim_end_matches(".Arn").trim_end_matches(".StreamArn").to_owned())
}

/// The routes of a function. Its other events, such as a queue's, are ignored.
fn routes_of(name: &str, function: &Resource, handler: &str) -> Result<Vec<Route>, TemplateError> {
    let events = member(&function.properties, "Events").as_mapping().into_iter().flatten();
    let routes = events.filter(|(_, event)| text(member(event, "Type")).as_deref() == Some("HttpApi"));
    routes
        .map(|(_, event)| {
            let properties = member(event, "Properties");
            let literal = |key: &str| {
                text(member(properties, key))
                    .ok_or_else(|| TemplateError(format!("{name}'s route has no {key}")))
            };
            Ok(Route { method: literal("Method")?, path: literal("Path")?, function: handler.to_owned() })
        })
        .collect()
}

/// `value` with every `!Ref` to a parameter replaced by the parameter's default.
fn with_defaults(value: &Value, parameters: &BTreeMap<String, Parameter>) -> Value {
    match value {
        Value::Tagged(tagged) => {
            let parameter = tagged.value.as_str().and_then(|name| parameters.get(name));
            parameter.and_then(|parameter| parameter.default.clone()).unwrap_or(Value::Null)
        }
        Value::Sequence(items) => {
            items.iter().map(|item| with_defaults(item, parameters)).collect::<Vec<_>>().into()
        }
        Value::Mapping(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), with_defaults(value, parameters)));
            Value::Mapping(members.collect())
        }
        other => other.clone(),
    }
}

fn read<T: DeserializeOwned>(name: &str, value: &Value) -> Result<T, TemplateError> {
    serde_yaml_ng::from_value(value.clone()).map_err(|error| TemplateError(format!("{name}: {error}")))
}

pub(crate) fn member<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&Value::Null)
}

pub(crate) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
