//! What is deployed: a few executables (`bundles/`), each with the functions that depend on the same crates. Building one
//! executable for each of the functions would link the same libraries for each of them, with optimisation across
//! all of a program the longest step of a build.
//!
//! Each function is a Lambda function of its own, with its own permissions, memory and settings. Which function an
//! executable is, its `Handler` setting in `template.yaml` says.

use std::{env, pin::Pin};

/// Names a function: its `Handler`, which Lambda tells in this variable.
const HANDLER_VARIABLE: &str = "_HANDLER";

/// What ends a function.
pub type Error = lambda_http::Error;

type Running = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// A function of an executable.
pub struct Function {
    /// Its name, which is that of its crate and its `Handler`.
    pub name: &'static str,
    /// Runs it until Lambda ends it.
    pub run: fn() -> Running,
}

/// Lists functions by their crates.
#[macro_export]
macro_rules! functions {
    ($($crate_name:ident),+ $(,)?) => {
        [$($crate::bundle::Function { name: stringify!($crate_name), run: || Box::pin($crate_name::run()) }),+]
    };
}

/// Runs the function that the environment names.
///
/// # Errors
/// That it names none of `functions`, or what ends the function.
pub async fn run(functions: &[Function]) -> Result<(), Error> {
    let name = env::var(HANDLER_VARIABLE).unwrap_or_default();
    let function = functions.iter().find(|function| is_named(function, &name));
    let Some(function) = function else {
        return Err(format!("{HANDLER_VARIABLE} is {name:?}, which is no function of this executable").into());
    };
    (function.run)().await
}

/// Crates are named with underscores where functions have hyphens.
fn is_named(function: &Function, name: &str) -> bool {
    let letters = function.name.bytes().map(|letter| if letter == b'_' { b'-' } else { letter });
    letters.eq(name.bytes())
}
