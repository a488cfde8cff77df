//! `POST /checkout/{sessionId}`: the choice of a payment option on the hosted page. It creates the session's order.

use lambda_http::{Body, Request, Response};
use page::{Choice, Refusal};
use shared::{App, Error, checkout::ChooseOption, edge};

shared::http_function!(handle, with_chains);

/// Answers with the way to the page, which shows how to pay.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    match choose(app, request).await {
        Ok(choice) => page::see_page(request, &choice),
        Err(refusal) => page::answer(request, &app.settings, Err(refusal)),
    }
}

async fn choose(app: &App, request: &Request) -> Result<Choice, Refusal> {
    page::check_origin(request, &app.settings)?;
    let choice = Choice::of_form(edge::body(request)?)?;
    let session = edge::session_id(request).ok_or(Error::SessionNotFound)?;
    let Choice { chain, token } = &choice;
    let choose =
        ChooseOption { session, chain: *chain, token, random: edge::random_bits(), now: app.clock.now() };
    choose.run(&app.checkout, &app.settings).await?;
    Ok(choice)
}
