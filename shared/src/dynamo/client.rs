//! The DynamoDB client, built for a short cold start.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, SdkConfig,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    meta::region::ProvideRegion as _,
};
use aws_sdk_dynamodb::{
    Client,
    config::{
        Builder, Credentials, Region, SharedCredentialsProvider,
        retry::{RetryConfig, RetryPartition},
        timeout::TimeoutConfig,
    },
};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector, http_client_fn},
        orchestrator::HttpRequest,
    },
};

use crate::dynamo::{meter::Meter, retry::RetryContended};

/// The roots of DynamoDB's certificates: Amazon Trust Services' published set. Reading the machine's whole bundle
/// instead costs milliseconds of every cold start. `AWS_CA_BUNDLE`, the AWS SDKs' usual setting, names another file:
/// for a proxy, a test, or the China regions.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon-roots.pem");

/// The SDK's own variables for endpoints other than AWS's.
const ENDPOINT_OF_ALL: &str = "AWS_ENDPOINT_URL";
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL_DYNAMODB";
/// The time limit for a connection: one that has not come up by then never will.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The time limit for one attempt. DynamoDB answers in milliseconds, so a longer wait gains nothing.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);
/// The time limit for all attempts of one call. Three calls in a row fit the functions' own limit of ten seconds, so
/// that the client gets the function's answer and not the gateway's. Only a request that meets conflicts or lists many
/// overdue orders makes more.
const CALL_TIMEOUT: Duration = Duration::from_secs(3);
/// The same for SQS and SSM, which are slower.
const OTHER_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);
const OTHER_CALL_TIMEOUT: Duration = Duration::from_secs(8);
/// The number of attempts, most of which come within the first second. The loser of a race of many for one session
/// meets a handful of conflicts.
const ATTEMPTS: u32 = 8;
const FIRST_BACKOFF: Duration = Duration::from_millis(25);
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// Builds the client from the environment that Lambda sets (`AWS_REGION`, `AWS_ACCESS_KEY_ID`, …) and opens its
/// connection, so that the first request finds DNS, TCP and TLS done. It counts its costs only if it is `metered`,
/// since that slows each call a little.
///
/// # Errors
/// If the file named by `AWS_CA_BUNDLE` cannot be read.
pub async fn connect(metered: bool) -> Result<Client, BoxError> {
    let connector = connector()?;
    let config = from_environment(connector.clone()).await;
    let named = endpoint(ENDPOINT_VARIABLE).or_else(|| endpoint(ENDPOINT_OF_ALL));
    // The SDK offers no other way to learn the target of its requests. A wrong guess only costs the first request its
    // open connection.
    let region = || config.region().map(|region| format!("https://dynamodb.{region}.amazonaws.com"));
    if let Some(endpoint) = named.clone().or_else(region) {
        open_connection(&connector, &endpoint).await;
    }
    let mut config = Builder::from(&config);
    config.set_endpoint_url(named);
    Ok(client(if metered { config.interceptor(Meter) } else { config }, connector))
}

/// The configuration of other AWS clients, for functions that need them. It has time limits too: a connection that died
/// while the function was frozen gives no sign.
///
/// # Errors
/// If the file named by `AWS_CA_BUNDLE` cannot be read.
pub async fn sdk_config() -> Result<SdkConfig, BoxError> {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(OTHER_ATTEMPT_TIMEOUT)
        .operation_timeout(OTHER_CALL_TIMEOUT);
    let config = from_environment(connector()?).await.into_builder();
    Ok(config.timeout_config(timeouts.build()).build())
}

fn endpoint(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}

/// Reads region and credentials, and nothing else: `aws_config`'s loader would add its chains of profiles, web
/// identities and instance metadata, which a Lambda function does not have, to each executable.
async fn from_environment(connector: SharedHttpConnector) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()));
    config.set_endpoint_url(endpoint(ENDPOINT_OF_ALL));
    config.build()
}

/// Builds a client for a DynamoDB at `endpoint` that accepts any credentials: the embedded engine, or Amazon's DynamoDB
/// Local.
///
/// # Errors
/// If the file named by `AWS_CA_BUNDLE` cannot be read.
pub fn connect_to(endpoint: &str) -> Result<Client, BoxError> {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint)
        // Clients of one process share a retry budget by partition; a separate one keeps engines apart.
        .retry_partition(RetryPartition::new(endpoint.to_owned()))
        .interceptor(Meter);
    Ok(client(config, connector()?))
}

fn client(config: Builder, connector: SharedHttpConnector) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(MAX_BACKOFF);
    let config = config
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .timeout_config(timeouts)
        .retry_config(retries)
        .retry_classifier(RetryContended);
    Client::from_conf(config.build())
}

fn connector() -> Result<SharedHttpConnector, BoxError> {
    let roots = match std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        Some(path) => std::fs::read(path)?,
        None => AMAZON_ROOTS.to_vec(),
    };
    let trust = TrustStore::empty().with_pem_certificate(roots);
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(TlsContext::builder().with_trust_store(trust).build()?)
        .build();
    Ok(SharedHttpConnector::new(connector))
}

/// Checks the endpoint's health (`GET /` needs no signature) and leaves the connection in the pool. The answer does not
/// matter: the first real call finds any problem.
async fn open_connection(connector: &SharedHttpConnector, endpoint: &str) {
    if let Ok(request) = HttpRequest::get(endpoint) {
        let ping = connector.call(request);
        // An unreachable store must not keep the function from starting and reporting that itself.
        let _ = tokio::time::timeout(CONNECT_TIMEOUT, ping).await;
    }
}
