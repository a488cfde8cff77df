//! The whole API on one machine, for trials and tests.
//!
//! A request takes the same way as in the cloud. It is matched against the registry of operations, turned into the JSON
//! event that API Gateway sends, read by `lambda_http`, and answered by the function's own handler, which calls a
//! DynamoDB over HTTP. The stand-ins for the cloud are the gateway (`gateway`), the queues (`helpers`, `queues`), the
//! streams (`streams`), the schedule (`background`, `chains`) and, unless another endpoint is given, the database
//! (`engine`).

mod background;
mod chains;
mod database;
mod deployment;
mod engine;
mod filters;
mod functions;
mod gateway;
mod helpers;
mod operations;
mod panel;
mod policies;
mod queues;
mod routing;
mod server;
mod serving;
mod streams;
mod template;

pub use deployment::Deployment;
pub use engine::Engine;
pub use operations::{OPERATIONS, Operation};
pub use policies::{Policies, Statement, acting_as};
pub use queues::Queues;
pub use server::{BoxError, Options, Server, StartError};
pub use streams::StreamBatch;
pub use template::{Cors, Route, Table, Template, TemplateError};
