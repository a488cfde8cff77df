//! The start of a sale in the browser, `/test-helpers`: a button that creates a session.

use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, Request, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{
    chains::{Chain, Chains, Tokens},
    kernel::Address,
};
use tower::ServiceExt as _;

use super::{html::document, page};
use crate::helpers::Helpers;

/// The account that is paid.
const SHOP: &str = "0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44";

/// The most bytes of an answer of the API.
const ANSWER_BYTES: usize = 1 << 20;

/// The fields that are read of an answer of the API.
#[derive(Deserialize)]
struct Answer {
    message: String,
    data: Option<Created>,
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

/// `GET /test-helpers`: the button.
pub(crate) async fn show() -> Response {
    page(StatusCode::OK, start(None))
}

/// `POST /test-helpers`: creates a session through the API, and leads to its panel.
pub(crate) async fn create(State(helpers): State<Helpers>, headers: HeaderMap) -> Response {
    match create_session(&helpers, &headers).await {
        Ok(id) => Redirect::to(&format!("/test-helpers/sessions/{id}")).into_response(),
        Err(problem) => page(StatusCode::CONFLICT, start(Some(&problem))),
    }
}

async fn create_session(helpers: &Helpers, headers: &HeaderMap) -> Result<String, String> {
    let mut request = Request::post("/checkout-sessions");
    if let Some(host) = headers.get(header::HOST) {
        // The session's `url` is made of it.
        request = request.header(header::HOST, host);
    }
    let body = sample(&helpers.app.settings.chains).to_string();
    let request = request.body(Body::from(body)).map_err(|error| error.to_string())?;
    let Ok(answer) = helpers.api.clone().oneshot(request).await;
    let body = to_bytes(answer.into_body(), ANSWER_BYTES).await.map_err(|error| error.to_string())?;
    let Answer { message, data } = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    data.map(|created| created.id).ok_or(message)
}

fn start(problem: Option<&str>) -> Markup {
    document(&html! {
        h1 { "A sale in the browser" }
        @if let Some(problem) = problem { p.problem role="alert" { "The session was not created: " (problem) } }
        ol {
            li { "Create a session, as a merchant's server does." }
            li { "Open the buyer's page from its panel, and choose how to pay." }
            li { "Press the panel's buttons to pay. The page follows." }
        }
        form method="post" { button { "Create a session" } }
    })
}

/// The request for a session that sells a lamp.
fn sample(chains: &Chains) -> Value {
    let of_chains: Vec<_> = chains.iter().flat_map(|chain| options(chains, chain)).take(6).collect();
    let options = match chains.is_empty() {
        true => vec![
            json!({"chain": 8453, "token_address": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "amount": "19990000"}),
            json!({"chain": 1, "token_address": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "amount": "19990000"}),
            json!({"chain": 8453, "token_address": Address::native_token(), "amount": "6500000000000000"}),
        ],
        false => of_chains,
    };
    json!({
        "success_url": "https://shop.example/thanks/{SESSION_ID}",
        "cancel_url": "https://shop.example/cart",
        "client_reference_id": "order-1042",
        "payment": {"recipient_address": SHOP, "options": options, "tolerance_bps": 50},
        "display": {
            "merchant_name": "Lantern & Sons", "title": "Order 1042", "price_text": "€18.00",
            "items": [{"name": "Desk lamp", "quantity": 2, "price_text": "€9.00"}],
            "support_email": "help@lantern.example",
        },
    })
}

/// A small amount in each token that the chain's settings name.
fn options(chains: &Chains, chain: &Chain) -> Vec<Value> {
    let listed = match &chain.tokens {
        Tokens::Any(_) => &[],
        Tokens::Listed(tokens) => tokens.as_slice(),
    };
    let native = Some(Address::native_token()).filter(|native| chain.carries(native));
    let option = |token: Address| {
        // A hundredth of a whole one, or one base unit.
        let decimals = chains.describe(chain.id, &token).map_or(0, |token| usize::from(token.decimals));
        let amount = format!("1{}", "0".repeat(decimals.saturating_sub(2)));
        json!({"chain": chain.id, "token_address": token, "amount": amount})
    };
    listed.iter().filter(|token| !token.is_native_token()).cloned().chain(native).map(option).collect()
}
