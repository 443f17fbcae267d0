//! Who listens in this process, and to which spaces. Not the streams themselves.

use krowoc_shared::ids::{SpaceId, UserId};
use krowoc_shared::sync::wire::Hint;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::Instant;

/// Most streams of one account in one process.
pub const PER_USER: usize = 32;
/// How often other processes' commits are looked for.
const POLL: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Listeners {
    users: HashMap<UserId, usize>,
    spaces: HashMap<SpaceId, Known>,
    polled: Option<Instant>,
}

#[derive(Clone, Copy, Default)]
struct Known {
    listeners: usize,
    seq: u64,
}

/// The listeners of one process.
pub struct Hub {
    listeners: Mutex<Listeners>,
    hints: broadcast::Sender<Hint>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            listeners: Mutex::default(),
            hints: broadcast::channel(1024).0,
        }
    }
}

/// A listener's place; given back when it is dropped.
pub struct Seat {
    hub: Arc<Hub>,
    user: UserId,
    spaces: Vec<SpaceId>,
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place; `None` when the account has too many.
    pub fn join(self: &Arc<Self>, user: UserId, spaces: &[SpaceId]) -> Option<Seat> {
        let mut listeners = self.lock();
        let count = listeners.users.entry(user).or_default();
        if *count >= PER_USER {
            return None;
        }
        *count = count.saturating_add(1);
        for space in spaces {
            let known = listeners.spaces.entry(*space).or_default();
            known.listeners = known.listeners.saturating_add(1);
        }
        Some(Seat {
            hub: Arc::clone(self),
            user,
            spaces: spaces.to_vec(),
        })
    }

    /// Hints of commits elsewhere, from now on.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    /// The spaces to ask for, when it is time to ask again.
    pub fn due(&self) -> Option<Vec<SpaceId>> {
        let mut listeners = self.lock();
        let now = Instant::now();
        if listeners
            .polled
            .is_some_and(|last| now.duration_since(last) < POLL)
        {
            return None;
        }
        listeners.polled = Some(now);
        Some(listeners.spaces.keys().copied().collect())
    }

    /// Notes numbers that were read; tells those that are new.
    pub fn saw(&self, seqs: &[(SpaceId, u64)]) {
        let mut listeners = self.lock();
        for (space, seq) in seqs {
            let Some(known) = listeners.spaces.get_mut(space) else {
                continue;
            };
            if *seq != known.seq {
                known.seq = *seq;
                // No receiver is no error.
                let _ = self.hints.send(Hint {
                    space: *space,
                    seq: *seq,
                });
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut listeners = self.hub.lock();
        if let Some(count) = listeners.users.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                listeners.users.remove(&self.user);
            }
        }
        for space in &self.spaces {
            if let Some(known) = listeners.spaces.get_mut(space) {
                known.listeners = known.listeners.saturating_sub(1);
                if known.listeners == 0 {
                    listeners.spaces.remove(space);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_given_back() {
        let hub = Arc::new(Hub::default());
        let user = UserId::mint(1, [1; 10]);
        let space = SpaceId::mint(1, [2; 10]);
        let mut seats: Vec<_> = (0..PER_USER)
            .map(|_| hub.join(user, &[space]).unwrap())
            .collect();
        assert!(hub.join(user, &[space]).is_none());
        seats.pop();
        assert!(hub.join(user, &[space]).is_some());
        seats.clear();
        assert!(hub.lock().users.is_empty() && hub.lock().spaces.is_empty());
    }

    #[test]
    fn a_number_is_told_once_and_only_where_somebody_listens() {
        let hub = Arc::new(Hub::default());
        let (space, other) = (SpaceId::mint(1, [2; 10]), SpaceId::mint(1, [3; 10]));
        let _seat = hub.join(UserId::mint(1, [1; 10]), &[space]).unwrap();
        let mut hints = hub.hints();
        hub.saw(&[(space, 4), (other, 9)]);
        hub.saw(&[(space, 4)]);
        assert_eq!(hints.try_recv(), Ok(Hint { space, seq: 4 }));
        assert!(hints.try_recv().is_err());
    }
}
