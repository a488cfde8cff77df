//! `GET /payment-options`: the chains and tokens in which orders may be paid.

use lambda_http::{Body, Request, Response};
use serde::Serialize;
use shared::{
    App,
    chains::{Chain, Chains, Confirmations, TokenDescription, Tokens},
    edge,
    kernel::{Address, ChainId},
};

shared::http_function!(handle, with_chains);

#[derive(Serialize)]
struct PaymentOptions<'a> {
    chains: Vec<ChainView<'a>>,
}

/// The public part of a chain's settings. The URLs of `rpc` often contain access keys.
#[derive(Serialize)]
struct ChainView<'a> {
    chain: ChainId,
    name: &'a str,
    explorer: Option<&'a str>,
    public_rpc: Option<&'a str>,
    confirmations: Confirmations,
    any_token: bool,
    tokens: Vec<TokenView>,
}

#[derive(Serialize)]
struct TokenView {
    address: Address,
    #[serde(flatten)]
    description: TokenDescription,
    native: bool,
}

/// Answers with the configured chains. Everyone may know them, so no key is looked at and no table is read.
pub async fn handle(app: &App, request: &Request) -> Response<Body> {
    let chains = &app.settings.chains;
    let options = PaymentOptions { chains: chains.iter().map(|chain| view(chains, chain)).collect() };
    edge::answer_cacheable(request, "Payment options retrieved", Ok(options))
}

fn view<'a>(chains: &Chains, chain: &'a Chain) -> ChainView<'a> {
    let listed = match &chain.tokens {
        Tokens::Any(_) => &[],
        Tokens::Listed(tokens) => tokens.as_slice(),
    };
    let native = Some(Address::native_token()).filter(|native| chain.carries(native));
    let tokens = native.into_iter().chain(listed.iter().filter(|token| !token.is_native_token()).cloned());
    let tokens = tokens.map(|address| TokenView {
        description: chains
            .describe(chain.id, &address)
            .unwrap_or_else(|| TokenDescription::unknown(&address)),
        native: address.is_native_token(),
        address,
    });
    ChainView {
        chain: chain.id,
        name: &chain.name,
        explorer: chain.explorer.as_deref(),
        public_rpc: chain.public_rpc.as_deref(),
        confirmations: chain.confirmations,
        any_token: matches!(chain.tokens, Tokens::Any(_)),
        tokens: tokens.collect(),
    }
}
