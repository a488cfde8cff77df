use proptest::prelude::*;

use super::*;

fn in_cloud(url: &str) -> Result<(), BadUrl> {
    check_url(url, Reach::PublicHttps)
}

fn at_home(url: &str) -> Result<(), BadUrl> {
    check_url(url, Reach::Anywhere)
}

#[test]
fn a_url_of_a_public_host_is_accepted() {
    for url in [
        "https://shop.example/webhooks",
        "HTTPS://Shop.Example",
        "https://shop.example:8443/a/b?token=c&d",
        "https://shop.example./hook",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/",
        "https://a_b.example",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]:8443/",
        "https://localhost.example/",
        "https://127.0.0.1.shop.example/",
    ] {
        assert_eq!(in_cloud(url), Ok(()), "{url}");
        assert_eq!(at_home(url), Ok(()), "{url}");
    }
}

#[test]
fn a_url_is_absolute_and_has_a_scheme_that_messages_go_over() {
    for url in [
        "",
        "shop.example",
        "//shop.example/",
        "/webhooks",
        "https:",
        "https://",
        "https:///",
        "https:shop.example",
        "https:/shop.example",
        "https:\\\\shop.example",
        "https://shop.example:99999",
        "https://shop.example:-1",
        "https://[::1",
        "https://[fe80::1%25eth0]/",
        "https://shop example/",
        " https://shop.example",
        "https://shop.example\n",
        "https://shop.example/\tx",
        "https://shop.example/\u{0}",
        "ftp://shop.example",
        "file:///etc/passwd",
        "gopher://shop.example:25/",
        "wss://shop.example/",
        "javascript://shop.example/",
    ] {
        assert_eq!(in_cloud(url), Err(BadUrl::NotAbsolute(Reach::PublicHttps)), "{url:?}");
        assert_eq!(at_home(url), Err(BadUrl::NotAbsolute(Reach::Anywhere)), "{url:?}");
    }
}

#[test]
fn only_a_developers_machine_sends_without_encryption() {
    assert_eq!(in_cloud("http://shop.example/"), Err(BadUrl::NotAbsolute(Reach::PublicHttps)));
    assert_eq!(at_home("http://shop.example/"), Ok(()));
    assert_eq!(at_home("http://localhost:4000/hook"), Ok(()));
    assert_eq!(at_home("http://[::1]:4000/hook"), Ok(()));
    assert_eq!(at_home("http://192.168.1.10/"), Ok(()));
}

#[test]
fn a_url_holds_no_credentials_and_no_fragment() {
    for url in ["https://a@shop.example", "https://a:b@shop.example", "https://:b@shop.example/"] {
        assert_eq!(in_cloud(url), Err(BadUrl::UserInfo), "{url}");
        assert_eq!(at_home(url), Err(BadUrl::UserInfo), "{url}");
    }
    for url in ["https://shop.example/#", "https://shop.example/a?b#c", "https://shop.example#c"] {
        assert_eq!(in_cloud(url), Err(BadUrl::Fragment), "{url}");
        assert_eq!(at_home(url), Err(BadUrl::Fragment), "{url}");
    }
}

#[test]
fn the_length_is_counted_in_characters() {
    let url = |length: usize| format!("https://shop.example/{}", "ü".repeat(length - 21));
    assert_eq!(in_cloud(&url(2048)), Ok(()));
    assert_eq!(in_cloud(&url(2049)), Err(BadUrl::TooLong));
}

#[test]
fn a_private_address_is_refused_however_it_is_spelled() {
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0X7F.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0x",
        "0.0.0.0",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "１２７.0.0.1",
        "127。0。0。1",
        "127．0．0．1",
        "①②⑦.0.0.1",
        "10.0.0.1",
        "012.1",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "169.254.43518",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::169.254.169.254]",
        "[64:ff9b:1::a00:1]",
        "[2002:7f00:1::]",
        "[2001:0:a00:1::]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[3fff::1]",
    ] {
        for url in [format!("https://{host}/"), format!("https://{host}:8443/x"), format!("https://{host}")] {
            assert_eq!(in_cloud(&url), Err(BadUrl::PrivateHost), "{url}");
        }
    }
}

#[test]
fn what_looks_like_a_number_but_is_no_address_is_refused() {
    for host in ["256.0.0.1", "1.2.3.4.5", "4294967296", "127.0.0.08", "shop.example.1", "1.2.3.0x100"] {
        let refused = in_cloud(&format!("https://{host}/"));
        assert!(refused.is_err(), "{host}");
    }
}

#[test]
fn a_name_of_a_local_network_is_refused() {
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "ⓛocalhost",
        "ｌｏｃａｌｈｏｓｔ",
        "loc\u{ad}alhost",
        "%6cocalhost",
        "shop.localhost",
        "shop.localhost.",
        "printer.local",
        "metadata.google.internal",
        "ip-10-0-0-1.ec2.internal",
        "intranet",
        "intranet.",
        ".",
    ] {
        assert_eq!(in_cloud(&format!("https://{host}/")), Err(BadUrl::PrivateHost), "{host}");
    }
}

#[test]
fn what_connects_reads_the_same_host_as_what_checks() {
    // Parsers disagree on these: some take the part after the at sign, or after the backslash, for the host.
    let host =
        |url: &str| Gate::new(Reach::PublicHttps).open(url).map(|url| url.host_str().unwrap().to_owned());
    assert_eq!(host("https://shop.example\\@127.0.0.1/"), Ok("shop.example".to_owned()));
    assert_eq!(host("https://shop.example/@127.0.0.1/"), Ok("shop.example".to_owned()));
    assert_eq!(host("https://shop.example?@127.0.0.1/"), Ok("shop.example".to_owned()));
    assert_eq!(host("https://127.0.0.1\\@shop.example/"), Err(BadUrl::PrivateHost));
    assert_eq!(host("https://shop.example#@127.0.0.1/"), Err(BadUrl::Fragment));
    assert_eq!(host("https://shop.example@127.0.0.1/"), Err(BadUrl::UserInfo));
}

#[test]
fn a_refusal_follows_the_fields_name_and_does_not_repeat_the_url() {
    for url in ["secret", "https://a:secret@b.example", "https://b.example/#secret", "https://secret/"] {
        let text = in_cloud(url).unwrap_err().to_string();
        assert!(text.starts_with("must ") && !text.contains("secret"), "{text}");
    }
    assert_eq!(in_cloud("x").unwrap_err().to_string(), "must be an absolute URL that begins with https://");
    assert_eq!(
        at_home("x").unwrap_err().to_string(),
        "must be an absolute URL that begins with https:// or http://",
    );
}

proptest! {
    #[test]
    fn every_spelling_of_an_ipv4_address_is_judged_as_the_address(
        address in any::<std::net::Ipv4Addr>(),
        spelling in 0..7_usize,
    ) {
        let [a, b, c, d] = address.octets();
        let bits = u32::from(address);
        let host = match spelling {
            0 => format!("{a}.{b}.{c}.{d}."),
            1 => format!("{bits}"),
            2 => format!("{bits:#x}"),
            3 => format!("0{bits:o}"),
            4 => format!("{a:#X}.{:#o}", bits & 0xff_ffff).replace("0o", "0"),
            5 => format!("{a}.{b:#x}.{}", bits & 0xffff),
            _ => format!("[::ffff:{address}]"),
        };
        let public = spelling != 6 && is_public(address.into());
        prop_assert_eq!(in_cloud(&format!("https://{host}/")).is_ok(), public, "{}", host);
    }

    #[test]
    fn no_text_makes_the_check_panic_or_accept_a_private_address(text in "https://\\PC{0,40}") {
        if let Ok(url) = Gate::new(Reach::PublicHttps).open(&text) {
            let address = url.host_str().unwrap().trim_matches(['[', ']']).parse::<IpAddr>();
            prop_assert!(address.is_err() || is_public(address.unwrap()));
        }
    }
}
