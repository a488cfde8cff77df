use super::*;
use crate::chains::ChainsError;

const TOKEN: &str = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
/// The zero address, which stands for a chain's native token.
const NATIVE: &str = "0x0000000000000000000000000000000000000000";

fn chains(document: &str) -> Chains {
    Chains::parse(document).unwrap()
}

fn base() -> Chains {
    chains(r#"{"8453": {"rpc": ["https://base.example/key"]}}"#)
}

#[test]
fn a_well_known_chain_needs_only_its_nodes() {
    let document = [1, 10, 137, 8453, 42161].map(|id| format!(r#""{id}": {{"rpc": ["https://n.example"]}}"#));
    let chains = chains(&format!("{{{}}}", document.join(",")));
    assert_eq!(chains.iter().count(), 5);
    for chain in chains.iter() {
        assert!(chain.explorer.is_some() && chain.detection_window_millis >= 120_000, "{}", chain.name);
        let Tokens::Listed(tokens) = &chain.tokens else { panic!("{}", chain.name) };
        let native = Address::native_token();
        assert!(tokens.iter().chain([&native]).all(|token| chains.describe(chain.id, token).is_some()));
        assert!(chain.carries(&Address::parse_token(chain.id, NATIVE).unwrap()));
        assert!(matches!(&chain.tokens, Tokens::Listed(tokens) if !tokens.is_empty()), "{}", chain.name);
    }
}

#[test]
fn what_is_given_replaces_what_is_known() {
    let chains =
        chains(r#"{"8453": {"rpc": ["https://b.example"], "confirmations": "finalized", "tokens": []}}"#);
    let base = chains.iter().next().unwrap();
    assert_eq!(base.confirmations, Confirmations::Tag(FinalityTag::Finalized));
    assert_eq!(base.tokens, Tokens::Listed(vec![]));
    assert_eq!(base.name, "Base");
}

#[test]
fn a_document_that_cannot_be_used_says_which_chain_and_why() {
    for (document, part) in [
        ("[]", "CHAINS"),
        (r#"{"8453": {"rpcs": []}}"#, "unknown field `rpcs`"),
        (r#"{"8453": {}}"#, "chain 8453: rpc"),
        (r#"{"8453": {"rpc": ["ftp://x"]}}"#, "chain 8453: rpc"),
        (r#"{"8453": {"rpc": ["ssm:/elsewhere/base"]}}"#, "chain 8453: rpc"),
        (r#"{"base": {"rpc": ["http://x"], "tokens": "any", "confirmations": 1}}"#, "chain base: the key"),
        (r#"{"324": {"rpc": ["http://x"], "tokens": "any", "confirmations": 1}}"#, "chain 324: forwarders"),
        (r#"{"5": {"rpc": ["http://x"], "confirmations": 1}}"#, "chain 5: tokens"),
        (r#"{"5": {"rpc": ["http://x"], "tokens": "any"}}"#, "chain 5: confirmations"),
        (r#"{"8453": {"rpc": ["http://x"], "max_batch": 0}}"#, "chain 8453: max_batch"),
        (r#"{"8453": {"rpc": ["http://x"], "max_batch": 50}}"#, "max_batch times flush_gas"),
        (r#"{"8453": {"rpc": ["http://x"], "max_batch": 3, "flush_gas": 5000000}}"#, "times flush_gas"),
        (r#"{"8453": {"rpc": "https://x/KEY"}}"#, "invalid type: string …, expected a sequence at line 1"),
        (r#"{"8453": {"tokens": "https://x/KEY"}}"#, "did not match"),
        (r#"{"8453": {"https://x/KEY": 1}}"#, "unknown field …"),
        (r#"{"8453": {"x/KEY": 1}}"#, "unknown field …"),
        (r#"{"https://x/KEY": {}}"#, "chain …: the key"),
        (r#"{"8453": {"rpc": ["http://x"], "max_batch": 61}}"#, "max_batch must be 1 to 60"),
        (r#"{"8453": {"rpc": ["http://x"], "poll_seconds": 61}}"#, "chain 8453: poll_seconds"),
        (r#"{"8453": {"rpc": ["http://x"], "max_fee_per_gas": "0"}}"#, "chain 8453: max_fee_per_gas"),
        (r#"{"8453": {"rpc": ["http://x"], "tokens": ["KEY"]}}"#, "chain 8453: tokens"),
        (r#"{"8453": {"rpc": ["http://x"], "tokens": [{"symbol": "KEY"}]}}"#, "chain 8453: tokens"),
        (
            r#"{"8453": {"rpc": ["http://x"], "native_token": {"symbol": "KEY", "name": " ", "decimals": 18}}}"#,
            "chain 8453: native_token",
        ),
        (
            r#"{"8453": {"rpc": ["http://x"], "detection_window_seconds": 3601}}"#,
            "chain 8453: detection_window_seconds",
        ),
    ] {
        let error: ChainsError = Chains::parse(document).unwrap_err();
        assert!(error.to_string().contains(part), "{document}: {error}");
        assert!(!format!("{error} {error:?}").contains("KEY"), "{document}: {error}");
    }
}

/// A document for chain 5 with one token of this description.
fn with_token(symbol: &str, name: &str, decimals: u16) -> String {
    let token = serde_json::json!({"address": TOKEN, "symbol": symbol, "name": name, "decimals": decimals});
    let entry = serde_json::json!({"rpc": ["http://x"], "confirmations": 1, "tokens": [token]});
    serde_json::json!({"5": entry}).to_string()
}

#[test]
fn a_token_is_described_by_the_document_or_else_built_in() {
    let (chain, token) =
        (ChainId::new(5).unwrap(), Address::parse_token(ChainId::new(5).unwrap(), TOKEN).unwrap());
    let symbol = |chains: &Chains, chain, address: &Address| {
        chains.describe(chain, address).map(|description| description.symbol)
    };
    let described = chains(&with_token("€TEST", "A test", 77));
    assert_eq!(symbol(&described, chain, &token), Some("€TEST".into()));
    assert!(described.get(chain).unwrap().carries(&token));
    assert_eq!(symbol(&Chains::default(), chain, &token), None);
    assert_eq!(symbol(&described, chain, &Address::native_token()), None);
    let document =
        r#"{"8453": {"rpc": ["http://x"], "native_token": {"symbol": "W", "name": "W", "decimals": 1}}}"#;
    let renamed = chains(document);
    let base = ChainId::new(8453).unwrap();
    assert_eq!(symbol(&renamed, base, &Address::native_token()), Some("W".into()));
    assert_eq!(symbol(&Chains::default(), base, &Address::native_token()), Some("ETH".into()));
}

#[test]
fn a_description_that_cannot_be_shown_is_refused() {
    let long = "x".repeat(65);
    for (symbol, name, decimals) in [
        ("", "KEY", 6),
        (&long[..33], "KEY", 6),
        ("KEY\u{7}", "KEY", 6),
        ("KEY", "", 6),
        ("KEY", &long, 6),
        ("KEY", " KEY", 6),
        ("KEY", "KEY\n", 6),
        ("KEY", "KEY", 78),
        ("KEY", "KEY", 256),
    ] {
        let error = Chains::parse(&with_token(symbol, name, decimals)).unwrap_err().to_string();
        assert!(error.starts_with("CHAINS: chain 5: tokens must") && !error.contains("KEY"), "{error}");
    }
    assert!(Chains::parse(&with_token(&long[..32], &long[..64], 0)).is_ok());
}

#[test]
fn the_urls_that_buyers_are_told_are_base_urls() {
    let parse = |field: &str, url: &str| {
        let entry = serde_json::json!({"rpc": ["http://x"], field: url});
        Chains::parse(&serde_json::json!({"8453": entry}).to_string())
    };
    for url in
        ["https://scan.example", "https://scan.example/", "http://127.0.0.1:4000/base", "http://[::1]:80"]
    {
        let chains = (parse("explorer", url).unwrap(), parse("public_rpc", url).unwrap());
        let [with_explorer, with_rpc] = [&chains.0, &chains.1].map(|chains| chains.iter().next().unwrap());
        assert_eq!(with_explorer.explorer.as_deref(), Some(url.trim_end_matches('/')));
        assert_eq!(with_rpc.public_rpc.as_deref(), Some(url.trim_end_matches('/')));
    }
    let long = format!("https://KEY.example/{}", "x".repeat(200));
    for url in [
        "",
        "KEY",
        "https://",
        "ftp://KEY",
        "https://KEY?x",
        "https://KEY#x",
        "https:///KEY",
        &long,
        "https://a@KEY",
        "javascript:KEY",
        "https://KEY\n",
    ] {
        for field in ["explorer", "public_rpc"] {
            let error = parse(field, url).unwrap_err().to_string();
            let begin = format!("CHAINS: chain 8453: {field} must");
            assert!(error.starts_with(&begin) && !error.contains("KEY"), "{error}");
        }
    }
}

#[test]
fn the_longest_detection_window_counts() {
    let chains = chains(
        r#"{"8453": {"rpc": ["http://x"]}, "1": {"rpc": ["http://x"]},
            "5": {"rpc": ["http://x"], "tokens": "any", "confirmations": 1}}"#,
    );
    let window = |ids: &[u64], setting| {
        chains.detection_window_millis(ids.iter().filter_map(|id| ChainId::new(*id)), setting)
    };
    assert_eq!(window(&[5], 60_000), 60_000);
    assert_eq!(window(&[], 60_000), 60_000);
    assert_eq!(window(&[8453, 5], 60_000), 120_000);
    assert_eq!(window(&[8453, 1, 7], 60_000), 900_000);
    assert_eq!(window(&[8453], 180_000), 180_000);
}

#[test]
fn orders_that_may_spend_much_are_flushed_in_smaller_batches() {
    for (flush_gas, max_batch) in [(100_000, 20), (250_000, 20), (1_000_000, 12), (5_000_000, 2)] {
        let document = format!(r#"{{"8453": {{"rpc": ["http://x"], "flush_gas": {flush_gas}}}}}"#);
        assert_eq!(chains(&document).iter().next().unwrap().max_batch, max_batch);
    }
}

#[test]
fn a_nodes_url_is_not_shown() {
    assert!(!format!("{:?}", base()).contains("key"));
}
