//! Endpoints that follow a test's script.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// Listens until it is dropped.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Calls this for each connection.
    pub(super) async fn new<F: Future<Output = ()> + Send + 'static>(
        handle: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), handle)
    }

    pub(super) fn on<F: Future<Output = ()> + Send + 'static>(
        listener: TcpListener,
        handle: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            let mut handling = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                handling.spawn(handle(stream));
            }
        });
        Self { address, connections, task }
    }

    /// Takes the request, answers this, and closes the connection.
    pub(super) async fn answering(answer: impl AsRef<[u8]> + Clone + Send + 'static) -> Self {
        Self::new(move |mut stream| {
            let answer = answer.clone();
            async move { answer_once(&mut stream, answer.as_ref()).await }
        })
        .await
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reads the head and the body of a request.
pub(super) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut request = Vec::new();
    loop {
        let read = stream.read_buf(&mut request).await.unwrap_or(0);
        let text = String::from_utf8_lossy(&request).into_owned();
        if read == 0 || text.ends_with(super::MESSAGE.body) {
            return text;
        }
    }
}

pub(super) async fn answer_once(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), answer: &[u8]) {
    read_request(stream).await;
    // A sender that has read enough may be gone.
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

/// Writes this repeatedly until the sender is gone.
pub(super) async fn write_for_ever(stream: &mut (impl AsyncWrite + Unpin), text: &[u8]) {
    while stream.write_all(text).await.is_ok() {}
}
