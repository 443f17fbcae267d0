//! Executions that this process carries out, in memory: what each has so far, who is to be woken, who wants it stopped. Not the store,
//! which has all that must last.

use super::news::News;
use krowoc_shared::execution::event::{Event, ToolCall};
use krowoc_shared::execution::wire::ExecutionView;
use krowoc_shared::ids::{ExecutionId, GroupId, UserId};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

/// Most executions of one account under way in one process.
pub const PER_USER: usize = 256;
/// Most open streams of one account's runs in one process.
pub const READERS: usize = 64;
/// Most open streams of one account in one process that tell of executions as such. Each asks the database now and then.
pub const WATCHERS: usize = 16;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an execution has so far.
#[derive(Debug)]
pub struct Live {
    /// As it stands.
    pub view: ExecutionView,
    /// The answer.
    pub output: String,
    /// The reasoning.
    pub reasoning: String,
    /// The tool calls.
    pub tools: Vec<ToolCall>,
    /// The provider's own usage object.
    pub raw_usage: Option<Value>,
}

impl Live {
    /// Whether a reader may have seen a part of the answer.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        !(self.output.is_empty() && self.reasoning.is_empty() && self.tools.is_empty())
    }

    /// Adds a piece of a tool call to its call.
    pub fn add_tool(&mut self, piece: &ToolCall) {
        match self.tools.iter_mut().find(|call| call.index == piece.index) {
            Some(call) => {
                call.id.push_str(&piece.id);
                call.name.push_str(&piece.name);
                call.arguments.push_str(&piece.arguments);
            }
            None => self.tools.push(piece.clone()),
        }
    }
}

/// What is wanted of an execution under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That it goes on.
    GoOn,
    /// That it stops: a person said so.
    Stop,
    /// That it is left alone: another server has it.
    Leave,
}

/// An execution under way.
pub struct Cell {
    /// Its id.
    pub id: ExecutionId,
    /// Its group.
    pub group: GroupId,
    user: UserId,
    live: Mutex<Live>,
    changed: Arc<watch::Sender<u64>>,
    wish: watch::Sender<Wish>,
    tap: Mutex<Option<UnboundedSender<Event>>>,
    gone: AtomicBool,
}

impl Cell {
    /// Whether it is off the board: what it has will not change any more, ended or not.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// What it has so far.
    pub fn live(&self) -> MutexGuard<'_, Live> {
        lock(&self.live)
    }

    /// Wakes the readers of its group.
    pub fn wake(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes what it has, and wakes the readers.
    pub fn change<T>(&self, change: impl FnOnce(&mut Live) -> T) -> T {
        let done = change(&mut self.live());
        self.wake();
        done
    }

    /// Wants something else of it.
    pub fn wish(&self, wish: Wish) {
        self.wish.send_replace(wish);
    }

    /// What is wanted of it.
    #[must_use]
    pub fn wished(&self) -> Wish {
        *self.wish.borrow()
    }

    /// Waits until it is not to go on; gives what is wanted instead.
    pub async fn interrupted(&self) -> Wish {
        let mut wishes = self.wish.subscribe();
        // The sender lives in `self`, so that this cannot fail.
        let wish = wishes.wait_for(|wish| *wish != Wish::GoOn).await;
        wish.map_or(Wish::Leave, |wish| *wish)
    }

    /// Hands an event to the caller in this process that wants them as they are, until it goes away.
    pub fn tell(&self, event: Event) {
        let mut tap = lock(&self.tap);
        if tap.as_ref().is_some_and(|tap| tap.send(event).is_err()) {
            *tap = None;
        }
    }
}

#[derive(Default)]
struct Inner {
    groups: HashMap<GroupId, Group>,
    users: HashMap<UserId, usize>,
    readers: HashMap<UserId, usize>,
    watchers: HashMap<UserId, usize>,
}

/// What a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The stream of a run.
    Reader,
    /// Executions as such.
    Watcher,
}

impl Inner {
    /// How many places of a sort each account has taken.
    fn taken(&mut self, place: Place) -> &mut HashMap<UserId, usize> {
        match place {
            Place::Reader => &mut self.readers,
            Place::Watcher => &mut self.watchers,
        }
    }
}

struct Group {
    changed: Arc<watch::Sender<u64>>,
    cells: Vec<Arc<Cell>>,
}

/// The executions of one process.
pub struct Board {
    inner: Mutex<Inner>,
    running: watch::Sender<usize>,
    news: News,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            inner: Mutex::default(),
            running: watch::Sender::new(0),
            news: News::default(),
        }
    }
}

/// A place of who listens; given back when it is dropped.
pub struct Seat {
    board: Arc<Board>,
    place: Place,
    user: UserId,
}

impl Board {
    /// Where it is told that executions began and ended.
    #[must_use]
    pub fn news(&self) -> &News {
        &self.news
    }

    /// Whether an account may begin so many more.
    #[must_use]
    pub fn has_room(&self, user: UserId, more: usize) -> bool {
        let inner = lock(&self.inner);
        let count = inner.users.get(&user).copied().unwrap_or_default();
        count.saturating_add(more) <= PER_USER
    }

    /// Whether nothing is under way here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        lock(&self.inner).users.is_empty()
    }

    /// Puts an execution on the board. `tap` gets its events as they come.
    pub fn put(&self, user: UserId, live: Live, tap: Option<UnboundedSender<Event>>) -> Arc<Cell> {
        let mut inner = lock(&self.inner);
        let (id, group) = (live.view.id, live.view.group);
        let place = inner.groups.entry(group).or_insert_with(|| Group {
            changed: Arc::new(watch::Sender::new(0)),
            cells: Vec::with_capacity(1),
        });
        let cell = Arc::new(Cell {
            id,
            group,
            user,
            live: Mutex::new(live),
            changed: Arc::clone(&place.changed),
            wish: watch::Sender::new(Wish::GoOn),
            tap: Mutex::new(tap),
            gone: AtomicBool::new(false),
        });
        place.cells.push(Arc::clone(&cell));
        let count = inner.users.entry(user).or_default();
        *count = count.saturating_add(1);
        drop(inner);
        self.running
            .send_modify(|count| *count = count.saturating_add(1));
        cell
    }

    /// Takes an execution off the board. Readers that hold its cell keep it and are woken; the caller that wanted its events hears no
    /// more.
    pub fn remove(&self, cell: &Arc<Cell>) {
        let mut inner = lock(&self.inner);
        if let Some(group) = inner.groups.get_mut(&cell.group) {
            group.cells.retain(|other| !Arc::ptr_eq(other, cell));
            if group.cells.is_empty() {
                inner.groups.remove(&cell.group);
            }
        }
        if let Some(count) = inner.users.get_mut(&cell.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                inner.users.remove(&cell.user);
            }
        }
        drop(inner);
        lock(&cell.tap).take();
        cell.gone.store(true, Ordering::Release);
        cell.wake();
        self.running
            .send_modify(|count| *count = count.saturating_sub(1));
    }

    /// An account's executions of a group that are carried out here, and what wakes their readers.
    #[must_use]
    pub fn group(
        &self,
        user: UserId,
        group: GroupId,
    ) -> Option<(Vec<Arc<Cell>>, watch::Receiver<u64>)> {
        let inner = lock(&self.inner);
        let found = inner.groups.get(&group)?;
        let own: Vec<Arc<Cell>> = found
            .cells
            .iter()
            .filter(|cell| cell.user == user)
            .cloned()
            .collect();
        (!own.is_empty()).then(|| (own, found.changed.subscribe()))
    }

    /// An execution that is carried out here.
    #[must_use]
    pub fn cell(&self, group: GroupId, id: ExecutionId) -> Option<Arc<Cell>> {
        let inner = lock(&self.inner);
        let cells = &inner.groups.get(&group)?.cells;
        cells.iter().find(|cell| cell.id == id).cloned()
    }

    /// Wants something else of those of these executions that are carried out here.
    pub fn wish(&self, ids: &[ExecutionId], wish: Wish) {
        let inner = lock(&self.inner);
        let cells = inner.groups.values().flat_map(|group| &group.cells);
        cells
            .filter(|cell| ids.contains(&cell.id))
            .for_each(|cell| cell.wish(wish));
    }

    /// What is carried out here.
    #[must_use]
    pub fn ids(&self) -> Vec<ExecutionId> {
        let inner = lock(&self.inner);
        let cells = inner.groups.values().flat_map(|group| &group.cells);
        cells.map(|cell| cell.id).collect()
    }

    /// How many are carried out here.
    #[must_use]
    pub fn running(&self) -> usize {
        *self.running.borrow()
    }

    /// Waits until none is.
    pub async fn idle(&self) {
        let mut changes = self.running.subscribe();
        // The sender lives in `self`, so that this cannot fail.
        let _ = changes.wait_for(|count| *count == 0).await;
    }

    /// Takes a place for a reader of a run; `None` when the account has too many.
    pub fn read(self: &Arc<Self>, user: UserId) -> Option<Seat> {
        self.take(user, Place::Reader, READERS)
    }

    /// Takes a place for who is told of executions as such; `None` when the account has too many.
    pub fn watch(self: &Arc<Self>, user: UserId) -> Option<Seat> {
        self.take(user, Place::Watcher, WATCHERS)
    }

    fn take(self: &Arc<Self>, user: UserId, place: Place, most: usize) -> Option<Seat> {
        let mut inner = lock(&self.inner);
        let count = inner.taken(place).entry(user).or_default();
        if *count >= most {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Seat {
            board: Arc::clone(self),
            place,
            user,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inner = lock(&self.board.inner);
        let taken = inner.taken(self.place);
        if let Some(count) = taken.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_for_executions_takes_no_place_of_who_reads_a_run() {
        let board = Arc::new(Board::default());
        let user = UserId::mint(1, [1; 10]);
        let places = 0..WATCHERS;
        let mut watching: Vec<Seat> = places.filter_map(|_| board.watch(user)).collect();
        assert_eq!(watching.len(), WATCHERS);
        assert!(board.watch(user).is_none());
        let places = 0..READERS;
        let mut reading: Vec<Seat> = places.filter_map(|_| board.read(user)).collect();
        assert_eq!(reading.len(), READERS);
        assert!(board.read(user).is_none());
        watching.pop();
        assert!(board.read(user).is_none());
        assert!(board.watch(user).is_some());
        watching.clear();
        reading.clear();
        let inner = lock(&board.inner);
        assert!(inner.readers.is_empty() && inner.watchers.is_empty());
    }
}
