//! Events: the story of each session and order, and each merchant's feed.

mod api;
mod entries;
mod event;
mod publication_store;
mod publishing;
mod requested_session;
mod store;
mod story;

pub use api::{EventPage, EventView, EventsRequest};
pub use entries::{FeedEntry, FeedPage};
pub use event::{Event, EventObject, ToldDeposit};
pub use publishing::{Publishing, Unpublished, publish, publish_each};
pub use requested_session::RequestedSession;
pub use store::FeedStore;
pub use story::Story;
