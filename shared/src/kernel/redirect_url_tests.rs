use proptest::prelude::*;

use super::*;
use crate::kernel::Timestamp;

fn session() -> SessionId {
    SessionId::new(
        0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
        Timestamp::from_millis(1_752_505_811_105),
        false,
    )
}

fn resolve(url: &str) -> String {
    RedirectUrl::parse(url).unwrap_or_else(|rule| panic!("{url} {rule}")).resolve(session()).0
}

/// `<id>` in `expected` stands for the session's id.
#[track_caller]
fn assert_resolves(url: &str, expected: &str) {
    assert_eq!(resolve(url), expected.replace("<id>", &session().to_string()));
}

#[test]
fn without_a_placeholder_the_id_is_appended_where_the_query_asks() {
    assert_resolves("https://a.example", "https://a.example?sessionId=<id>");
    assert_resolves("https://a.example/p", "https://a.example/p?sessionId=<id>");
    assert_resolves("https://a.example/p?", "https://a.example/p?sessionId=<id>");
    assert_resolves("https://a.example/p?a=1", "https://a.example/p?a=1&sessionId=<id>");
    assert_resolves("https://a.example/p?a=1&", "https://a.example/p?a=1&sessionId=<id>");
    assert_resolves("https://a.example/p#f", "https://a.example/p?sessionId=<id>#f");
    assert_resolves("https://a.example/#/route?x=1", "https://a.example/?sessionId=<id>#/route?x=1");
    assert_resolves("https://a.example/p?a=1#f", "https://a.example/p?a=1&sessionId=<id>#f");
    assert_resolves("myshop://done", "myshop://done?sessionId=<id>");
    assert_resolves("myshop:done", "myshop:done?sessionId=<id>");
}

#[test]
fn a_session_id_parameter_is_replaced_and_never_doubled() {
    assert_resolves("https://a.example/?sessionId=x&b=2", "https://a.example/?sessionId=<id>&b=2");
    assert_resolves("https://a.example/?b=2&sessionId", "https://a.example/?b=2&sessionId=<id>");
    assert_resolves("https://a.example/?sessionId=1&sessionId=2#f", "https://a.example/?sessionId=<id>#f");
    assert_resolves("https://a.example/?session%49d=1&b", "https://a.example/?sessionId=<id>&b");
    assert_resolves("https://a.example/?mysessionId=1", "https://a.example/?mysessionId=1&sessionId=<id>");
    assert_resolves("https://a.example/?sessionid=1", "https://a.example/?sessionid=1&sessionId=<id>");
}

#[test]
fn placeholders_are_filled_wherever_they_may_stand() {
    assert_resolves("https://a.example/{SESSION_ID}", "https://a.example/<id>");
    assert_resolves(
        "https://a.example/{ORDER_ID}/x?y={SESSION_ID}#{ORDER_ID}",
        "https://a.example/<id>/x?y=<id>#<id>",
    );
    assert_resolves("https://a.example/?sessionId={SESSION_ID}", "https://a.example/?sessionId=<id>");
    assert_resolves("https://a.example/%7BSESSION_ID%7D", "https://a.example/<id>");
    assert_resolves("https://a.example/%7bORDER_ID%7d?x=%7BORDER_ID%7d", "https://a.example/<id>?x=<id>");
    assert_resolves(
        "https://a.example/%7Bsession_id%7D",
        "https://a.example/%7Bsession_id%7D?sessionId=<id>",
    );
    assert_resolves(
        "https://a.example/%257BSESSION_ID%257D",
        "https://a.example/%257BSESSION_ID%257D?sessionId=<id>",
    );
    assert_resolves("myshop:{SESSION_ID}", "myshop:<id>");
}

#[test]
fn what_is_no_safe_absolute_uri_is_refused() {
    for url in [
        "",
        " ",
        "/done",
        "a.example/done",
        "//a.example/done",
        "https://",
        "https:///x",
        "https:x",
        "http://:80/",
        "https://a.example/ ",
        "https://a.example/\n",
        " https://a.example/",
        "https://a.example/ü",
        "https://a.example/%zz",
        "https://a.example/%4{SESSION_ID}",
        "https://a.example/{CHECKOUT_SESSION_ID}",
        "https://a.example/{SESSION_ID",
        "https://a.example/{SESSION_ID%7D",
        "https://{SESSION_ID}.example/",
        "https://a.example:{ORDER_ID}/",
        "{SESSION_ID}://a.example",
        "https://u{ORDER_ID}@a.example/",
        "https://a.example%7BSESSION_ID%7D/",
        "javascript:alert(1)",
        "JavaScript://a.example/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:x",
        "file:///etc/passwd",
        "about:blank",
        "view-source:https://a.example",
        "filesystem:https://a.example/x",
    ] {
        assert!(RedirectUrl::parse(url).is_err(), "{url:?}");
    }
}

#[test]
fn the_length_is_counted_before_placeholders_are_filled() {
    let stem = "https://a.example/{SESSION_ID}/";
    let longest = format!("{stem}{}", "x".repeat(RedirectUrl::MAX_CHARS - stem.len()));
    assert!(RedirectUrl::parse(&longest).is_ok());
    assert!(RedirectUrl::parse(&format!("{longest}x")).is_err());
}

prop_compose! {
    fn component()(parts in prop::collection::vec(prop_oneof![
        "[a-zA-Z0-9._~!$'()*,;:@-]{0,6}",
        Just("%7B".to_owned()), Just("%20".to_owned()), Just("sessionId".to_owned()), Just("=".to_owned()),
        Just("{SESSION_ID}".to_owned()), Just("{ORDER_ID}".to_owned()),
        Just("%7BSESSION_ID%7D".to_owned()), Just("%7bORDER_ID%7d".to_owned()),
    ], 0..5)) -> String { parts.concat() }
}

prop_compose! {
    fn url()(
        origin in prop_oneof![Just("https://shop.example"), Just("http://u:p@[::1]:8080"), Just("my-shop+1://x")],
        path in prop::collection::vec(component(), 0..3),
        query in prop::option::of(prop::collection::vec(component(), 0..4)),
        fragment in prop::option::of(component()),
    ) -> String {
        let path: String = path.iter().map(|segment| format!("/{segment}")).collect();
        let query = query.map(|pairs| format!("?{}", pairs.join("&"))).unwrap_or_default();
        let fragment = fragment.map(|text| format!("#{text}")).unwrap_or_default();
        format!("{origin}{path}{query}{fragment}")
    }
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

/// An independent reading of the placeholders, by plain replacement.
fn replace_all(url: &str, id: &str) -> String {
    let mut url = url.replace("{SESSION_ID}", id).replace("{ORDER_ID}", id);
    for (open, close) in [("%7B", "%7D"), ("%7b", "%7d"), ("%7B", "%7d"), ("%7b", "%7D")] {
        for name in PLACEHOLDER_NAMES {
            url = url.replace(&format!("{open}{name}{close}"), id);
        }
    }
    url
}

proptest! {
    #[test]
    fn a_resolved_url_is_valid_carries_the_id_and_keeps_the_rest(url in url()) {
        let id = session().to_string();
        let resolved = resolve(&url);
        prop_assert!(Uri::parse(resolved.as_str()).is_ok(), "{}", resolved);

        let replaced = replace_all(&url, &id);
        if replaced != url {
            prop_assert_eq!(resolved, replaced);
            return Ok(());
        }
        let parameter = format!("sessionId={id}");
        prop_assert_eq!(count(&resolved, &parameter), 1);
        let (before_fragment, fragment) = split_keeping(&url, '#');
        prop_assert!(resolved.ends_with(fragment));
        let resolved_query = &resolved[..resolved.len() - fragment.len()];
        let names = resolved_query.split_once('?').unwrap().1.split('&').map(|pair| pair.split('=').next().unwrap());
        prop_assert_eq!(names.filter(|name| *name == "sessionId").count(), 1);
        if !before_fragment.contains("sessionId") {
            prop_assert!(resolved.starts_with(before_fragment));
        }
    }

    #[test]
    fn resolving_twice_changes_nothing(url in url()) {
        let once = resolve(&url);
        if replace_all(&url, "x") == url {
            prop_assert_eq!(resolve(&once), once);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*") {
        if let Ok(url) = RedirectUrl::parse(&text) {
            prop_assert_eq!(url.as_str(), &text);
            prop_assert!(url.resolve(session()).0.contains(&session().to_string()));
        }
    }
}
