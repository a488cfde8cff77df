//! The Lambda function `watch-deposits`, run once a minute.

use chain::{Watcher, aws};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::sync::Mutex;
use watch_deposits::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let watchers = aws::Settings::from_env().await?.tools().into_iter().map(Watcher::new);
    // Kept from one invocation to the next, with the addresses that they know.
    let watchers = Mutex::new(watchers.collect::<Vec<_>>());
    run(service_fn(async |event: LambdaEvent<Value>| {
        let end = aws::end_of(event.context.deadline);
        handle(&mut watchers.lock().await, end).await.map_err(Error::from)
    }))
    .await
}
