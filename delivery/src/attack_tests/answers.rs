//! Endpoints that answer badly, or not at all.

use std::sync::Mutex;

use tokio::{io::AsyncWriteExt as _, net::TcpListener, sync::oneshot};

use super::{
    peer::{Peer, read_request, write_for_ever},
    *,
};
use crate::Failure;

#[tokio::test]
async fn only_a_status_of_200_to_299_is_a_delivery() {
    for (status, delivered) in
        [(200, true), (201, true), (202, true), (204, true), (299, true), (400, false), (404, false)]
            .into_iter()
            .chain([(410, false), (429, false), (500, false), (503, false), (599, false), (999, false)])
    {
        let peer = Peer::answering(format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n")).await;
        let outcome = send(Reach::Anywhere, &peer.url()).await;
        let error = (!delivered).then_some(Failure::Status);
        assert_eq!((outcome.status, outcome.error), (Some(status), error));
    }
}

#[tokio::test]
async fn nobody_there_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let outcome = send(Reach::Anywhere, &url).await;
    assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Connect)));
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error_of_protocol() {
    let many = "a: b\r\n".repeat(100_000);
    let long = "a".repeat(10_000_000);
    for (what, answer) in [
        ("nothing", String::new()),
        ("half a head", "HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        ("noise", "\u{1}\u{2}\u{3}\u{4}\r\n\r\n".to_owned()),
        ("another protocol", "220 mail.example ESMTP\r\n".to_owned()),
        ("only a body", "<html></html>\r\n\r\n".to_owned()),
        ("no number", "HTTP/1.1 abc OK\r\n\r\n".to_owned()),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        ("two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_owned()),
        ("many headers", format!("HTTP/1.1 200 OK\r\n{many}\r\n")),
        ("a long header", format!("HTTP/1.1 200 OK\r\na: {long}\r\n\r\n")),
        ("a long status line", format!("HTTP/1.1 200 {long}\r\n\r\n")),
    ] {
        let peer = Peer::answering(answer).await;
        let outcome = send(Reach::Anywhere, &peer.url()).await;
        assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Protocol)), "{what}");
        // The message was sent once only.
        assert_eq!(peer.connections(), 1, "{what}");
    }
}

#[tokio::test]
async fn an_endpoint_that_closes_at_once_is_an_error_of_protocol() {
    let peer = Peer::new(|stream| async { drop(stream) }).await;
    let outcome = send(Reach::Anywhere, &peer.url()).await;
    assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Protocol)));
    assert_eq!(peer.connections(), 1);
}

/// The outcome of a message to an endpoint that answers `start`, then `text` repeatedly.
async fn outcome_of_head(start: &'static str, text: &'static [u8], pause: Duration) -> Outcome {
    let peer = Peer::new(move |mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(start.as_bytes()).await;
        while stream.write_all(text).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    })
    .await;
    let sender = sender(Parts { limits: SHORT, ..parts(Reach::Anywhere) });
    soon(sender.send(&peer.url(), &MESSAGE)).await
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let drip = Duration::from_millis(10);
    for (what, start, text, pause) in [
        ("silence", "", &b""[..], FAR),
        ("silence in the head", "HTTP/1.1 200 OK\r\n", b"", FAR),
        ("a status line in a drip", "HTTP/1.1 200 ", b"a", drip),
        ("headers in a drip", "HTTP/1.1 200 OK", b"\r\na: b", drip),
        // Interim answers are skipped, and the final answer could follow each.
        ("only promises", "", b"HTTP/1.1 103 Early Hints\r\n\r\n", drip),
        ("a flood of promises", "", b"HTTP/1.1 103 Early Hints\r\n\r\n", Duration::ZERO),
    ] {
        let outcome = outcome_of_head(start, text, pause).await;
        assert_eq!((outcome.status, outcome.error), (None, Some(Failure::Timeout)), "{what}");
    }
}

#[tokio::test]
async fn who_has_given_up_hangs_up() {
    let (gone, went) = oneshot::channel();
    let gone = Mutex::new(Some(gone));
    let peer = Peer::new(move |mut stream| {
        let gone = gone.lock().unwrap().take();
        async move {
            let request = read_request(&mut stream).await;
            let rest = read_request(&mut stream).await;
            let _ = gone.unwrap().send((request, rest));
        }
    })
    .await;
    let limits = Limits { connect: Limits::USUAL.connect, ..SHORT };
    let sender = sender(Parts { limits, ..parts(Reach::Anywhere) });
    let outcome = soon(sender.send(&peer.url(), &MESSAGE)).await;
    assert_eq!(outcome.error, Some(Failure::Timeout));
    assert!(outcome.duration >= SHORT.total);
    let (request, rest) = went.await.unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n") && rest.is_empty(), "{request}{rest}");
}

/// The outcome of a message to an endpoint that answers `head`, then `text` repeatedly; true if the endpoint saw the
/// sender close the connection.
async fn outcome_of_body(head: &'static str, text: &'static [u8], pause: Duration) -> Outcome {
    let (gone, went) = oneshot::channel();
    let gone = Mutex::new(Some(gone));
    let peer = Peer::new(move |mut stream| {
        let gone = gone.lock().unwrap().take();
        async move {
            read_request(&mut stream).await;
            stream.write_all(head.as_bytes()).await.unwrap();
            if pause.is_zero() {
                write_for_ever(&mut stream, text).await;
            } else {
                while stream.write_all(text).await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
            }
            let _ = gone.unwrap().send(());
        }
    })
    .await;
    // The total limit is long, so that only the limits of the body can end it.
    let limits = Limits { body: SHORT.body, total: FAR, ..Limits::USUAL };
    let sender = sender(Parts { limits, ..parts(Reach::Anywhere) });
    let outcome = soon(sender.send(&peer.url(), &MESSAGE)).await;
    // Nothing reads on in the background.
    went.await.unwrap();
    outcome
}

#[tokio::test]
async fn a_body_that_never_ends_changes_nothing_and_is_left() {
    let drip = Duration::from_millis(10);
    let endless = "HTTP/1.1 200 OK\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let huge = "HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n";
    let many = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n";
    for (head, text, pause) in [
        (endless, &[b'a'; 4096][..], Duration::ZERO),
        (endless, b"a", drip),
        (chunked, b"1\r\na\r\n", Duration::ZERO),
        (chunked, b"1\r\na\r\n", drip),
        (chunked, b"ffffffff\r\naaaa", drip),
        (huge, &[b'a'; 4096], Duration::ZERO),
        (huge, b"a", drip),
        // Trailers without end.
        (many, b"a: b\r\n", Duration::ZERO),
        (many, b"a: b\r\n", drip),
    ] {
        let outcome = outcome_of_body(head, text, pause).await;
        assert_eq!((outcome.status, outcome.error), (Some(200), None), "{head}{pause:?}");
    }
    let outcome = outcome_of_body("HTTP/1.1 500 No\r\n\r\n", b"a", drip).await;
    assert_eq!((outcome.status, outcome.error), (Some(500), Some(Failure::Status)));
}

#[tokio::test]
async fn a_long_body_is_left_after_its_first_part() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n"] {
        let (gone, went) = oneshot::channel();
        let gone = Mutex::new(Some(gone));
        let peer = Peer::new(move |mut stream| {
            let gone = gone.lock().unwrap().take();
            async move {
                read_request(&mut stream).await;
                stream.write_all(head.as_bytes()).await.unwrap();
                // Exactly the limit, and then nothing: a sender that stops at the limit does not wait for more.
                stream.write_all(&[b'a'; 16 * 1024]).await.unwrap();
                let _ = gone.unwrap().send(read_request(&mut stream).await);
            }
        })
        .await;
        let limits = Limits { body: FAR, total: FAR, ..Limits::USUAL };
        let sender = sender(Parts { limits, ..parts(Reach::Anywhere) });
        assert_eq!(soon(sender.send(&peer.url(), &MESSAGE)).await.error, None);
        assert_eq!(went.await.unwrap(), "");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_or_is_nonsense_changes_nothing() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n",
        // Nothing is decompressed, so nothing can be compressed wrongly.
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
    ] {
        let peer = Peer::answering(answer).await;
        let outcome = send(Reach::Anywhere, &peer.url()).await;
        assert_eq!((outcome.status, outcome.error), (Some(200), None), "{answer}");
    }
}

#[tokio::test]
async fn a_short_body_is_read_to_its_end_before_the_connection_closes() {
    let (done, finished) = oneshot::channel();
    let done = Mutex::new(Some(done));
    let peer = Peer::new(move |mut stream| {
        let done = done.lock().unwrap().take();
        async move {
            read_request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no").await.unwrap();
            // If the sender had closed the connection after the head, it would be reset by now.
            let hung_up = tokio::time::timeout(Duration::from_millis(50), read_request(&mut stream)).await;
            let written = stream.write_all(b"k").await;
            let _ = done.unwrap().send(hung_up.is_err() && written.is_ok());
        }
    })
    .await;
    let limits = Limits { body: FAR, ..Limits::USUAL };
    let sender = sender(Parts { limits, ..parts(Reach::Anywhere) });
    assert_eq!(sender.send(&peer.url(), &MESSAGE).await.error, None);
    assert!(finished.await.unwrap());
}

#[tokio::test]
async fn each_attempt_has_a_connection_of_its_own() {
    let peer = Peer::new(|mut stream| async move {
        loop {
            if read_request(&mut stream).await.is_empty() {
                return;
            }
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    })
    .await;
    let sender = sender(parts(Reach::Anywhere));
    for _ in 0..3 {
        assert_eq!(sender.send(&peer.url(), &MESSAGE).await.error, None);
    }
    assert_eq!(peer.connections(), 3);
}

#[tokio::test]
async fn a_message_that_cannot_be_signed_is_not_sent() {
    let peer = Peer::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let sender = sender(parts(Reach::Anywhere));
    let bad_secret = Message { secrets: &["whsec_short"], ..MESSAGE };
    assert_eq!(sender.send(&peer.url(), &bad_secret).await.error, Some(Failure::BadSecret));
    let bad_id = Message { id: "a.b", ..MESSAGE };
    assert_eq!(sender.send(&peer.url(), &bad_id).await.error, Some(Failure::BadId));
    assert_eq!(peer.connections(), 0);
}
