//! The template's tables.

use aws_sdk_dynamodb::{
    Client, Config,
    config::timeout::TimeoutConfig,
    error::{BuildError, ProvideErrorMetadata as _},
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
        ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
    },
};

use crate::{
    server::BoxError,
    template::{KeySchema, Table},
};

/// Creates a table of the template, unless it exists already.
pub(crate) async fn create_table(client: &Client, table: &Table, name: &str) -> Result<(), BoxError> {
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for definition in &table.properties.attribute_definitions {
        request = request.attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name(&definition.attribute_name)
                .attribute_type(ScalarAttributeType::from(definition.attribute_type.as_str()))
                .build()?,
        );
    }
    request = request.set_key_schema(Some(key_schema(&table.properties.key_schema)?));
    for index in &table.properties.global_secondary_indexes {
        let projection = ProjectionType::from(index.projection.projection_type.as_str());
        request = request.global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name(&index.index_name)
                .set_key_schema(Some(key_schema(&index.key_schema)?))
                .projection(Projection::builder().projection_type(projection).build())
                .build()?,
        );
    }
    if let Some(stream) = &table.properties.stream_specification {
        let view = StreamViewType::from(stream.stream_view_type.as_str());
        let specification = StreamSpecification::builder().stream_enabled(true).stream_view_type(view);
        request = request.stream_specification(specification.build()?);
    }
    // On a busy machine, creating a table takes longer than a request may.
    let patient = Config::builder().timeout_config(TimeoutConfig::disabled());
    match request.customize().config_override(patient).send().await {
        Ok(_) => enable_ttl(client, table, name).await,
        // It exists already, or an earlier attempt, whose answer was lost, has created it.
        Err(error) if error.code() == Some("ResourceInUseException") => enable_ttl(client, table, name).await,
        Err(error) => Err(error.into()),
    }
}

fn key_schema(schema: &[KeySchema]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let elements = schema.iter().map(|key| {
        KeySchemaElement::builder()
            .attribute_name(&key.attribute_name)
            .key_type(KeyType::from(key.key_type.as_str()))
            .build()
    });
    elements.collect()
}

async fn enable_ttl(client: &Client, table: &Table, name: &str) -> Result<(), BoxError> {
    let Some(ttl) = &table.properties.time_to_live_specification else { return Ok(()) };
    let specification =
        TimeToLiveSpecification::builder().enabled(true).attribute_name(&ttl.attribute_name).build();
    let request = client.update_time_to_live().table_name(name);
    let request = request.time_to_live_specification(specification?);
    match request.send().await {
        Ok(_) => Ok(()),
        // An earlier attempt, whose answer was lost, has done it.
        Err(error) if error.message().is_some_and(|text| text.contains("already enabled")) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
