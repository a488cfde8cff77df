//! Accepting requests.

use std::{pin::pin, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::oneshot};

/// The time that running requests have to finish once the server is stopped.
const GRACE: Duration = Duration::from_secs(5);

/// The most headers; beyond it the connection is closed without an answer in the API's envelope.
const MAX_HEADERS: usize = 10_000;
const MAX_HEAD_BYTES: usize = 4 * 1024 * 1024;

/// Answers requests from `router` until it is stopped, and lets running ones finish.
pub(crate) async fn serve(listener: TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    let connections = GracefulShutdown::new();
    // Accepts longer headers than hyper does by default, so that the gateway can refuse them with a message.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).max_headers(MAX_HEADERS).max_buf_size(MAX_HEAD_BYTES);
    let mut stopped = pin!(stopped);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let service = TowerToHyperService::new(router.clone());
                    let connection = http.serve_connection(TokioIo::new(stream), service);
                    tokio::spawn(connections.watch(connection));
                }
                // Mostly a lack of file descriptors, some of which will become free.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, connections.shutdown()).await;
}
