//! Publishing as functions and commands call it: isolates owners from each other, and subjects that fail.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt as _, stream};
use serde_json::value::to_raw_value;

use crate::{
    Error, Result,
    dynamo::{MAX_CONFLICT_RETRIES, StoreError, contended},
    feed::{
        EventView, FeedStore,
        publication_store::{LaneEnds, Pending},
        segment::Draft,
    },
    kernel::{Owner, Subject, Timestamp},
};

/// The number of stories read, and of owners served, at the same time; each takes a connection.
const AT_ONCE: usize = 8;

/// A subject whose events could not be published.
#[derive(Debug)]
pub struct Unpublished {
    /// The subject.
    pub subject: Subject,
    /// The reason.
    pub error: Error,
}

/// The outcome of publishing several subjects' events.
#[derive(Debug, Default)]
pub struct Publishing {
    /// The number of events published.
    pub events: u64,
    /// The subjects that could not be published.
    pub failed: Vec<Unpublished>,
}

/// Publishes the events of a subject that its feed lacks, and returns their number.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Internal`]; some events may have been published.
pub async fn publish(store: &FeedStore, subject: Subject, now: Timestamp) -> Result<u64> {
    let Publishing { events, mut failed } = publish_each(store, &[subject], now).await;
    failed.pop().map_or(Ok(events), |failed| Err(failed.error))
}

/// Publishes the events of these subjects that their feeds lack. Subjects that do not exist are skipped. A subject that
/// cannot be read fails alone. After a failure to write an owner's feed, the rest of the owner's subjects fail without
/// another request.
pub async fn publish_each(store: &FeedStore, subjects: &[Subject], now: Timestamp) -> Publishing {
    let mut publishing = Publishing::default();
    let mut by_owner = HashMap::<Owner, Vec<(Subject, Pending)>>::new();
    for (asked, pending) in publishing.read(store, subjects.iter().copied(), false, now).await {
        by_owner.entry(pending.owner.clone()).or_default().push((asked, pending));
    }
    // Boxed, as the compiler does not look into futures that are nested much deeper.
    let owners = stream::iter(by_owner)
        .map(|(owner, pending)| Box::pin(OwnersWork::new(store, owner, now).run(pending)));
    let outcomes: Vec<_> = owners.buffer_unordered(AT_ONCE).collect().await;
    for outcome in outcomes {
        publishing.events += outcome.events;
        publishing.failed.extend(outcome.failed);
    }
    publishing
}

impl Publishing {
    /// Reads the subjects' unpublished events, each with the subject that was asked for: it may be the session's order.
    /// Those that cannot be read have failed.
    async fn read(
        &mut self,
        store: &FeedStore,
        subjects: impl Iterator<Item = Subject>,
        consistent: bool,
        now: Timestamp,
    ) -> Vec<(Subject, Pending)> {
        // A session and its order are one subject.
        let read = stream::iter(subjects)
            .map(|subject| async move { (subject, store.pending(subject, consistent, now).await) });
        let read: Vec<_> = read.buffered(AT_ONCE).collect().await;
        let mut found = BTreeMap::new();
        for (subject, outcome) in read {
            match outcome {
                Ok(None) => {}
                Ok(Some(pending)) => drop(found.entry(pending.subject).or_insert((subject, pending))),
                Err(error) => self.failed.push(Unpublished { subject, error: error.into() }),
            }
        }
        found.into_values().filter(|(_, pending)| !pending.events.is_empty()).collect()
    }
}

/// Publishing one owner's events.
struct OwnersWork<'a> {
    store: &'a FeedStore,
    owner: Owner,
    now: Timestamp,
    publishing: Publishing,
    ends: LaneEnds,
    /// The subjects that are not published whole yet, by those that were asked for.
    left: BTreeMap<Subject, Subject>,
    /// True after another publisher intervened: then nothing that was read may be old.
    consistent: bool,
}

impl<'a> OwnersWork<'a> {
    fn new(store: &'a FeedStore, owner: Owner, now: Timestamp) -> Self {
        let (publishing, ends) = (Publishing::default(), LaneEnds::default());
        Self { store, owner, now, publishing, ends, left: BTreeMap::new(), consistent: false }
    }

    async fn run(mut self, mut pending: Vec<(Subject, Pending)>) -> Publishing {
        let mut races = 0;
        while !pending.is_empty() {
            self.left = pending.iter().map(|(asked, it)| (it.subject, *asked)).collect();
            let current = pending.into_iter().map(|(_, pending)| pending).collect();
            let before = self.publishing.events;
            match self.publish_all(current).await {
                Ok(()) if self.publishing.events == before => races += 1,
                Ok(()) => races = 0,
                Err(error) => return self.failed(error),
            }
            if races == MAX_CONFLICT_RETRIES {
                return self.failed(contended("a feed"));
            }
            let left = std::mem::take(&mut self.left);
            pending = self.publishing.read(self.store, left.into_values(), true, self.now).await;
        }
        self.publishing
    }

    /// Publishes lane by lane, as far as no other publisher intervenes.
    async fn publish_all(&mut self, pending: Vec<Pending>) -> Result<(), StoreError> {
        let mut lanes = BTreeMap::<usize, Vec<Pending>>::new();
        for pending in pending {
            let lane = self.store.lane(&pending, &mut self.ends, self.consistent).await?;
            lanes.entry(lane).or_default().push(pending);
        }
        let mut outrun = false;
        for (lane, pending) in lanes {
            outrun |= !self.publish_lane(lane, pending).await?;
        }
        if outrun {
            (self.ends, self.consistent) = (LaneEnds::default(), true);
        }
        Ok(())
    }

    /// Returns false if another publisher intervened.
    async fn publish_lane(&mut self, lane: usize, pending: Vec<Pending>) -> Result<bool, StoreError> {
        let mut draft = Draft::default();
        // The subjects whose events end in the draft.
        let mut ended = Vec::new();
        for Pending { subject, published, events, more, .. } in pending {
            for (event, from) in events.iter().zip(published..) {
                let text = to_raw_value(&EventView::new(event));
                let text = text.map_err(|error| StoreError::Internal(error.into()))?;
                if !draft.fits(subject, text.get().len())
                    && !self.publish_draft(lane, &mut draft, &mut ended).await?
                {
                    return Ok(false);
                }
                draft.add(subject, from, text);
            }
            ended.extend((!more).then_some(subject));
        }
        self.publish_draft(lane, &mut draft, &mut ended).await
    }

    async fn publish_draft(
        &mut self,
        lane: usize,
        draft: &mut Draft,
        ended: &mut Vec<Subject>,
    ) -> Result<bool, StoreError> {
        let draft = std::mem::take(draft);
        let (ends, consistent) = (&mut self.ends, self.consistent);
        if !self.store.publish_segment(&self.owner, lane, &draft, ends, consistent, self.now).await? {
            return Ok(false);
        }
        self.publishing.events += draft.len() as u64;
        for subject in ended.drain(..) {
            self.left.remove(&subject);
        }
        Ok(true)
    }

    /// Fails what is left. The first subject has the reason.
    fn failed(mut self, error: StoreError) -> Publishing {
        let mut reason = Some(Error::from(error));
        for subject in self.left.into_values() {
            let error = reason.take().unwrap_or_else(|| {
                Error::Unavailable("publishing to the same merchant's feed has just failed".into())
            });
            self.publishing.failed.push(Unpublished { subject, error });
        }
        self.publishing
    }
}
