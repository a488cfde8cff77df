//! The program that `cargo run` starts.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

/// Started as by `cargo run`, and ended as by Ctrl-C.
#[test]
fn the_program_says_where_it_serves_and_stops_when_told_to() {
    let program = env!("CARGO_BIN_EXE_local");
    let mut serving = Command::new(program).args(["--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(serving.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("Checkout API on http://127.0.0.1:"));
    let told: Vec<_> = lines.by_ref().take_while(|line| !line.contains("Ctrl-C")).collect();
    assert!(told.iter().any(|line| line.contains("curl -s -X POST http://127.0.0.1:")), "{told:?}");
    let pid = serving.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(serving.wait().unwrap().success());
}
