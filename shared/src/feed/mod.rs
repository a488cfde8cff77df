//! Events: the story of each session and order, and each merchant's feed.

mod api;
mod entries;
mod event;
mod merge;
mod publication_store;
mod publishing;
mod requested_session;
mod segment;
mod store;
mod story;

pub use api::{EventPage, EventView, EventsRequest, with_cursor};
pub use event::{Event, EventObject, ToldDeposit};
pub use merge::{FeedEntry, FeedPage};
pub use publishing::{Publishing, Unpublished, publish, publish_each};
pub use requested_session::RequestedSession;
pub use segment::Growth;
pub use store::FeedStore;
pub use story::Story;
