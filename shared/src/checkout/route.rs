//! Routes: which orders the configured chains can carry.

use serde::Deserialize;

use crate::{
    Error,
    chains::{Chain, Chains},
    checkout::{OnrampVendor, OrderTerms, OrderType},
    kernel::{BaseUnits, ChainId},
};

/// Checks that what is deposited for these terms reaches its recipient on one of these chains: a transfer, with no
/// change of chain or token. Without chains every order passes, for others carry it; so does one that is paid by card.
///
/// # Errors
/// [`Error::ChainNotSupported`] or [`Error::RouteNotSupported`], for the first field that asks for more.
pub fn check_route(chains: &Chains, terms: &OrderTerms) -> Result<(), Error> {
    let by_card = terms.onramp.as_ref().is_some_and(|onramp| onramp.vendor == OnrampVendor::StripeWeb2);
    if chains.is_empty() || by_card {
        return Ok(());
    }
    let source = find(chains, "srcChain", terms.src_chain)?;
    find(chains, "dstChain", terms.dst_chain)?;
    let refuse = |param, rule| Err(Error::RouteNotSupported { param, rule });
    if terms.src_chain != terms.dst_chain {
        return refuse("dstChain", "must be srcChain: nothing here bridges from one chain to another");
    }
    if terms.src_token_address != terms.dst_token_address {
        return refuse("dstTokenAddress", "must be srcTokenAddress: nothing here swaps tokens");
    }
    if !source.carries(&terms.src_token_address) {
        return refuse("srcTokenAddress", "is not among the tokens that are watched on this chain");
    }
    match terms.order_type {
        OrderType::Swap | OrderType::X402Swap | OrderType::HypeDuel | OrderType::DepositFirst => {}
        _ => return refuse("type", "asks for a contract call, which nothing here makes"),
    }
    if expected_dst_amount(terms).is_some_and(|expected| expected > terms.src_amount) {
        return refuse("payload.expectedDstAmount", "must not be more than srcAmount");
    }
    Ok(())
}

fn find<'a>(chains: &'a Chains, param: &'static str, id: ChainId) -> Result<&'a Chain, Error> {
    chains.get(id).ok_or_else(|| {
        let known: Vec<_> = chains.iter().map(|chain| chain.id.number().to_string()).collect();
        let rule = format!("must be a chain that is configured here: {}", known.join(", "));
        Error::ChainNotSupported { param, rule }
    })
}

/// The amount that the payload promises the recipient, where it does.
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
