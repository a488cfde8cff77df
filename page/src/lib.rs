//! The code that renders HTML for the buyer: the hosted page of a checkout session. `README.md` has the design.
//!
//! [`Found::read`] reads a session with its order as an unauthenticated caller sees them; [`answer`] turns them into a
//! page. [`PageState`] is the rule between the two.

mod amount;
mod answer;
mod checkout;
mod choice;
mod csp;
mod facts;
mod found;
mod gzip;
mod html;
mod money;
mod origin;
mod qr;
mod request;
mod state;
mod story;
mod text;
mod texts;
mod theme;
mod uri;

pub use answer::{answer, see_page};
pub use choice::Choice;
pub use found::Found;
pub use origin::{Refusal, check_origin};
pub use state::{Arrived, PageState, PageStep};
pub use texts::{Language, Texts};

#[cfg(test)]
mod page_tests;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod state_tests;
