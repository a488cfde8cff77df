//! The layer between the Lambda runtime and a function's handler.

use crate::edge::{Asked, RequestLog};
use lambda_http::{
    Adapter, Body, Error, LambdaEvent, Request, Response, Service,
    http::header,
    lambda_runtime::{self, Diagnostic},
    request::LambdaRequest,
    service_fn,
    tower::ServiceExt as _,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The characters that may stand in a query string but that `http::Uri` refuses.
const NOT_IN_A_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// Serves `handler` as `lambda_http::run` does, after [`tidy`]. Logs each request if the environment says so.
///
/// # Errors
/// The error that ends the runtime.
pub async fn run<'a, H, E>(mut handler: H) -> Result<(), Error>
where
    H: Service<Request, Response = Response<Body>, Error = E>,
    H::Future: Send + 'a,
    E: std::fmt::Debug + Into<Diagnostic> + Send + 'a,
{
    let log = RequestLog::from_env()?;
    if log.is_off() {
        return lambda_runtime::run(Adapter::from(handler).map_request(tidy)).await;
    }
    let logged = service_fn(move |request: Request| {
        let asked = Asked::from(&request);
        log.clone().observe(asked, handler.call(request))
    });
    lambda_runtime::run(Adapter::from(logged).map_request(tidy)).await
}

/// Encodes characters that are invalid in a query but that API Gateway may pass on, and drops host and scheme.
/// `lambda_http` builds a URI of them and panics if it is invalid, which would let a caller end the function.
pub fn tidy(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        let query = request.raw_query_string.as_deref().unwrap_or_default();
        request.headers.remove(header::HOST);
        request.headers.remove("x-forwarded-proto");
        request.raw_query_string = Some(utf8_percent_encode(query, NOT_IN_A_QUERY).to_string());
    }
    event
}

#[cfg(test)]
mod tests {
    use lambda_http::Context;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn request(path: &str, query: &str) -> Request {
        let mut event: Value =
            serde_json::from_str(include_str!("../../../events/get-session.json")).unwrap();
        event["rawPath"] = path.into();
        event["requestContext"]["http"]["path"] = path.into();
        event["rawQueryString"] = query.into();
        event["headers"]["host"] = "a b".into();
        event["headers"]["x-forwarded-proto"] = ":".into();
        let event = serde_json::from_value(event).unwrap();
        tidy(LambdaEvent::new(event, Context::default())).payload.into()
    }

    proptest! {
        #[test]
        fn no_path_and_no_query_make_it_panic(path in "/.{0,40}", query in "(?s).{0,40}") {
            request(&path, &query);
        }

        #[test]
        fn a_proper_query_stays_as_it_is(query in "[a-zA-Z0-9=&%+;/?:@._~!$'()*,-]{0,40}") {
            let request = request("/orders", &query);
            prop_assert_eq!(request.uri().query().unwrap_or_default(), query);
        }
    }

    #[test]
    fn what_is_not_in_a_query_is_encoded() {
        assert_eq!(request("/orders", "a=\"<b> c#").uri().query(), Some("a=%22%3Cb%3E%20c%23"));
    }
}
