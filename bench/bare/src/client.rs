//! The client of `shared/src/dynamo/client.rs` in as few lines as possible: the same TLS, the same settings from the
//! environment, the same connection opened during init.

use std::{env, time::Duration};

use aws_config::{
    BehaviorVersion,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
};
use aws_sdk_dynamodb::Client;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector as _, SharedHttpConnector, http_client_fn},
    orchestrator::HttpRequest,
};
use lambda_http::Error;

/// The roots that the functions trust.
const AMAZON_ROOTS: &[u8] = include_bytes!("../../../shared/src/dynamo/amazon-roots.pem");

/// Builds the client and opens its connection.
pub(crate) async fn connect() -> Result<Client, Error> {
    let connector = connector()?;
    let shared = connector.clone();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .http_client(http_client_fn(move |_, _| shared.clone()))
        .load()
        .await;
    let endpoint = env::var("AWS_ENDPOINT_URL_DYNAMODB").or_else(|_| {
        env::var("AWS_REGION").map(|region| format!("https://dynamodb.{region}.amazonaws.com"))
    })?;
    let ping = connector.call(HttpRequest::get(endpoint)?);
    let _ = tokio::time::timeout(Duration::from_secs(1), ping).await;
    Ok(Client::new(&config))
}

fn connector() -> Result<SharedHttpConnector, Error> {
    let roots = env::var_os("AWS_CA_BUNDLE").map_or_else(|| Ok(AMAZON_ROOTS.to_vec()), std::fs::read)?;
    let trust = TrustStore::empty().with_pem_certificate(roots);
    let connector = Connector::builder()
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(TlsContext::builder().with_trust_store(trust).build()?)
        .build();
    Ok(SharedHttpConnector::new(connector))
}
