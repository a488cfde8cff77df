//! Routes: the orders that the configured chains can carry.

use serde::Deserialize;

use crate::{
    Error,
    chains::{Chain, Chains},
    checkout::{OnrampVendor, OrderTerms, OrderType},
    kernel::{BaseUnits, ChainId},
};

/// Checks that a deposit for these terms can reach its recipient on a configured chain: by a transfer, without a change
/// of chain or token. Without configured chains every order passes, since others carry it; so does a card payment.
///
/// # Errors
/// [`Error::ChainNotSupported`] or [`Error::RouteNotSupported`], for the first field at fault.
pub fn check_route(chains: &Chains, terms: &OrderTerms) -> Result<(), Error> {
    let by_card = terms.onramp.as_ref().is_some_and(|onramp| onramp.vendor == OnrampVendor::StripeWeb2);
    if chains.is_empty() || by_card {
        return Ok(());
    }
    let source = find(chains, "srcChain", terms.src_chain)?;
    find(chains, "dstChain", terms.dst_chain)?;
    let refuse = |param, rule| Err(Error::RouteNotSupported { param, rule });
    if terms.src_chain != terms.dst_chain {
        return refuse("dstChain", "must equal srcChain: this server does not bridge between chains");
    }
    if terms.src_token_address != terms.dst_token_address {
        return refuse("dstTokenAddress", "must equal srcTokenAddress: this server does not swap tokens");
    }
    if !source.carries(&terms.src_token_address) {
        return refuse("srcTokenAddress", "must be a token that this server watches on srcChain");
    }
    match terms.order_type {
        OrderType::Swap | OrderType::X402Swap | OrderType::HypeDuel | OrderType::DepositFirst => {}
        _ => return refuse("type", "needs a contract call, which this server does not make"),
    }
    if expected_dst_amount(terms).is_some_and(|expected| expected > terms.src_amount) {
        return refuse("payload.expectedDstAmount", "must not be more than srcAmount");
    }
    Ok(())
}

fn find<'a>(chains: &'a Chains, param: &'static str, id: ChainId) -> Result<&'a Chain, Error> {
    chains.get(id).ok_or_else(|| {
        let known: Vec<_> = chains.iter().map(|chain| chain.id.number().to_string()).collect();
        let rule = format!("must be a chain that is configured on this server: {}", known.join(", "));
        Error::ChainNotSupported { param, rule }
    })
}

/// The amount that the payload promises the recipient, if it does.
fn expected_dst_amount(terms: &OrderTerms) -> Option<BaseUnits> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload {
        expected_dst_amount: Option<BaseUnits>,
    }
    serde_json::from_str::<Payload>(terms.payload.as_str()).ok()?.expected_dst_amount
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
