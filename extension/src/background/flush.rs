//! Drives the sync machines: plan, request, commit, round and round until none has anything to do. One at a time in the whole extension.

use super::connect;
use super::http::{self, NoAnswer};
use super::{Outcome, overview, spaces, store};
use crate::browser;
use crate::messages::{Failure, Trouble, TroubleCode};
use crate::model::rounds::{Asked, Library, Rounds, Turn};
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
/// Milliseconds after which a flush that said nothing is begun anew.
const LONGEST_RUN: Millis = 60_000;
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
    if wake {
        woken().await?;
    }
    AGAIN.set(true);
    work().await;
    Ok(())
}

/// As [`flush()`] with `wake`, for somebody who is told what it brought. One that is at work already is waited for and does not count: the
/// server may have answered it before this was asked for.
pub(super) async fn anew() {
    let whole = async {
        // Here and not before: the one that was waited for has put off what it has asked. What goes wrong is told as in `work`.
        let _ = woken().await;
        let _ = run().await;
    };
    browser::in_turn(LOCK, whole).await;
    // Whoever asked meanwhile has left it to this one.
    work().await;
}

/// Something happened that makes trying at once worth while.
async fn woken() -> Outcome<()> {
    let now = browser::now();
    if store().await?.state().await?.connected {
        spaces::change(|state| state.wake(now)).await?;
    }
    Ok(())
}

/// Works while somebody asks for it, or leaves it to the one that is at work.
async fn work() {
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
}

/// As [`flush()`], because a person asks for it: what waits for room is tried as well.
pub(super) async fn asked() -> Outcome<()> {
    let now = browser::now();
    if store().await?.state().await?.connected {
        spaces::change(|state| state.ask(now)).await?;
    }
    flush(false).await
}

/// The server says that a space has reached a sequence number. Of one that is not known here, the server is asked which there are.
pub(super) async fn hinted(space: SpaceId, seq: u64) -> Outcome<()> {
    for store in spaces::all().await? {
        let state = store.state().await;
        let Some(state) = spaces::excused(&store, state.map_err(Failure::from))? else {
            continue;
        };
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
struct Met {
    trouble: BTreeMap<Library, (TroubleCode, String)>,
    /// The connection that it asks.
    number: u64,
    /// The last request got no answer at all.
    silent: bool,
    /// The person's spaces as the server told them in this flush, while nothing went wrong since.
    spaces: Option<Vec<SpaceState>>,
}

impl Met {
    fn new() -> Self {
        Self {
            trouble: BTreeMap::new(),
            number: connect::number(),
            silent: false,
            spaces: None,
        }
    }

    fn note<T>(&mut self, store: &Store, answer: Result<T, NoAnswer>) -> Result<T, SyncFailure> {
        let team = store.team();
        self.silent = false;
        match answer {
            Ok(value) => {
                self.trouble.remove(&team);
                Ok(value)
            }
            Err(none) => {
                self.spaces = None;
                self.silent = matches!(
                    none.trouble,
                    Some(TroubleCode::Unreachable | TroubleCode::NoPermission)
                );
                match none.trouble {
                    Some(code) => drop(self.trouble.insert(team, (code, none.message))),
                    None => drop(self.trouble.remove(&team)),
                }
                Err(none.failure)
            }
        }
    }

    /// A library cannot be read or written.
    fn broken(&mut self, library: Library, failure: Failure) {
        let none = http::storage(failure);
        let code = none.trouble.unwrap_or(TroubleCode::Storage);
        self.trouble.insert(library, (code, none.message));
    }

    /// The connection that was asked is not there any more: its answer is nobody's.
    fn is_over(&self) -> bool {
        self.number != connect::number()
    }

    /// What a request came to; `at`: when it may be made again.
    fn turn(&self, failed: bool, asked: Asked, at: Millis) -> Turn {
        match failed {
            false => Turn::Made,
            true if self.silent => Turn::Unanswered(at),
            // It is to be made in another way, and at once.
            true if at <= browser::now() => Turn::Made,
            true => Turn::Failed(asked, at),
        }
    }
}

async fn run() -> Outcome<()> {
    // Should the worker be stopped while it waits for an answer, this starts it again.
    browser::set_alarm(ALARM, browser::now().saturating_add(LONGEST_RUN));
    let mut met = Met::new();
    let mut rounds = Rounds::default();
    for _ in 0..STEPS {
        AGAIN.set(false);
        rounds.begin();
        if let Err(failure) = round(&mut rounds, &mut met).await {
            met.broken(None, failure);
            rounds.note(None, Turn::Broken, browser::now(), true);
            break;
        }
        if !rounds.go_on() {
            break;
        }
    }
    if met.is_over() {
        // The end of the connection has written how it stands.
        return Ok(());
    }
    finish(met, rounds.next()).await
}

/// One step each: a library with much to read keeps no other waiting, and one that cannot be used stops no other.
async fn round(rounds: &mut Rounds, met: &mut Met) -> Outcome<()> {
    let (libraries, closed) = spaces::opened().await?;
    for (team, failure) in closed {
        met.broken(Some(team), failure);
        rounds.note(Some(team), Turn::Broken, browser::now(), false);
    }
    let mut left = libraries.len();
    for (store, _) in libraries {
        left = left.saturating_sub(1);
        let Some(pushes) = rounds.asks(store.team()) else {
            continue;
        };
        let turn = match turn(&store, pushes, met).await {
            Ok(turn) => turn,
            Err(failure) => {
                met.broken(store.team(), failure);
                Turn::Broken
            }
        };
        rounds.note(store.team(), turn, browser::now(), left == 0);
    }
    Ok(())
}

/// One step of a library's machine.
async fn turn(store: &Store, pushes: bool, met: &mut Met) -> Outcome<Turn> {
    match store.plan(browser::now(), pushes).await? {
        Step::Idle => return Ok(Turn::Rests),
        Step::Halted(code) => {
            if store.state().await?.signed_out() {
                connect::lose(&*super::store().await?).await?;
                return Ok(Turn::Over);
            }
            let trouble = (TroubleCode::Protocol, code.title().to_owned());
            met.trouble.insert(store.team(), trouble);
            return Ok(Turn::Rests);
        }
        Step::WaitUntil(at) => return Ok(Turn::Until(at)),
        Step::Spaces => return spaces(store, met).await,
        Step::Push { request, .. } => return push(store, request, met).await,
        Step::Pull(request) => return pull(store, request, met).await,
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

/// Which spaces there are. The own machine asks, and all are told; a team's that must know where it stands takes what was just told.
async fn spaces(store: &Store, met: &mut Met) -> Outcome<Turn> {
    let known = met.spaces.clone().filter(|_| store.team().is_some());
    let asked = known.is_none();
    let answer: Result<Vec<SpaceState>, _> = match known {
        Some(known) => Ok(known),
        None => met.note(store, http::call("GET", "/sync/spaces", None).await),
    };
    if met.is_over() {
        return Ok(Turn::Over);
    }
    if let (Ok(spaces), true) = (&answer, asked) {
        spaces::told(store, spaces, met.number).await?;
        met.spaces = Some(spaces.clone());
    }
    let failed = answer.is_err();
    let step = |state: &_, _: Loaded| certain(with_env(|env| on_spaces(state, answer, env)));
    let Ok(commit) = store.step(&[], step).await?;
    Ok(met.turn(failed, Asked::Read, commit.state.pull.retry_at))
}

async fn push(store: &Store, request: PushRequest, met: &mut Met) -> Outcome<Turn> {
    let answer: Result<PushReply, _> = met.note(store, http::post("/sync/push", &request).await);
    if met.is_over() {
        return Ok(Turn::Over);
    }
    let failed = answer.is_err();
    let ids = needed_by_push(&request, &answer);
    let step = |state: &_, loaded| {
        certain(with_env(|env| {
            on_push(state, &request, loaded, answer, env)
        }))
    };
    let Ok(commit) = store.step(&ids, step).await?;
    // A badge that cannot be counted is no reason to fail what it is about.
    let _ = overview::show_badge().await;
    Ok(met.turn(failed, Asked::Push, commit.state.push.retry_at))
}

async fn pull(store: &Store, request: PullRequest, met: &mut Met) -> Outcome<Turn> {
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
    if met.is_over() {
        return Ok(Turn::Over);
    }
    let failed = answer.is_err();
    let ids = needed_by_pull(&answer);
    let step = |state: &_, loaded| {
        certain(with_env(|env| {
            on_pull(state, &request, loaded, answer, env)
        }))
    };
    let Ok(commit) = store.step(&ids, step).await?;
    Ok(met.turn(failed, Asked::Read, commit.state.pull.retry_at))
}

/// Sets the alarm for what comes next, writes how it ended, and shows the badge.
async fn finish(met: Met, next: Option<Millis>) -> Outcome<()> {
    let now = browser::now();
    match next {
        Some(at) => browser::set_alarm(ALARM, at.max(now.saturating_add(SHORTEST_ALARM))),
        // That no such alarm was set is no fault.
        None => drop(browser::clear_alarm(ALARM).await),
    }
    let pause = next.map(|at| at.saturating_sub(now));
    if let Some(pause) = pause.filter(|pause| *pause <= LONGEST_SLEEP) {
        let pause = u32::try_from(pause.max(100)).unwrap_or(100);
        wasm_bindgen_futures::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(pause).await;
            later(false);
        });
    }
    let store = &*store().await?;
    let mut status = status(store).await?;
    let trouble = met.trouble.into_values().next();
    status.trouble = trouble.map(|(code, message)| Trouble {
        code,
        retry_at: next,
        message,
    });
    let mut well = status.trouble.is_none();
    for library in spaces::all().await? {
        let state = library.state().await;
        let state = spaces::excused(&library, state.map_err(Failure::from))?;
        well &= state.is_some_and(|state| {
            let stands = state.phase == Phase::Steady && state.connected && state.halted.is_none();
            stands || state.ended()
        });
    }
    if well {
        status.synced_at = Some(now);
    }
    set_status(store, &status).await?;
    overview::show_badge().await
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
