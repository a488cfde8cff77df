//! The deployed executables (`bundles/`), each with the functions that depend on the same crates. Building one
//! executable for each of the functions would link the same libraries for each of them, with optimisation across
//! all of a program the longest step of a build.
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
    /// Its name, which is that of its crate and its `Handler`.
    pub name: &'static str,
    /// Runs it until Lambda ends it.
    pub run: fn() -> Running,
}

/// The `main` of a function that is an executable of its own, for `cargo lambda watch` and tests.
#[macro_export]
macro_rules! function_main {
    ($run:path) => {
        #[tokio::main(flavor = "current_thread")]
        async fn main() -> ::std::result::Result<(), $crate::edge::bundle::Error> {
            $run().await
        }
    };
}

/// Lists functions, each as its name and its `run`.
#[macro_export]
macro_rules! functions {
    ($($name:literal => $run:path),+ $(,)?) => {
        [$($crate::edge::bundle::Function { name: $name, run: || Box::pin($run()) }),+]
    };
}

/// Runs the function that the environment names.
///
/// # Errors
/// That it names none of `functions`, or what ends the function.
pub async fn run(functions: &[Function]) -> Result<(), Error> {
    let name = env::var(HANDLER_VARIABLE).unwrap_or_default();
    let function = functions.iter().find(|function| function.name == name);
    let Some(function) = function else {
        return Err(format!("{HANDLER_VARIABLE} is {name:?}, which is no function of this executable").into());
    };
    (function.run)().await
}
