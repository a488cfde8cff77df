//! Names and URLs that lead to internal addresses.

use std::{
    net::Ipv4Addr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::TcpListener;

use super::{
    peer::{Peer, answer_once},
    *,
};
use crate::Failure;

/// A port that is free on both addresses, with listeners there: "the internet" of a test, and the machine itself.
async fn two_listeners() -> (TcpListener, TcpListener) {
    loop {
        let public = TcpListener::bind("127.0.0.2:0").await.unwrap();
        if let Ok(private) = TcpListener::bind(("127.0.0.1", public.local_addr().unwrap().port())).await {
            return (public, private);
        }
    }
}

/// A gate that accepts only 127.0.0.2 as public.
fn gate() -> Gate {
    let is_public = |address| address == IpAddr::from(Ipv4Addr::new(127, 0, 0, 2));
    Gate { reach: Reach::PublicHttps, is_public }
}

#[tokio::test]
async fn a_name_that_resolves_to_a_private_address_is_not_connected_to() {
    let inside = Peer::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    for addresses in [
        &["127.0.0.1"][..],
        &["169.254.169.254"],
        &["10.0.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["fd00:ec2::254"],
        &["0.0.0.0"],
        &["::"],
        // One private address among several is enough, in any position.
        &["127.0.0.1", "1.1.1.1"],
        &["1.1.1.1", "127.0.0.1"],
        &["1.1.1.1", "2606:4700:4700::1111", "10.0.0.1"],
    ] {
        let parts = Parts { lookup: resolving_to(addresses), ..parts(Reach::PublicHttps) };
        let url = format!("https://merchant.example:{}/", inside.address.port());
        let outcome = sender(parts).send(&url, &MESSAGE).await;
        assert_eq!((outcome.status, outcome.error), (None, Some(Failure::AddressRefused)), "{addresses:?}");
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn what_was_checked_is_what_is_connected_to() {
    let (public, private) = two_listeners().await;
    let port = public.local_addr().unwrap().port();
    let (acceptor, root) = tls::server("merchant.example");
    let public = Peer::on(public, move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            answer_once(&mut stream, b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    });
    let private = Peer::on(private, |stream| async { drop(stream) });
    let lookups = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&lookups);
    // The name is rebound after the first lookup.
    let lookup = resolving(move |n| {
        seen.fetch_add(1, Ordering::SeqCst);
        Ok(vec![if n == 0 { [127, 0, 0, 2] } else { [127, 0, 0, 1] }.into()])
    });
    let sender = sender(Parts { gate: gate(), lookup, roots: vec![root], ..parts(Reach::PublicHttps) });

    let url = format!("https://merchant.example:{port}/");
    let first = sender.send(&url, &MESSAGE).await;
    assert_eq!((first.status, first.error), (Some(204), None));
    // No second lookup happened between the check and the connection.
    assert_eq!((lookups.load(Ordering::SeqCst), public.connections()), (1, 1));
    let second = sender.send(&url, &MESSAGE).await;
    assert_eq!((second.status, second.error), (None, Some(Failure::AddressRefused)));
    assert_eq!((lookups.load(Ordering::SeqCst), public.connections(), private.connections()), (2, 1, 0));
}

#[tokio::test]
async fn a_host_that_is_a_private_address_is_refused_without_a_lookup() {
    let inside = Peer::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let port = inside.address.port();
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
    {
        let lookup = resolving(|_| panic!("nothing to look up"));
        let sender = sender(Parts { lookup, ..parts(Reach::PublicHttps) });
        let outcome = sender.send(&format!("https://{host}:{port}/"), &MESSAGE).await;
        assert_eq!(outcome.error, Some(Failure::AddressRefused), "{host}");
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_url_that_was_good_on_another_machine_is_checked_again() {
    let inside = Peer::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    for url in [&inside.url(), "http://merchant.example/", "https://a:b@merchant.example/", "nonsense"] {
        assert_eq!(send(Reach::PublicHttps, url).await.error, Some(Failure::UrlRefused), "{url}");
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let inside = Peer::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let location = inside.url();
        let head =
            format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let outside = Peer::answering(head).await;
        let outcome = send(Reach::Anywhere, &outside.url()).await;
        assert_eq!((outcome.status, outcome.error), (Some(status), Some(Failure::Status)));
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn the_systems_own_answer_for_localhost_is_refused_like_any_other() {
    let name = "localhost".parse().unwrap();
    let resolver =
        crate::resolver::Resolver { gate: Gate::new(Reach::PublicHttps), lookup: crate::resolver::system() };
    let refusal = reqwest::dns::Resolve::resolve(&resolver, name).await.err().unwrap();
    assert!(refusal.is::<crate::resolver::Refused>(), "{refusal}");
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_told_apart() {
    for lookup in [resolving(|_| Err(io::ErrorKind::Other.into())), resolving(|_| Ok(Vec::new()))] {
        let sender = sender(Parts { lookup, ..parts(Reach::PublicHttps) });
        let outcome = sender.send("https://merchant.example/", &MESSAGE).await;
        assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Dns)));
    }
}

#[tokio::test]
async fn a_name_server_that_hangs_is_not_waited_for() {
    let lookup: Lookup = Arc::new(|_| -> Pin<Box<_>> { Box::pin(std::future::pending()) });
    let sender = sender(Parts { lookup, limits: SHORT, ..parts(Reach::PublicHttps) });
    let outcome = soon(sender.send("https://merchant.example/", &MESSAGE)).await;
    assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Timeout)));
}
