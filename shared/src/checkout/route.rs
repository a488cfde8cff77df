//! Routes: the orders that the configured chains can carry.

use crate::{
    Error,
    chains::{Chain, Chains},
    checkout::{OnrampVendor, OrderTerms, OrderType},
    kernel::ChainId,
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
    let refuse = |param: &str, rule| Err(Error::RouteNotSupported { param: param.to_owned(), rule });
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
    if terms.expected_dst_amount().is_some_and(|expected| expected > terms.src_amount) {
        return refuse("payload.expectedDstAmount", "must not be more than srcAmount");
    }
    Ok(())
}

fn find<'a>(chains: &'a Chains, param: &'static str, id: ChainId) -> Result<&'a Chain, Error> {
    let refused = || Error::ChainNotSupported { param: param.to_owned(), rule: chains.rule() };
    chains.get(id).ok_or_else(refused)
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
