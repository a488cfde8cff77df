//! Everything that is no endpoint (API Gateway's `$default` route): a 404 in the API's own envelope.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response, http::Method, service_fn};
use shared::{Error, edge};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// A setting that cannot be used, or what ends the runtime.
pub async fn run() -> Result<(), lambda_http::Error> {
    edge::run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(&request)))).await
}

/// Answers a request that no endpoint is for. A browser's preflight ends up here too, since `$default`
/// takes `OPTIONS`; API Gateway adds the CORS headers to any success.
pub fn handle(request: &Request) -> Response<Body> {
    if request.method() == Method::OPTIONS {
        return edge::no_content();
    }
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    edge::answer::<(), _>(request, "", Err(Error::RouteNotFound { method, path }))
}
