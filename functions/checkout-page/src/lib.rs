//! `GET /checkout/{sessionId}`: the hosted page of a session, for its buyer. Looking creates no order.

use lambda_http::{Body, Request, Response};
use page::Found;
use shared::App;

shared::http_function!(handle, with_chains, with_wallet_connect);

/// Answers with the page. It needs no key, and one that is sent is not looked at: the page shows what everyone may see.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let found = Found::read(app, request).await;
    page::answer(request, &app.settings, found.map_err(Into::into))
}
