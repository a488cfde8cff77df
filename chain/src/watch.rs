//! Watching a chain for deposits.
//!
//! Each poll has two passes. The first goes up to the head and sends evidence of deposits at first sight. The
//! second goes up to the last final block, through another node if there is one. It finds deposits that the first
//! pass missed, withdraws those that are gone, and confirms the rest. After a reorganisation the first pass goes
//! back to the last block that is still there.
//!
//! Findings are stored and sent before the progress is saved. A watcher that dies in between does it again, which
//! changes nothing: a deposit's evidence has the same id each time.

mod first_block;
mod first_pass;
mod fork;
mod portion;
mod progress;
mod second_pass;
mod sightings;
mod votes;
mod watcher;

pub use watcher::Watcher;
