//! Endpoints without trustworthy encryption.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use reqwest::Certificate;
use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

use super::{
    peer::{Peer, answer_once},
    *,
};
use crate::Failure;

const YES: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// A server with a self-signed certificate, and the certificate to trust.
fn serving(certificate: CertificateParams) -> (TlsAcceptor, Certificate) {
    let key = KeyPair::generate().unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    let root = Certificate::from_der(certificate.der()).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), root)
}

pub(super) fn server(name: &str) -> (TlsAcceptor, Certificate) {
    serving(CertificateParams::new(vec![name.to_owned()]).unwrap())
}

/// The outcome of a message to `merchant.example`, served by `acceptor`, from a sender that trusts `roots`.
async fn outcome_at(acceptor: TlsAcceptor, roots: Vec<Certificate>) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://merchant.example:{}/", listener.local_addr().unwrap().port());
    let _peer = Peer::on(listener, move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                answer_once(&mut stream, YES).await;
            }
        }
    });
    let lookup = resolving_to(&["127.0.0.1"]);
    sender(Parts { lookup, roots, ..parts(Reach::Anywhere) }).send(&url, &MESSAGE).await
}

#[tokio::test]
async fn a_certificate_for_the_host_from_a_trusted_authority_will_do() {
    let (acceptor, root) = server("merchant.example");
    let outcome = outcome_at(acceptor, vec![root]).await;
    assert_eq!((outcome.status, outcome.error), (Some(200), None));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (acceptor, _) = server("merchant.example");
    let outcome = outcome_at(acceptor, Vec::new()).await;
    assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Tls)));
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let (acceptor, root) = server("other.example");
    assert_eq!(outcome_at(acceptor, vec![root]).await.error, Some(Failure::Tls));
}

#[tokio::test]
async fn a_certificate_out_of_its_time_is_refused() {
    let mut past = CertificateParams::new(vec!["merchant.example".to_owned()]).unwrap();
    past.not_before = date_time_ymd(2001, 1, 1);
    past.not_after = date_time_ymd(2002, 1, 1);
    let mut future = CertificateParams::new(vec!["merchant.example".to_owned()]).unwrap();
    future.not_before = date_time_ymd(4000, 1, 1);
    for certificate in [past, future] {
        let (acceptor, root) = serving(certificate);
        assert_eq!(outcome_at(acceptor, vec![root]).await.error, Some(Failure::Tls));
    }
}

#[tokio::test]
async fn an_endpoint_that_speaks_no_tls_is_sent_nothing() {
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let hears = Arc::clone(&told);
    let peer = Peer::new(move |mut stream| {
        let hears = Arc::clone(&hears);
        async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            let _ = stream.write_all(YES).await;
            let mut heard = Vec::new();
            let _ = stream.read_to_end(&mut heard).await;
            hears.lock().unwrap().extend(heard);
        }
    })
    .await;
    let lookup = resolving_to(&["127.0.0.1"]);
    let sender = sender(Parts { lookup, ..parts(Reach::Anywhere) });
    let url = format!("https://merchant.example:{}/", peer.address.port());
    assert_eq!(sender.send(&url, &MESSAGE).await.error, Some(Failure::Tls));
    let heard = String::from_utf8_lossy(&told.lock().unwrap()).into_owned();
    assert!(!heard.contains("POST") && !heard.contains("order.paid"), "{heard}");
}

#[tokio::test]
async fn an_endpoint_that_never_finishes_the_handshake_is_not_waited_for() {
    let peer = Peer::new(|stream| async move {
        let _stream = stream;
        std::future::pending::<()>().await;
    })
    .await;
    // The total limit is long, so that only the limit for connecting can end it.
    let limits = Limits { total: FAR, ..SHORT };
    let sender = sender(Parts { limits, lookup: resolving_to(&["127.0.0.1"]), ..parts(Reach::Anywhere) });
    let url = format!("https://merchant.example:{}/", peer.address.port());
    let outcome = soon(sender.send(&url, &MESSAGE)).await;
    assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Timeout)));
}
