//! Drives the sync machines: plan, request, commit, round and round until none has anything to do. One at a time in the whole extension.

use super::connect;
use super::http::{self, NoAnswer};
use super::{Outcome, overview, spaces, store};
use crate::browser;
use crate::messages::{Trouble, TroubleCode};
use crate::store::Store;
use krowoc_shared::ids::{DeviceId, Millis, SpaceId};
use krowoc_shared::sync::client::{
    ClientState, Commit, Env, Failure as SyncFailure, Loaded, Phase, Step, needed_by_pull,
    needed_by_push, on_leave, on_pull, on_push, on_spaces, on_sweep,
};
use krowoc_shared::sync::wire::{PullReply, PullRequest, PushReply, PushRequest, SpaceState};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::convert::Infallible;

const LOCK: &str = "flush";
const ALARM: &str = "sync";
const STATUS: &str = "status";
/// Browsers fire no alarm earlier than this.
const SHORTEST_ALARM: Millis = 30_000;
/// A pause up to this long is slept through instead: the worker lives that long anyway.
const LONGEST_SLEEP: Millis = 20_000;
/// Steps of one flush: a bound against a server that never lets it end.
const STEPS: usize = 20_000;

thread_local! {
    /// Somebody asked for a flush while one was at work.
    static AGAIN: Cell<bool> = const { Cell::new(false) };
}

/// How the last flush ended, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Status {
    /// When all was well.
    pub synced_at: Option<Millis>,
    /// Why it is not.
    pub trouble: Option<Trouble>,
}

/// How the last flush ended.
pub(super) async fn status(store: &Store) -> Outcome<Status> {
    Ok(store.record(STATUS).await?.unwrap_or_default())
}

/// Writes how it stands.
pub(super) async fn set_status(store: &Store, status: &Status) -> Outcome<()> {
    Ok(store.set_record(STATUS, status).await?)
}

/// Flushes without keeping anybody waiting.
pub(super) fn later(wake: bool) {
    wasm_bindgen_futures::spawn_local(async move {
        // What goes wrong is in the status that this writes.
        let _ = flush(wake).await;
    });
}

/// Sends what waits and reads what is new. `wake`: something happened that makes trying at once worth while.
pub(super) async fn flush(wake: bool) -> Outcome<()> {
    let now = browser::now();
    if wake && store().await?.state().await?.connected {
        spaces::change(|state| state.wake(now)).await?;
    }
    AGAIN.set(true);
    while AGAIN.take() {
        let held = browser::alone(LOCK, async {
            // A failure of the store is told by the next request of a page; there is nobody here to tell.
            let _ = run().await;
        });
        if held.await.is_none() {
            // The one at work looks again before it ends.
            AGAIN.set(true);
            break;
        }
    }
    Ok(())
}

/// The server says that a space has reached a sequence number. Of one that is not known here, the server is asked which there are.
pub(super) async fn hinted(space: SpaceId, seq: u64) -> Outcome<()> {
    for store in spaces::all().await? {
        let state = store.state().await?;
        if state.space == Some(space) && !state.ended() {
            if state.cursor >= seq {
                return Ok(());
            }
            store.change_state(|state| state.hint(seq)).await?;
            return flush(false).await;
        }
    }
    flush(true).await
}

/// What one flush has met, library by library.
#[derive(Default)]
struct Met {
    trouble: BTreeMap<Option<SpaceId>, (TroubleCode, String)>,
}

impl Met {
    fn note<T>(&mut self, store: &Store, answer: Result<T, NoAnswer>) -> Result<T, SyncFailure> {
        let team = store.team();
        match answer {
            Ok(value) => {
                self.trouble.remove(&team);
                Ok(value)
            }
            Err(none) => {
                match none.trouble {
                    Some(code) => drop(self.trouble.insert(team, (code, none.message))),
                    None => drop(self.trouble.remove(&team)),
                }
                Err(none.failure)
            }
        }
    }
}

/// What a library's turn came to.
enum Turn {
    /// A step was made.
    Made,
    /// Nothing before this time.
    Until(Millis),
    /// Nothing at all.
    Rests,
    /// The server takes the tokens no more.
    Lost,
}

async fn run() -> Outcome<()> {
    let mut met = Met::default();
    let mut next = None;
    'rounds: for _ in 0..STEPS {
        AGAIN.set(false);
        let mut made = false;
        next = None;
        // One step each: a library with much to read keeps no other waiting.
        for store in spaces::all().await? {
            match turn(&store, &mut met).await? {
                Turn::Made => made = true,
                Turn::Until(at) => next = Some(next.map_or(at, |next: Millis| next.min(at))),
                Turn::Rests => {}
                Turn::Lost => {
                    next = None;
                    break 'rounds;
                }
            }
        }
        if !made {
            break;
        }
    }
    finish(met, next).await
}

/// One step of a library's machine.
async fn turn(store: &Store, met: &mut Met) -> Outcome<Turn> {
    match store.plan(browser::now()).await? {
        Step::Idle => return Ok(Turn::Rests),
        Step::Halted(_) => {
            connect::lose(&*super::store().await?).await?;
            return Ok(Turn::Lost);
        }
        Step::WaitUntil(at) => return Ok(Turn::Until(at)),
        Step::Spaces => spaces(store, met).await?,
        Step::Push { request, .. } => push(store, request, met).await?,
        Step::Pull(request) => pull(store, request, met).await?,
        Step::Sweep { before, limit } => {
            store
                .sweep(before, limit, |state, loaded| {
                    with_env(|env| on_sweep(state, loaded, env))
                })
                .await?;
        }
        Step::Leave => drop(store.leave(on_leave).await?),
    }
    Ok(Turn::Made)
}

fn with_env<T>(step: impl FnOnce(&mut Env<'_>) -> T) -> T {
    let mut random = browser::random::<10>;
    step(&mut Env {
        now: browser::now(),
        random: &mut random,
    })
}

fn certain(commit: Commit) -> Result<Commit, Infallible> {
    Ok(commit)
}

async fn spaces(store: &Store, met: &mut Met) -> Outcome<()> {
    let answer: Result<Vec<SpaceState>, _> =
        met.note(store, http::call("GET", "/sync/spaces", None).await);
    if let Ok(spaces) = &answer {
        spaces::told(store, spaces).await?;
    }
    let step = |state: &_, _: Loaded| certain(with_env(|env| on_spaces(state, answer, env)));
    let Ok(_) = store.step(&[], step).await?;
    Ok(())
}

async fn push(store: &Store, request: PushRequest, met: &mut Met) -> Outcome<()> {
    let answer: Result<PushReply, _> = met.note(store, http::post("/sync/push", &request).await);
    let ids = needed_by_push(&request, &answer);
    let step = |state: &_, loaded| {
        certain(with_env(|env| {
            on_push(state, &request, loaded, answer, env)
        }))
    };
    let Ok(_) = store.step(&ids, step).await?;
    overview::show_badge().await
}

async fn pull(store: &Store, request: PullRequest, met: &mut Met) -> Outcome<()> {
    let epoch: String = js_sys::encode_uri_component(&request.epoch).into();
    let mut path = format!(
        "/sync/pull?space={}&epoch={epoch}&cursor={}",
        request.space, request.cursor
    );
    if let Some(limit) = request.limit {
        path.push_str(&format!("&limit={limit}"));
    }
    if let Some(horizon) = request.horizon {
        path.push_str(&format!("&horizon={horizon}"));
    }
    let answer: Result<PullReply, _> = met.note(store, http::call("GET", &path, None).await);
    let ids = needed_by_pull(&answer);
    let step = |state: &_, loaded| {
        certain(with_env(|env| {
            on_pull(state, &request, loaded, answer, env)
        }))
    };
    let Ok(_) = store.step(&ids, step).await?;
    Ok(())
}

/// Writes how it ended, sets the alarm for what comes next, and shows the badge.
async fn finish(met: Met, next: Option<Millis>) -> Outcome<()> {
    let store = &*store().await?;
    let now = browser::now();
    let mut status = status(store).await?;
    let trouble = met.trouble.into_values().next();
    status.trouble = trouble.map(|(code, message)| Trouble {
        code,
        retry_at: next,
        message,
    });
    let mut well = status.trouble.is_none();
    for library in spaces::all().await? {
        let state = library.state().await?;
        let stands = state.phase == Phase::Steady && state.connected && state.halted.is_none();
        well &= stands || state.ended();
    }
    if well {
        status.synced_at = Some(now);
    }
    set_status(store, &status).await?;
    overview::show_badge().await?;
    let Some(at) = next else {
        // That no such alarm was set is no fault.
        let _ = browser::clear_alarm(ALARM).await;
        return Ok(());
    };
    browser::set_alarm(ALARM, at.max(now.saturating_add(SHORTEST_ALARM)));
    let pause = at.saturating_sub(now);
    if pause <= LONGEST_SLEEP {
        let pause = u32::try_from(pause.max(100)).unwrap_or(100);
        wasm_bindgen_futures::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(pause).await;
            later(false);
        });
    }
    Ok(())
}

/// The connection is open: the machines may send.
pub(super) async fn opened(device: DeviceId) -> Outcome<()> {
    spaces::change(|state| state.connect(Some(device))).await
}

/// The connection is ended: documents and outboxes stay.
pub(super) async fn closed(store: &Store) -> Outcome<()> {
    spaces::change(ClientState::disconnect).await?;
    set_status(store, &Status::default()).await
}
