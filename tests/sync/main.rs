//! The simulation of sync: the real client machines and the real server decision in a world where everything goes wrong, with libraries of
//! people and of teams, memberships that end and roles that change.
//! Not a test of HTTP, SQL or IndexedDB: those stand behind the same calls and have suites of their own.
//!
//! `KROWOC_SIM_SEEDS` sets how many seeds are run (1000), `KROWOC_SIM_FIRST` the first one (0).

mod bug;
mod clients;
mod disk;
mod marks;
mod node;
mod oracle;
mod people;
mod shelf;
mod store;
mod world;

use bug::Bug;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use world::run;

#[allow(
    clippy::disallowed_methods,
    reason = "how long to search is asked of whoever starts the tests"
)]
fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs a failing seed once more and writes its events to a file that says how to see it again; gives the file's name.
fn keep(seed: u64, broken: &str) -> String {
    let name = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sync-seed-{seed}.txt"));
    let events = run(seed, None, true).log.join("\n");
    let again = format!(
        "KROWOC_SIM_FIRST={seed} KROWOC_SIM_SEEDS=1 cargo test -p krowoc-tests --test simulation every_seed"
    );
    let text = format!("seed {seed}\n{broken}\n\n{again}\n\n{events}\n");
    std::fs::write(&name, text).expect("the target folder can be written");
    name.display().to_string()
}

/// The first seed, in some order, that breaks an invariant.
fn search(first: u64, count: u64, bug: Option<Bug>) -> Option<(u64, String)> {
    let next = AtomicU64::new(first);
    let worker = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= first.saturating_add(count) {
            return None;
        }
        if let Some(broken) = run(seed, bug, false).broken {
            next.store(u64::MAX / 2, Ordering::Relaxed);
            return Some((seed, broken));
        }
    };
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(8);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let found = workers
            .into_iter()
            .filter_map(|worker| worker.join().expect("a run does not panic"));
        found.min()
    })
}

#[test]
fn every_seed_keeps_every_invariant() {
    let (first, count) = (
        setting("KROWOC_SIM_FIRST", 0),
        setting("KROWOC_SIM_SEEDS", 1_000),
    );
    if let Some((seed, broken)) = search(first, count, None) {
        panic!("seed {seed}: {broken}\nkept in {}", keep(seed, &broken));
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 0..20 {
        let (one, other) = (run(seed, None, false), run(seed, None, false));
        assert_eq!((one.trace, one.events), (other.trace, other.events));
        assert_ne!(one.trace, run(seed + 1_000, None, false).trace);
        assert!(
            one.events > 50,
            "a run in which nothing happens proves nothing"
        );
    }
}

macro_rules! caught {
    ($($name:ident: $bug:ident;)*) => { $(
        #[test]
        fn $name() {
            assert!(search(0, 1_000, Some(Bug::$bug)).is_some(), "no seed of a thousand notices {:?}", Bug::$bug);
        }
    )* };
}

caught! {
    applying_an_operation_twice_is_noticed: NoDedupe;
    dropping_rows_when_they_are_sent_is_noticed: DropOnSend;
    letting_the_last_text_win_is_noticed: BodyLww;
    committing_late_is_noticed: LateCommit;
    saving_without_durability_is_noticed: RelaxedOutbox;
    writing_whole_rows_is_noticed: RowLww;
    pulling_over_waiting_edits_is_noticed: ClobberDirty;
    restoring_without_a_new_epoch_is_noticed: NoEpoch;
    storing_the_cursor_first_is_noticed: CursorFirst;
    stamping_by_the_wall_clock_is_noticed: WallClock;
    paging_by_offset_is_noticed: OffsetPaging;
    dropping_the_side_that_is_not_kept_is_noticed: DropSide;
    sending_edits_to_another_space_is_noticed: WrongSpace;
    keeping_a_library_after_the_membership_is_noticed: KeepTeam;
    dropping_what_a_team_never_took_is_noticed: DropUntaken;
}
