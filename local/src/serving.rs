//! Taking requests.

use std::{pin::pin, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::oneshot};

/// How long running requests may take to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Beyond these the connection is closed without an answer in the API's envelope.
const MAX_HEADERS: usize = 10_000;
const MAX_HEAD_BYTES: usize = 4 * 1024 * 1024;

/// Answers requests from `router` until it is told to stop, and lets those that run finish.
pub(crate) async fn serve(listener: TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    let connections = GracefulShutdown::new();
    // Longer headers than hyper takes by default, so that the gateway can say what is wrong with them.
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
                // Out of file descriptors, most likely: some will be given back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, connections.shutdown()).await;
}
