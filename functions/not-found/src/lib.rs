//! All requests without an endpoint (API Gateway's `$default` route): a 404 in the API's own envelope.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response, http::Method, service_fn};
use shared::{Error, edge};

/// Runs the function until Lambda ends it.
///
/// # Errors
/// An invalid setting, or an error that ends the runtime.
pub async fn run() -> Result<(), lambda_http::Error> {
    edge::run(service_fn(async |request: Request| Ok::<_, Infallible>(handle(&request)))).await
}

/// Answers a request without an endpoint. A browser's preflight comes here too, since `$default` takes `OPTIONS`; API
/// Gateway adds the CORS headers to any success.
pub fn handle(request: &Request) -> Response<Body> {
    if request.method() == Method::OPTIONS {
        return edge::no_content();
    }
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    edge::answer::<(), _>(request, "", Err(Error::RouteNotFound { method, path }))
}
