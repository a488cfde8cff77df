//! Events: the story of each session and order, and the feed that a merchant reads them from.

pub(crate) mod api;
mod entries;
pub(crate) mod event;
mod event_id;
mod publication;
mod stories;
mod story;
mod subjects;

pub use api::{EventPage, EventView, EventsRequest};
pub use entries::{FeedEntry, Stretch};
pub use event::{Effect, Event, EventObject, EventType, OrderState, ToldDeposit};
pub use event_id::{Cursor, EventId, Subject};
pub use story::Story;
