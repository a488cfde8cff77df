//! The fields of `POST /orders` that every type has, and the query of `GET /orders`.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    client::{SHOP, USDC, order},
    scenario::Scenario,
};

use super::Watched;

const PATH: &str = "/orders";
const SOLANA: u64 = 792_703_809;
const SOLANA_USDC: &str = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
const MAX: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
const OVER_MAX: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639936";

/// A valid order but for one field.
fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut order = order(None);
    order[field] = value.into();
    order
}

async fn refuses_each(watched: &Watched, field: &str, values: &[Value], rule: &str) {
    for value in values {
        watched.refuses(PATH, &with(field, value.clone()), field, rule).await;
    }
}

/// The fields that every order must have.
pub(super) const REQUIRED: [&str; 8] = [
    "type",
    "recipientAddress",
    "srcChain",
    "dstChain",
    "srcTokenAddress",
    "dstTokenAddress",
    "srcAmount",
    "payload",
];

#[tokio::test]
async fn a_field_that_must_be_there_is_asked_for() {
    let watched = Watched::start().await;
    for field in REQUIRED {
        let mut missing = order(None);
        missing.as_object_mut().unwrap().remove(field);
        watched.refuses(PATH, &missing, field, "is required").await;
        watched.refuses(PATH, &with(field, Value::Null), field, "is required").await;
    }
    watched.refuses(PATH, &with("srcAmount", ""), "srcAmount", "is required").await;
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_refused_by_name() {
    let watched = Watched::start().await;
    let not_text = [json!(5), json!(1.5), json!(true), json!([]), json!({}), json!([SHOP])];
    let texts = [
        "recipientAddress",
        "srcTokenAddress",
        "dstTokenAddress",
        "srcAmount",
        "creatorAddress",
        "partnerId",
        "clientReferenceId",
        "checkoutSessionId",
    ];
    for field in texts {
        refuses_each(&watched, field, &not_text, "must be a string").await;
    }
    let not_objects = [json!("x"), json!("{}"), json!(5), json!(true), json!([]), json!([{}])];
    for field in ["payload", "metadata", "onramp", "callbackMetadata"] {
        refuses_each(&watched, field, &not_objects, "must be an object").await;
    }
    for field in ["srcChain", "dstChain"] {
        refuses_each(
            &watched,
            field,
            &[json!("8453"), json!(true), json!([]), json!({})],
            "must be a number",
        )
        .await;
    }
    for value in not_text {
        let callback = json!({"checkoutSessionId": value});
        let param = "callbackMetadata.checkoutSessionId";
        watched.refuses(PATH, &with("callbackMetadata", callback), param, "must be a string").await;
    }
}

#[tokio::test]
async fn only_the_nine_types_are_known() {
    let watched = Watched::start().await;
    let types = ["", "Swap", "swap ", "SWAP", "deposit-first", "depositFirst", "nope"].map(Value::from);
    refuses_each(&watched, "type", &types, "must be one of swap, x402_swap").await;
    let others = [json!(5), json!(true), json!([]), json!({}), json!(["swap"]), json!({"swap": null})];
    refuses_each(&watched, "type", &others, "must be one of swap, x402_swap").await;
}

#[tokio::test]
async fn a_chain_is_a_positive_whole_number() {
    let watched = Watched::start().await;
    for field in ["srcChain", "dstChain"] {
        let numbers = ["0", "-1", "-8453", "1.5", "0.1", "9007199254740992", "18446744073709551617", "1e400"];
        for number in numbers {
            let body = with(field, "HERE").to_string().replace("\"HERE\"", number);
            let answer = watched.api.send(Method::POST, PATH, body).await;
            assert_eq!(answer.refused(400, "invalid_field")["param"], field, "{number}");
            assert!(answer.message().contains("whole number from 1"), "{}", answer.text);
            watched.heard_nothing(number);
        }
    }
}

#[tokio::test]
async fn an_address_fits_its_chain() {
    let watched = Watched::start().await;
    let digits = &USDC[2..];
    let evm = [
        String::new(),
        " ".to_owned(),
        "0x".to_owned(),
        "0x...".to_owned(),
        digits.to_owned(),
        format!("0X{digits}"),
        format!("0x{}", &digits[1..]),
        format!("0x{digits}0"),
        format!("0x{}g", &digits[1..]),
        format!(" {USDC}"),
        format!("{USDC}\n"),
        "vitalik.eth".to_owned(),
        SOLANA_USDC.to_owned(),
        "０x".to_owned() + digits,
    ];
    for field in ["recipientAddress", "srcTokenAddress", "dstTokenAddress"] {
        refuses_each(&watched, field, &evm.clone().map(Value::from), "0x and 40 hex digits").await;
    }
    let good = json!({
        "srcChain": SOLANA, "dstChain": SOLANA, "recipientAddress": SOLANA_USDC, "srcTokenAddress": SOLANA_USDC,
        "dstTokenAddress": SOLANA_USDC,
    });
    let short = &SOLANA_USDC[..40];
    let solana = [
        "",
        USDC,
        short,
        "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt10",
        "11111111111111111111111111111111111",
    ];
    for field in ["recipientAddress", "srcTokenAddress", "dstTokenAddress"] {
        for address in solana {
            let mut body = order(None);
            body.as_object_mut().unwrap().extend(good.as_object().unwrap().clone());
            body[field] = address.into();
            watched.refuses(PATH, &body, field, "Solana address").await;
        }
    }
}

#[tokio::test]
async fn a_mistyped_recipient_is_refused_by_its_checksum() {
    let watched = Watched::start().await;
    // EIP-55's own example, with the case of one letter changed.
    let (right, wrong) =
        ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed");
    watched.refuses(PATH, &with("recipientAddress", wrong), "recipientAddress", "checksum").await;
    for recipient in [right.to_owned(), right.to_lowercase(), format!("0x{}", right[2..].to_uppercase())] {
        let created = watched.api.post(PATH, &with("recipientAddress", recipient)).await.ok();
        assert_eq!(created["recipientAddress"], right.to_lowercase());
    }
}

#[tokio::test]
async fn an_amount_is_1_to_2_to_the_256_less_1() {
    let watched = Watched::start().await;
    let amounts = [
        "0",
        "00",
        "01",
        "-1",
        "+1",
        "1.0",
        "1.",
        ".5",
        "1e6",
        "0x10",
        " 1",
        "1 ",
        "1_000",
        "1,000",
        "٣",
        "ten",
        OVER_MAX,
        &format!("{MAX}0"),
    ];
    refuses_each(
        &watched,
        "srcAmount",
        &amounts.map(Value::from),
        "decimal string of base units, 1 to 2^256-1",
    )
    .await;
    let mut deposit_first = with("srcAmount", "0");
    deposit_first["type"] = "deposit_first".into();
    watched.refuses(PATH, &deposit_first, "srcAmount", "1 to 2^256-1").await;
    for amount in ["1", MAX] {
        let created = watched.api.post(PATH, &with("srcAmount", amount)).await.ok();
        assert_eq!(created["srcAmount"], amount);
    }
}

#[tokio::test]
async fn no_amount_is_needed_only_for_deposit_first() {
    let api = Scenario::new().start().await;
    for amount in [Value::Null, json!("")] {
        let mut wanted = with("srcAmount", amount);
        wanted["type"] = "deposit_first".into();
        wanted["payload"] = Value::Null;
        let created = api.post(PATH, &wanted).await.ok();
        assert_eq!((&created["srcAmount"], &created["payload"]), (&json!("0"), &json!({})));
    }
}

#[tokio::test]
async fn names_have_1_to_255_characters() {
    let watched = Watched::start().await;
    for field in ["creatorAddress", "partnerId"] {
        let texts = [String::new(), "x".repeat(256), "🦀".repeat(256)].map(Value::from);
        refuses_each(&watched, field, &texts, "1 to 255 characters").await;
        for text in ["x".to_owned(), "x".repeat(255), "🦀".repeat(255)] {
            let created = watched.api.post(PATH, &with(field, text.clone())).await.ok();
            assert_eq!(created[field], text);
        }
        watched.proxy.take_operations();
    }
}

#[tokio::test]
async fn a_client_reference_keeps_to_its_characters() {
    let watched = Watched::start().await;
    let long = "x".repeat(256);
    let texts = ["", " ", "a b", "a.b", "a/b", "ä", "a\n", "a\u{0}", "🦀", &long].map(Value::from);
    refuses_each(&watched, "clientReferenceId", &texts, "A-Z a-z 0-9 _ -").await;
    for text in ["x".to_owned(), "-_-".to_owned(), "AZaz09_-".to_owned(), "x".repeat(255)] {
        let created = watched.api.post(PATH, &with("clientReferenceId", text.clone())).await.ok();
        assert_eq!(created["clientReferenceId"], text);
    }
}

#[tokio::test]
async fn an_onramp_is_checked_member_by_member() {
    let watched = Watched::start().await;
    let wrong = [
        ("vendor", json!("paypal"), "must be one of coinbase, stripe, stripe-web2, none"),
        ("vendor", json!("Coinbase"), "must be one of coinbase"),
        ("vendor", json!(5), "must be one of coinbase"),
        ("vendor", json!(["coinbase"]), "must be one of coinbase"),
        ("paymentMethod", json!(5), "must be a string"),
        ("paymentMethod", json!(""), "1 to 255 characters"),
        ("payment_method", json!({}), "must be a string"),
        ("payment_method", json!("x".repeat(256)), "1 to 255 characters"),
        ("country", json!(49), "must be a string"),
        ("country", json!(""), "1 to 255 characters"),
        ("redirectUrl", json!(5), "must be a string"),
        ("redirectUrl", json!("nope"), "absolute URI"),
        ("redirectUrl", json!("javascript:alert(1)"), "must not use a scheme"),
    ];
    for (member, value, rule) in wrong {
        let mut onramp = json!({"vendor": "coinbase"});
        onramp[member] = value;
        watched.refuses(PATH, &with("onramp", onramp), &format!("onramp.{member}"), rule).await;
    }
    for none in [json!(null), json!({}), json!({"vendor": null}), json!({"vendor": "none"})] {
        let created = watched.api.post(PATH, &with("onramp", none)).await.ok();
        assert_eq!(created["onrampMetadata"], Value::Null);
    }
}

#[tokio::test]
async fn two_different_sessions_in_one_order_are_refused() {
    let watched = Watched::start().await;
    let (one, other) = (watched.api.create_session().await, watched.api.create_session().await);
    watched.proxy.take_operations();
    let mut wanted = order(Some(&one));
    wanted["callbackMetadata"] = json!({"checkoutSessionId": other});
    watched.refuses(PATH, &wanted, "callbackMetadata.checkoutSessionId", "same as checkoutSessionId").await;
    wanted["callbackMetadata"] = json!({"checkoutSessionId": one.to_uppercase(), "more": 5});
    assert_eq!(watched.api.post(PATH, &wanted).await.ok()["checkoutSessionId"], one);
    let callback = with("callbackMetadata", json!({"checkoutSessionId": other}));
    assert_eq!(watched.api.post(PATH, &callback).await.ok()["checkoutSessionId"], other);
}
