//! What is public, read into this process for a few seconds: a page that many open costs the database nothing. Not another truth: what an
//! owner takes back or an operator hides is gone here at once, and on other servers within [`KEPT`].

use super::body::Body;
use crate::app::AppState;
use crate::store::publications::{self, Listed};
use crate::store::standings::{self, Moment, Standing, Standings};
use crate::store::{Conn, StoreError};
use crate::web::Reply;
use krowoc_shared::ids::{Millis, PublicationId};
use krowoc_shared::leaderboard::rank::{Candidate, rank};
use krowoc_shared::leaderboard::window::DAY;
use krowoc_shared::leaderboard::wire::{BoardView, Entry, PublicSummary, Rules};
use krowoc_shared::leaderboard::{Counts, Formula, PLACES, Pool, Ranked, Window};
use krowoc_shared::text::fold;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What was read is taken as it is for so long; then one request reads anew, and the others go on with what there is.
const FRESH: Millis = 10_000;
/// After so long nothing of it is shown any more.
const KEPT: Millis = 30_000;
/// Ready answers that are kept: boards, and the prompts that are opened most.
const BODIES: u64 = 1_000;

/// What is public, as this process remembers it. Clones share it.
#[derive(Clone, Default)]
pub struct Public {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    present: RwLock<Option<Arc<Catalogue>>>,
    /// Grows when something was taken away: what was begun to be read before is not kept.
    changes: AtomicU64,
    filling: tokio::sync::Mutex<()>,
}

impl Public {
    /// Forgets what was read.
    pub fn forget(&self) {
        self.inner.changes.fetch_add(1, Ordering::SeqCst);
        *self
            .inner
            .present
            .write()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn present(&self) -> Option<Arc<Catalogue>> {
        let present = self.inner.present.read();
        present.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is public now.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn catalogue(&self, state: &AppState) -> Reply<Arc<Catalogue>> {
        let age = |it: &Catalogue| state.now().saturating_sub(it.read_at);
        let there = self.present().filter(|it| age(it) < KEPT);
        if let Some(there) = &there
            && age(there) < FRESH
        {
            return Ok(Arc::clone(there));
        }
        let _filling = match there {
            Some(there) => match self.inner.filling.try_lock() {
                Ok(filling) => filling,
                // Another request reads anew.
                Err(_) => return Ok(there),
            },
            None => self.inner.filling.lock().await,
        };
        if let Some(there) = self.present().filter(|it| age(it) < FRESH) {
            return Ok(there);
        }
        loop {
            let before = self.inner.changes.load(Ordering::SeqCst);
            let read_at = state.now();
            let read = state
                .store
                .read(move |conn: &mut Conn| Catalogue::read(conn, read_at))
                .await?;
            let read = Arc::new(read);
            let mut present = self
                .inner
                .present
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            if self.inner.changes.load(Ordering::SeqCst) == before {
                *present = Some(Arc::clone(&read));
                return Ok(read);
            }
        }
    }
}

/// Which ready answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ready {
    /// A board as JSON.
    Board(Window, Formula),
    /// A prompt as JSON.
    Prompt(String),
    /// A board as a page.
    Front(Window, Formula),
    /// A prompt as a page.
    Page(String),
    /// The map of the site, or a part of it.
    Map(Option<usize>),
}

/// A public prompt with what was counted of it.
pub(super) struct Item {
    /// How it is listed.
    pub listed: Listed,
    /// Its counts by window, in their order.
    standings: [Standing; 3],
    /// What they were a day before.
    before: [Counts; 3],
    /// What a search looks at.
    folded: String,
}

impl Item {
    /// What was counted in a window.
    pub(super) fn counts(&self, window: Window) -> Counts {
        let [day, week, all] = &self.standings;
        pick(window, [day, week, all]).counts
    }

    /// What had been counted in a window a day before.
    fn counts_before(&self, window: Window) -> Counts {
        pick(window, self.before)
    }

    /// Runs of each of the last 24 hours.
    pub(super) fn hours(&self) -> Vec<u64> {
        let [day, ..] = &self.standings;
        match day.hours.is_empty() {
            true => vec![0; 24],
            false => day.hours.clone(),
        }
    }

    /// As a list has it.
    pub(super) fn summary(&self) -> PublicSummary {
        PublicSummary {
            slug: self.listed.slug.clone(),
            title: self.listed.title.clone(),
            author: self.listed.author.clone(),
            tags: self.listed.tags.clone(),
            first_at: self.listed.first_at,
            counts: self.counts(Window::All),
        }
    }
}

/// What belongs to a window, of what each has.
fn pick<T>(window: Window, [day, week, all]: [T; 3]) -> T {
    match window {
        Window::Day => day,
        Window::Week => week,
        Window::All => all,
    }
}

/// All that have a place, in their order. Copies have none.
fn ranked(items: &[Item], window: Window, formula: Formula) -> (Vec<Ranked>, Pool) {
    let ranks = items.iter().filter(|item| item.listed.first.is_none());
    let candidates: Vec<Candidate> = ranks
        .map(|item| Candidate {
            id: item.listed.id,
            first_at: item.listed.first_at,
            counts: item.counts(window),
        })
        .collect();
    let pool = Pool::of(candidates.iter().map(|it| it.counts));
    (rank(formula, &candidates), pool)
}

/// Runs of all together in each of the last 24 hours.
fn hours(items: &[Item]) -> Vec<u64> {
    let mut all = vec![0_u64; 24];
    for item in items {
        let [day, ..] = &item.standings;
        for (sum, more) in all.iter_mut().zip(&day.hours) {
            *sum = sum.saturating_add(*more);
        }
    }
    all
}

/// Everything that is public, as it was read at a time.
pub(super) struct Catalogue {
    /// When it was read.
    read_at: Millis,
    /// When it was counted last.
    counted_at: Option<Millis>,
    items: Vec<Item>,
    by_id: HashMap<PublicationId, usize>,
    /// The usual order of the usual window, after where each is in it.
    usual: (HashMap<PublicationId, usize>, Vec<Ranked>),
    /// Runs of all together in each of the last 24 hours.
    hours: Vec<u64>,
    bodies: moka::sync::Cache<Ready, Arc<Body>>,
}

impl Catalogue {
    /// Reads it, and works out what pages take of it as a whole: beside the requests, for it may be much.
    fn read(conn: &mut Conn, read_at: Millis) -> Result<Self, StoreError> {
        let counted_at = standings::counted(conn)?.at;
        let mut all: Standings = standings::all(conn, Moment::Now)?;
        let mut before: Standings = standings::all(conn, Moment::DayBefore)?;
        let listed = publications::shown(conn)?;
        let items: Vec<Item> = listed
            .into_iter()
            .map(|listed| Item {
                standings: Window::ALL
                    .map(|window| all.remove(&(window, listed.id)).unwrap_or_default()),
                before: Window::ALL.map(|window| {
                    let found = before.remove(&(window, listed.id));
                    found.unwrap_or_default().counts
                }),
                folded: fold(&format!(
                    "{} {} {}",
                    listed.title,
                    listed.author,
                    listed.tags.join(" ")
                )),
                listed,
            })
            .collect();
        let places = items.iter().enumerate();
        let (ranked, _) = ranked(&items, Window::default(), Formula::default());
        let ranks = ranked.iter().enumerate();
        Ok(Self {
            read_at,
            counted_at,
            by_id: places.map(|(at, item)| (item.listed.id, at)).collect(),
            hours: hours(&items),
            usual: (ranks.map(|(at, it)| (it.id, at)).collect(), ranked),
            items,
            bodies: moka::sync::Cache::new(BODIES),
        })
    }

    /// A public prompt.
    pub(super) fn item(&self, id: PublicationId) -> Option<&Item> {
        self.by_id.get(&id).and_then(|at| self.items.get(*at))
    }

    /// Every public prompt, the oldest first.
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The public prompt of a slug.
    pub(super) fn by_slug(&self, slug: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.listed.slug == slug)
    }

    /// Runs of all public prompts in each of the last 24 hours.
    pub(super) fn hours(&self) -> &[u64] {
        &self.hours
    }

    /// The places of a day before the counting, by the logs as they stood then, of what is public now and was then.
    fn places_before(&self, window: Window, formula: Formula) -> HashMap<PublicationId, i64> {
        let Some(then) = self.counted_at.map(|at| at.saturating_sub(DAY)) else {
            return HashMap::new();
        };
        let there = self.items.iter().filter(|item| item.listed.first.is_none());
        let there = there.filter(|item| item.listed.first_at <= then);
        let candidates: Vec<Candidate> = there
            .map(|item| Candidate {
                id: item.listed.id,
                first_at: item.listed.first_at,
                counts: item.counts_before(window),
            })
            .collect();
        let ranked = rank(formula, &candidates).into_iter();
        (1..)
            .zip(ranked)
            .map(|(place, it)| (it.id, place))
            .collect()
    }

    /// What has a place.
    fn entry(
        &self,
        rank: u32,
        ranked: Ranked,
        window: Window,
        moved: Option<i64>,
    ) -> Option<Entry> {
        let item = self.item(ranked.id)?;
        Some(Entry {
            rank,
            moved,
            slug: item.listed.slug.clone(),
            title: item.listed.title.clone(),
            author: item.listed.author.clone(),
            tags: item.listed.tags.clone(),
            first_at: item.listed.first_at,
            counts: item.counts(window),
            score: ranked.score,
            parts: ranked.parts,
            hours: item.hours(),
        })
    }

    /// The place of a prompt on the board as it is shown first, with why it has it, however far below the fiftieth. `None` of a copy. By how
    /// much it moved is not worked out for it.
    pub(super) fn entry_of(&self, id: PublicationId) -> Option<Entry> {
        let window = Window::default();
        let (places, ranked) = &self.usual;
        let at = *places.get(&id)?;
        let rank = u32::try_from(at).ok()?.checked_add(1)?;
        self.entry(rank, ranked.get(at)?.clone(), window, None)
    }

    /// A board.
    pub(super) fn board(&self, window: Window, formula: Formula) -> BoardView {
        let (ranked, pool) = ranked(&self.items, window, formula);
        let before = self.places_before(window, formula);
        let entry = |(rank, ranked): (u32, Ranked)| {
            let moved = |place: &i64| place.saturating_sub(i64::from(rank));
            let moved = before.get(&ranked.id).map(moved);
            self.entry(rank, ranked, window, moved)
        };
        BoardView {
            window,
            formula,
            rules: Rules::of(formula, window, pool),
            counted_at: self.counted_at,
            public: u64::try_from(self.items.len()).unwrap_or(u64::MAX),
            entries: (1..)
                .zip(ranked.into_iter().take(PLACES))
                .filter_map(entry)
                .collect(),
        }
    }

    /// Public prompts that hold every word, the best first: by what the usual formula makes of all that was ever counted. All of them
    /// without words.
    pub(super) fn search(&self, words: &str) -> Vec<&Item> {
        let folded = fold(words);
        let words: Vec<&str> = folded.split_whitespace().collect();
        let (ranked, _) = ranked(&self.items, Window::All, Formula::default());
        let firsts = ranked.iter().filter_map(|it| self.item(it.id));
        let copies = self.items.iter().filter(|item| item.listed.first.is_some());
        let found = firsts.chain(copies);
        found
            .filter(|item| words.iter().all(|word| item.folded.contains(word)))
            .collect()
    }

    /// A ready answer, made when it is not there.
    pub(super) fn ready(&self, which: Ready, make: impl FnOnce(&Self) -> Body) -> Arc<Body> {
        self.bodies.get_with(which, || Arc::new(make(self)))
    }

    /// A ready answer, when it is there.
    pub(super) fn find(&self, which: &Ready) -> Option<Arc<Body>> {
        self.bodies.get(which)
    }

    /// Keeps a ready answer.
    pub(super) fn keep(&self, which: Ready, body: Body) -> Arc<Body> {
        let body = Arc::new(body);
        self.bodies.insert(which, Arc::clone(&body));
        body
    }
}
