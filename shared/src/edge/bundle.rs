//! The deployed executables (`bundles/`), each with the functions that share its dependencies. One executable for each
//! function would link the same libraries each time, and optimisation across a whole program is the longest step of a
//! build.
//!
//! Each function is a Lambda function of its own, with its own permissions, memory and settings. Its `Handler` in
//! `template.yaml` selects it.

use std::{env, pin::Pin};

/// The environment variable in which Lambda passes a function's `Handler`.
const HANDLER_VARIABLE: &str = "_HANDLER";

/// Any error that ends a function.
pub type Error = lambda_http::Error;

type Running = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// A function of an executable.
pub struct Function {
    /// Its name: that of its crate and its `Handler`.
    pub name: &'static str,
    /// Runs it until Lambda ends it.
    pub run: fn() -> Running,
}

/// The `main` of a function that is an executable of its own, for `cargo lambda watch` and tests.
#[macro_export]
macro_rules! function_main {
    ($run:path) => {
        fn main() -> ::std::result::Result<(), $crate::edge::bundle::Error> {
            $crate::edge::bundle::block_on($run())
        }
    };
}

/// Lists functions by name and `run`.
#[macro_export]
macro_rules! functions {
    ($($name:literal => $run:path),+ $(,)?) => {
        [$($crate::edge::bundle::Function { name: $name, run: || Box::pin($run()) }),+]
    };
}

/// Runs a function on one thread, which is faster than several where requests come one at a time.
///
/// # Errors
/// If the runtime cannot be built, or those of the function.
pub fn block_on(run: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run)
}

/// Runs the function named in the environment.
///
/// # Errors
/// If the environment names none of `functions`, or an error that ends the function.
pub async fn run(functions: &[Function]) -> Result<(), Error> {
    let name = env::var(HANDLER_VARIABLE).unwrap_or_default();
    let function = functions.iter().find(|function| function.name == name);
    let Some(function) = function else {
        return Err(
            format!("{HANDLER_VARIABLE} is {name:?}, which is not a function of this executable").into()
        );
    };
    (function.run)().await
}
