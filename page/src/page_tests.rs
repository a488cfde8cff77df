use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use shared::{
    checkout::{Fact, Session},
    edge::WalletConnect,
    terms::{Display, Item, Mode, Theme},
};

use crate::{
    Choice, Found, Language,
    gzip::gzip,
    html::Document,
    sample::{self, ADDRESS, MAINNET_USDC, USDC, all, deposit, paid_by, payment, session},
    texts::MISSING,
};

const SCRIPT: &str = include_str!("../assets/page.js");

/// Elements without an end tag.
const VOID: [&str; 7] = ["meta", "link", "img", "br", "input", "rect", "path"];

/// Checks that tags are closed in their order, and returns the elements that are open to the text of each id.
fn assert_well_formed(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a document type");
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').expect("the end of a tag");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        assert!(!tag.contains('<') && tag.matches('"').count().is_multiple_of(2), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            if !["rect", "path"].contains(&name) {
                assert_eq!(open.pop(), Some(name));
            }
            continue;
        }
        let name = tag.split(' ').next().unwrap();
        if !VOID.contains(&name) {
            open.push(name);
        }
        if ["script", "style"].contains(&name) {
            rest = &rest[rest.find("</").unwrap()..];
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let mut ids: Vec<_> = page.split(" id=\"").skip(1).map(|it| it.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id is used twice");
}

#[test]
fn the_script_does_not_end_its_element() {
    let script = SCRIPT.to_ascii_lowercase();
    assert!(!script.contains("</script") && !script.contains("<!--"));
}

#[test]
fn every_state_renders_in_every_language() {
    for (name, found) in all() {
        for language in Language::ALL {
            let (page, _, text) = found.rendered(language, None);
            let place = format!("{name} {}", language.tag());
            assert_well_formed(&page);
            assert!(!page.contains(MISSING) && !text.contains(MISSING), "{place}");
            let start = format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction());
            assert!(page.contains(&start) && page.contains("role=\"status\""), "{place}");
            assert_eq!(page.matches("<h1>").count(), 1, "{place}");
            let packed = gzip(page.as_bytes()).len();
            assert!(packed < 30_000, "{place}: {packed} bytes");
            assert!(!page.contains("secret-reference") && !text.contains("secret-reference"), "{place}");
            assert!(!page.contains(" style=\"") && !page.contains(" onclick"), "{place}");
        }
    }
}

#[test]
fn an_embedded_page_differs_in_styles_and_script_alone() {
    for (name, found) in all() {
        let (embedded, page) = (found.embedded(), found.page());
        assert_well_formed(&embedded);
        assert!(!embedded.contains("<script>"), "{name}");
        let plain = page.replace(&format!("<script>{SCRIPT}</script>"), "");
        assert_eq!(
            embedded.replace("<template id=\"style\">", "").replace("</template>", ""),
            plain,
            "{name}"
        );
    }
}

#[test]
fn the_policy_allows_the_inlined_bytes_and_nothing_else() {
    let theme = Theme { color: Some("#00aaff".to_owned()), mode: Some(Mode::Dark) };
    let display = Display { theme: Some(theme), ..sample::display() };
    let found = paid_by(session(Some(payment()), Some(display)), vec![], 1);
    let (page, policy, _) = found.rendered(Language::English, None);
    let inlined = |element: &str| -> Vec<String> {
        let start = format!("<{element}>");
        let parts = page.split(&start).skip(1);
        let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
        parts.map(|part| hash(part.split(&format!("</{element}>")).next().unwrap())).collect()
    };
    let (styles, scripts) = (inlined("style"), inlined("script"));
    assert_eq!((styles.len(), scripts.len()), (2, 1));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src {}; script-src {}; img-src data: https://shop.example; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
             trusted-types 'none'",
            styles.join(" "),
            scripts[0]
        )
    );
    assert!(page.contains("data-mode=\"dark\"") && page.contains("--accent:#00aaff"));
}

#[test]
fn wallet_connect_adds_its_module_and_its_relay_to_the_policy_and_nothing_else() {
    let document =
        r#"{"project_id": "0123456789abcdef0123456789abcdef", "script": "https://a.example/w.js"}"#;
    let wallet_connect = WalletConnect::parse(document).unwrap();
    for (name, found) in all() {
        let (page, policy, _) = found.rendered(Language::English, None);
        let Document { html: with, policy: its_policy } = found.with_wallet_connect(&wallet_connect);
        let facts = r#""wallet_connect":{"project_id":"0123456789abcdef0123456789abcdef","script":"https://a.example/w.js","relay":"wss://relay.walletconnect.org"}"#;
        assert_eq!(with.replace(facts, r#""wallet_connect":null"#), page, "{name}");
        assert_ne!(with, page, "{name}");
        let without = its_policy.replace(" https://a.example/w.js; ", "; ");
        assert_eq!(without.replace(" wss://relay.walletconnect.org; ", "; "), policy, "{name}");
        let sources = |directive: &str| its_policy.split("; ").find(|it| it.starts_with(directive)).unwrap();
        assert!(sources("script-src").ends_with("=' https://a.example/w.js"), "{name}: {its_policy}");
        assert_eq!(sources("connect-src"), "connect-src 'self' wss://relay.walletconnect.org", "{name}");
    }
}

#[test]
fn nothing_that_a_merchant_sends_becomes_markup() {
    let evil = "</script></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u{202e}{amount}";
    let display = Display {
        merchant_name: Some(evil.to_owned()),
        title: Some(evil.to_owned()),
        description: Some(evil.to_owned()),
        image_url: Some("https://shop.example/\"><script>alert(1)</script>".to_owned()),
        items: vec![Item { name: evil.to_owned(), quantity: 1, price_text: Some(evil.to_owned()) }],
        price_text: Some(evil.to_owned()),
        support_url: Some("https://shop.example/\"onmouseover=\"alert(1)".to_owned()),
        support_email: Some("a&b%c=d#e@shop.example".to_owned()),
        locale: None,
        theme: Some(Theme { color: Some("red}*{display:none".to_owned()), mode: None }),
    };
    for state in all().into_values() {
        let found =
            Found { session: Session { display: Some(Box::new(display.clone())), ..state.session }, ..state };
        let (page, policy, text) = found.rendered(Language::English, None);
        assert_well_formed(&page);
        assert_eq!(page.matches("<script>").count(), 1);
        assert!(
            !page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("*{display")
        );
        assert!(!page.contains("\"onmouseover"));
        assert!(page.contains("mailto:a%26b%25c%3Dd%23e@shop.example"));
        assert!(policy.contains("img-src data: https://shop.example; "));
        assert!(!text.contains('\u{202e}'));
    }
}

#[test]
fn an_order_is_paid_by_address_link_and_code() {
    let page = all()["await"].page();
    let uri = format!("ethereum:{USDC}@8453/transfer?address={ADDRESS}&amp;uint256=19990000");
    assert!(page.contains(&format!("href=\"{uri}\"")));
    assert!(page.contains("19.99 USDC") && page.contains("Base") && page.contains("2026-01-01 00:30 UTC"));
    assert_eq!(page.matches("<svg").count(), 2);
    // A part that has arrived is not asked for again.
    let page = all()["part"].page();
    assert!(page.contains("&amp;uint256=10000000\"") && page.contains("10 USDC"));
    assert!(page.contains(">9.99 USDC<"));
}

#[test]
fn the_same_order_is_shown_for_any_option() {
    let found = &all()["await"];
    let choice = Choice::parse("1:0x0000000000000000000000000000000000000000").unwrap();
    let (page, _, text) = found.rendered(Language::English, Some(&choice));
    let uri = format!("ethereum:{ADDRESS}@1?value=6000000000000001");
    assert!(page.contains(&uri) && text.contains(&uri));
    assert!(page.contains("0.006000000000000001 ETH") && page.contains("Ethereum"));
    let unknown = Choice::parse("10:0x0000000000000000000000000000000000000000").unwrap();
    assert!(found.rendered(Language::English, Some(&unknown)).0.contains("19.99 USDC"));
}

#[test]
fn a_part_of_one_option_is_no_part_of_another() {
    let found = &all()["part"];
    let other = Choice::parse(&format!("1:{MAINNET_USDC}")).unwrap();
    let (page, ..) = found.rendered(Language::English, Some(&other));
    assert!(page.contains("<h1>Send <bdi dir=\"ltr\">19.99 USDC</bdi></h1>") && page.contains("9.99 USDC"));
}

/// The sentences about the evidence, in English.
#[test]
fn the_texts_are_true_to_the_evidence() {
    let samples = all();
    let page = |name: &str| {
        let page = samples[name].page();
        // Without the marks that isolate values.
        page.replace("<bdi dir=\"ltr\">", "").replace("<bdi>", "").replace("</bdi>", "")
    };
    for (name, sentences) in [
        ("part", &["9.99 USDC of 19.99 USDC has arrived", "10 USDC is still due"][..]),
        ("other_token", &["is not one of the accepted tokens", MAINNET_USDC]),
        ("withdrawn", &["Base has undone this transaction of 9.99 USDC"]),
        ("undone", &["Base has undone this transaction of 19.99 USDC", "19.99"]),
        ("closing", &["Do not send anything now", "before 2026-01-01 00:30 UTC still counts"]),
        ("confirming", &["Your payment has arrived", "you may close this page"]),
        ("complete", &["Télé &amp; Fils has received 19.99 USDC", "https://shop.example/thanks?s=", "0xee"]),
        ("over", &["1 USDC more than was due has arrived", "0.000001 USDC on Base came after the deadline"]),
        ("expired", &["No payment arrived in time", "myshop://cancel"]),
        ("expired_part", &["The full amount did not arrive in time", "9.99 USDC"]),
        (
            "expired_late",
            &["No payment that counts arrived in time", "19.99 USDC on Base came after the deadline"],
        ),
        ("ended", &["The shop has ended this checkout"]),
        ("failed", &["could not be carried out", "Do not pay again"]),
        ("failed_short", &["Less reached the recipient than was due"]),
        ("refunding", &["on its way back"]),
        ("refunded", &["has been returned", "0xff", "Refund"]),
    ] {
        for sentence in sentences {
            assert!(page(name).contains(sentence), "{name} does not say {sentence}");
        }
    }
}

#[test]
fn a_page_that_expects_no_money_shows_nowhere_to_send_it() {
    for (name, found) in all() {
        let payable =
            ["await", "await_without_terms", "part", "other_token", "withdrawn", "undone"].contains(&name);
        let page = found.page();
        let before_facts = page.split("<script").next().unwrap();
        assert_eq!(before_facts.contains(ADDRESS), payable, "{name}");
        assert_eq!(page.replace(SCRIPT, "").contains("ethereum:"), payable, "{name}");
    }
}

#[test]
fn many_options_are_grouped_by_their_token() {
    let mut terms = payment();
    assert!(!all()["choose"].page().contains("class=\"group\""));
    terms.options.extend(payment().options.into_iter().map(|mut option| {
        option.chain = shared::kernel::ChainId::new(31_337).unwrap();
        option
    }));
    let found = Found { session: session(Some(terms), None), history: None, now: sample::CREATED };
    let page = found.page();
    // USDC is known on two of the chains; elsewhere tokens show their address.
    assert!(page.matches("class=\"group\"").count() >= 3 && page.contains("Network 31337"));
    assert_eq!(page.matches("type=\"radio\"").count(), 6);
}

#[test]
fn unknown_tokens_are_shown_in_base_units() {
    let found = paid_by(session(Some(payment()), None), vec![deposit(MAINNET_USDC, "1234", 1)], 2);
    let (_, _, text) = found.rendered(Language::English, None);
    assert!(text.contains(&format!("1234 base units of {MAINNET_USDC}")), "{text}");
}

#[test]
fn a_hash_that_is_none_becomes_no_link() {
    let evil = "javascript:alert(1)//\u{1b}[2J";
    let mut late = deposit(USDC, "1", 31);
    if let Fact::Deposit { tx_hash, .. } = &mut late.1 {
        evil.clone_into(tx_hash);
    }
    let (page, _, text) =
        paid_by(session(Some(payment()), None), vec![late], 32).rendered(Language::English, None);
    assert!(!page.contains("href=\"javascript") && !page.contains("/tx/javascript"));
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_terminal_gets_address_amount_and_code() {
    let (_, _, text) = all()["await"].rendered(Language::English, None);
    assert!(text.contains("Amount: 19.99 USDC") && text.contains(&format!("Address: {ADDRESS}")));
    assert!(text.contains('█') && text.contains("Pay by 2026-01-01 00:30 UTC"));
    let (_, _, text) = all()["choose"].rendered(Language::English, None);
    assert!(text.contains("curl -L -H 'Accept: text/plain' -d option=8453:"));
}

/// The whole of two pages, so that a change of their shape is seen. Styles and codes are left out.
#[test]
fn pages_keep_their_shape() {
    for name in ["choose", "part", "complete"] {
        let (page, _, text) = all()[name].rendered(Language::English, None);
        let (before, rest) = page.split_once("<style>").unwrap();
        let page = format!("{before}{}", rest.split_once("</style>").unwrap().1).replace(SCRIPT, "");
        let page =
            page.split(" d=\"").map(|part| part.split_once("\"></path>").map_or(part, |(_, rest)| rest));
        insta::assert_snapshot!(format!("{name}_html"), page.collect::<String>().replace('>', ">\n"));
        let text: Vec<_> = text.lines().filter(|line| !line.contains(['█', '▀', '▄'])).collect();
        insta::assert_snapshot!(format!("{name}_text"), text.join("\n"));
    }
}
