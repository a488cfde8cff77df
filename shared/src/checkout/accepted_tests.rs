use proptest::prelude::*;

use super::*;
use crate::{checkout::sample::terms, kernel::RawJson, terms::PaymentOption};

const CHAINS: [u64; 3] = [1, 8453, 10];
const TOKENS: [&str; 3] = [
    "0x0000000000000000000000000000000000000000",
    "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
    "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
];
const RECIPIENTS: [&str; 2] =
    ["0xa7539d73700b1726ebe1eef9d4d8ccdf3f4e3b44", "0x00000000000000000000000000000000000000aa"];

fn chain() -> impl Strategy<Value = ChainId> {
    prop::sample::select(&CHAINS[..]).prop_map(|chain| ChainId::new(chain).unwrap())
}

fn address(of: &'static [&'static str]) -> impl Strategy<Value = Address> {
    prop::sample::select(of).prop_map(|text| Address::parse(ChainId::new(1).unwrap(), text).unwrap())
}

fn amount() -> impl Strategy<Value = BaseUnits> {
    prop_oneof![
        (1_u64..6).prop_map(|amount| BaseUnits::parse(&amount.to_string()).unwrap()),
        Just(BaseUnits::MAX)
    ]
}

fn order_type() -> impl Strategy<Value = OrderType> {
    use OrderType::*;
    prop::sample::select(vec![
        Swap,
        X402Swap,
        HypeDuel,
        Custom,
        CustomExactIn,
        MintNft,
        JoinTournament,
        FundTournament,
        DepositFirst,
    ])
}

prop_compose! {
    fn payment()(
        recipient_address in address(&RECIPIENTS),
        drawn in prop::collection::vec((chain(), address(&TOKENS), amount()), 1..5),
        tolerance_bps in 0..=PaymentTerms::MAX_TOLERANCE_BPS,
    ) -> PaymentTerms {
        let mut options: Vec<PaymentOption> = Vec::new();
        for (chain, token_address, amount) in drawn {
            if !options.iter().any(|it| it.chain == chain && it.token_address == token_address) {
                options.push(PaymentOption { chain, token_address, amount });
            }
        }
        PaymentTerms { recipient_address, options, tolerance_bps, settle_on: None }
    }
}

prop_compose! {
    fn order()(
        order_type in order_type(),
        recipient_address in address(&RECIPIENTS),
        (src_chain, src_token_address) in (chain(), address(&TOKENS)),
        (dst_chain, dst_token_address) in (chain(), address(&TOKENS)),
        same: bool,
        src_amount in amount(),
        expected in prop::option::of(amount()),
    ) -> OrderTerms {
        let payload = expected.map_or_else(|| "{}".to_owned(), |it| format!(r#"{{"expectedDstAmount":"{it}"}}"#));
        let payload: Box<serde_json::value::RawValue> = serde_json::from_str(&payload).unwrap();
        OrderTerms {
            order_type,
            recipient_address,
            src_chain,
            src_token_address: src_token_address.clone(),
            dst_chain: if same { src_chain } else { dst_chain },
            dst_token_address: if same { src_token_address } else { dst_token_address },
            src_amount,
            payload: RawJson::from(payload),
            ..terms(1, TOKENS[0])
        }
    }
}

proptest! {
    /// The rule of the contract, in other words than the code's.
    #[test]
    fn an_order_meets_the_terms_exactly_if_it_delivers_an_option(order in order(), payment in payment()) {
        let transfer = (order.src_chain, &order.src_token_address) == (order.dst_chain, &order.dst_token_address);
        let delivers = if transfer { Some(order.src_amount) } else { order.expected_dst_amount() };
        let meets = ["swap", "x402_swap"].contains(&serde_json::to_value(order.order_type).unwrap().as_str().unwrap())
            && order.recipient_address == payment.recipient_address
            && payment.options.iter().any(|option| {
                (option.chain, &option.token_address) == (order.dst_chain, &order.dst_token_address)
                    && delivers.is_some_and(|delivers| delivers >= option.amount)
            });
        prop_assert_eq!(order.check_meets(&payment).is_ok(), meets);
    }

    #[test]
    fn every_option_pays_an_order_and_nothing_twice(order in order(), payment in payment()) {
        let order = OrderTerms { payment: Some(payment.clone()), ..order };
        let accepted = order.accepted();
        for option in payment.accepted() {
            prop_assert!(accepted.contains(&option));
            prop_assert!(order.goes_directly(&option));
        }
        for (index, it) in accepted.iter().enumerate() {
            let same = accepted.iter().position(|other| other.is(it.chain, &it.token));
            prop_assert_eq!(same, Some(index));
        }
    }

    /// No delivery is owed that is not an option's, with its least amount.
    #[test]
    fn a_delivery_is_measured_by_an_option(
        order in order(),
        payment in payment(),
        chain in chain(),
        token in prop::option::of(address(&TOKENS)),
        paid_with in any::<prop::sample::Index>(),
    ) {
        let order = OrderTerms { payment: Some(payment.clone()), ..order };
        let accepted = order.accepted();
        if let Some(owed) = order.owed(paid_with.get(&accepted), chain, token.as_ref()) {
            prop_assert!(payment.accepted().any(|option| option == owed));
            prop_assert_eq!(owed.chain, chain);
            prop_assert!(token.is_none_or(|token| token == owed.token));
        }
    }
}
