//! Routes to operations and helpers, with CORS.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method},
    routing::{MethodFilter, get, on, post},
};
use tower_http::cors::CorsLayer;

use crate::{
    engine::Engine,
    gateway::{Target, forward},
    helpers::{self, Helpers},
    operations::{FunctionContext, NOT_FOUND, OPERATIONS, Operation},
    panel,
    template::{Cors, Template, TemplateError},
};

/// The API with the template's CORS settings, and the helpers for tests.
///
/// # Errors
/// An invalid CORS setting in the template.
pub(crate) fn router(
    template: &Template,
    context: &FunctionContext,
    engine: Option<Arc<Engine>>,
) -> Result<Router, TemplateError> {
    let api = api(context)?.layer(cors(&template.cors)?);
    let helpers = Router::new()
        .route("/test-helpers/orders/{orderId}/evidence", post(helpers::record_evidence))
        .route("/test-helpers", get(panel::start).post(panel::create))
        .route("/test-helpers/clock", post(helpers::advance_clock))
        .route("/test-helpers/sessions/{sessionId}", get(panel::show).post(panel::act))
        .with_state(Helpers { app: context.app.clone(), engine, api: api.clone() });
    Ok(helpers.fallback_service(api))
}

fn api(context: &FunctionContext) -> Result<Router, TemplateError> {
    let handler = |target: Target| move |parameters, request| forward(target.clone(), parameters, request);
    let target = |operation: &Operation, route_key| Target {
        context: context.clone(),
        operation: *operation,
        route_key,
    };
    let default = handler(target(&NOT_FOUND, NOT_FOUND.path.to_owned()));
    let mut api = Router::new().fallback(default.clone());
    for operation in OPERATIONS {
        let Operation { method, path, .. } = operation;
        let filter = method.parse().ok().and_then(|method: Method| MethodFilter::try_from(method).ok());
        let filter = filter.ok_or_else(|| TemplateError::new(format!("{method} is not an HTTP method")))?;
        let mut route = on(filter, handler(target(operation, format!("{method} {path}"))));
        if filter == MethodFilter::GET {
            // axum would answer HEAD from GET; API Gateway does not.
            route = route.head(default.clone());
        }
        api = api.route(path, route);
    }
    Ok(api.method_not_allowed_fallback(default))
}

fn cors(cors: &Cors) -> Result<CorsLayer, TemplateError> {
    let bad = |text: &str| TemplateError::new(format!("CorsConfiguration: {text} cannot be used"));
    let mut layer = CorsLayer::new().max_age(Duration::from_secs(cors.max_age));
    layer = if cors.allow_origins.iter().any(|origin| origin == "*") {
        layer.allow_origin(tower_http::cors::Any)
    } else {
        let origins =
            cors.allow_origins.iter().map(|text| HeaderValue::from_str(text).map_err(|_| bad(text)));
        layer.allow_origin(origins.collect::<Result<Vec<_>, _>>()?)
    };
    let names = |texts: &[String]| {
        let names = texts.iter().map(|text| text.parse::<HeaderName>().map_err(|_| bad(text)));
        names.collect::<Result<Vec<_>, _>>()
    };
    let methods = cors.allow_methods.iter().map(|text| text.parse::<Method>().map_err(|_| bad(text)));
    Ok(layer
        .allow_methods(methods.collect::<Result<Vec<_>, _>>()?)
        .allow_headers(names(&cors.allow_headers)?)
        .expose_headers(names(&cors.expose_headers)?))
}
