use super::*;
use crate::chains::ChainsError;

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
    ] {
        let error: ChainsError = Chains::parse(document).unwrap_err();
        assert!(error.to_string().contains(part), "{document}: {error}");
        assert!(!format!("{error} {error:?}").contains("KEY"), "{document}: {error}");
    }
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
