//! Sends webhooks: signs a message as the Standard Webhooks specification says, posts it ([`Sender`]), and stores the
//! outcome ([`Courier`], [`Worker`]).
//!
//! A merchant chooses the URL, so this crate keeps messages from addresses that only the sender can reach ([`Reach`]).

mod address;
#[cfg(test)]
mod attack_tests;
pub mod aws;
mod courier;
mod endpoint;
mod failure;
mod fan_out;
mod queue;
mod resolver;
mod sender;
mod signature;
mod worker;

pub use courier::Courier;
pub use endpoint::{BadUrl, Reach, check_url};
pub use failure::Failure;
pub use fan_out::{FAN_OUT_TIME, queue_deliveries, retry_deliveries};
pub use queue::{DeliveryQueue, Handing, Notification, QueueError};
pub use sender::{Outcome, Sender};
pub use signature::Message;
pub use worker::Worker;

/// Defines a function's `run` for a handler that sends: an `async fn(&App, &Courier, &Request) -> Response<Body>`.
#[macro_export]
macro_rules! sending_function {
    ($handle:path) => {
        /// Runs the function until Lambda ends it.
        ///
        /// # Errors
        /// A missing or invalid setting, or an error that ends the runtime.
        pub async fn run() -> ::std::result::Result<(), ::lambda_http::Error> {
            let app = ::shared::App::from_env().await?;
            let courier = $crate::Courier::new(app.clone())?;
            ::shared::edge::run(::lambda_http::service_fn(async |request: ::lambda_http::Request| {
                ::std::result::Result::<_, ::std::convert::Infallible>::Ok(
                    $handle(&app, &courier, &request).await,
                )
            }))
            .await
        }
    };
}
