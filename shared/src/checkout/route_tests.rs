use proptest::prelude::*;

use super::*;
use crate::{
    checkout::{
        Onramp,
        sample::{NATIVE, terms},
    },
    kernel::{Address, RawJson},
};

const USDC: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";

fn parse(document: &str) -> Chains {
    Chains::parse(document).unwrap()
}

fn base() -> Chains {
    parse(r#"{"8453": {"rpc": ["https://base.example/key"]}}"#)
}

/// The field at fault, after the part of the configuration that it does not fit.
fn refused(terms: &OrderTerms) -> String {
    refused_by(&base(), terms)
}

fn refused_by(chains: &Chains, terms: &OrderTerms) -> String {
    match check_route(chains, terms).unwrap_err() {
        Error::ChainNotSupported { param, .. } => format!("chain {param}"),
        Error::RouteNotSupported { param, .. } => format!("route {param}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_transfer_on_a_configured_chain_is_carried() {
    let good = terms(8453, USDC);
    check_route(&base(), &good).unwrap();
    assert_eq!(refused(&terms(1, USDC)), "chain srcChain");
    let ethereum = ChainId::new(1).unwrap();
    assert_eq!(refused(&OrderTerms { dst_chain: ethereum, ..good.clone() }), "chain dstChain");
    let native = Address::parse_token(ethereum, NATIVE).unwrap();
    let swap = OrderTerms { dst_token_address: native, ..good.clone() };
    assert_eq!(refused(&swap), "route dstTokenAddress");
    let unlisted = terms(8453, "0x58241893ef1f86c9fbd8109cd44ea961fdb474e1");
    assert_eq!(refused(&unlisted), "route srcTokenAddress");
    let call = OrderTerms { order_type: OrderType::Custom, ..good.clone() };
    assert_eq!(refused(&call), "route type");
    let bridge = parse(r#"{"8453": {"rpc": ["http://x"]}, "1": {"rpc": ["http://x"]}}"#);
    assert_eq!(refused_by(&bridge, &OrderTerms { dst_chain: ethereum, ..good }), "route dstChain");
}

#[test]
fn what_is_paid_by_card_is_not_held_to_the_chains() {
    let onramp = |vendor| Some(Onramp { vendor, payment_method: None, country: None, redirect_url: None });
    let card = OrderTerms { onramp: onramp(OnrampVendor::StripeWeb2), ..terms(1, USDC) };
    check_route(&base(), &card).unwrap();
    let crypto = OrderTerms { onramp: onramp(OnrampVendor::Coinbase), ..terms(1, USDC) };
    assert_eq!(refused(&crypto), "chain srcChain");
}

proptest! {
    #[test]
    fn no_more_is_promised_than_is_paid(expected in 0_u64..2_000_000) {
        let payload = format!(r#"{{"expectedDstAmount":"{expected}"}}"#);
        let payload: Box<serde_json::value::RawValue> = serde_json::from_str(&payload).unwrap();
        let order = OrderTerms { payload: RawJson::from(payload), ..terms(8453, USDC) };
        prop_assert_eq!(check_route(&base(), &order).is_ok(), expected <= 1_000_000);
    }

    #[test]
    fn without_chains_everything_goes(chain in 1_u64..1 << 53) {
        prop_assert!(check_route(&Chains::default(), &terms(chain, USDC)).is_ok());
    }
}
