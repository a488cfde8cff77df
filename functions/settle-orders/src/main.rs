//! The Lambda function `settle-orders`, run once a minute.

use chain::{Settler, aws};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use settle_orders::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = aws::Settings::from_env().await?;
    let purse = settings.purse().await?;
    let settlers = settings.tools().into_iter().map(|tools| Settler::new(tools, purse.clone()));
    let settlers: Vec<_> = settlers.collect();
    run(service_fn(async |event: LambdaEvent<Value>| {
        handle(&settlers, aws::end_of(event.context.deadline)).await.map_err(Error::from)
    }))
    .await
}
