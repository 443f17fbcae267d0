//! The queue's workers: they lease what is due, renew the lease while a job runs, and end it in one of three ways. Not the rows.

use crate::app::AppState;
use crate::platform::random;
use crate::store::jobs::{self, Leased, NewJob};
use crate::store::{Conn, Event, StoreError, Tx};
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use krowoc_shared::ids::{JobId, Millis};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// How long a lease lasts; it is renewed three times in it.
const LEASE: Millis = 60_000;
/// How often it is renewed.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Most jobs at a time in one process.
const AT_ONCE: usize = 8;
/// The wait after a first failure, in milliseconds; doubled with each.
const BACK_OFF: Millis = 5_000;
/// The longest wait after a failure.
const LONGEST: Millis = 900_000;
/// The queue is looked at this often even if nothing was told: another process may have died with a lease.
const AT_LEAST: Duration = Duration::from_secs(60);
/// And never more often than this, whatever the store says.
const AT_MOST: Duration = Duration::from_millis(50);

/// How a job ended: well, or with a text for its row.
pub type Outcome = Result<(), String>;

/// A kind of job.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name in the store.
    pub name: &'static str,
    /// A recurring one: milliseconds from one end to the next beginning. There is one of it at all times, and it never stops for good.
    pub every: Option<Millis>,
    /// How often it is tried before it stops for good.
    pub attempts: u64,
    /// Does it; the text is the job's payload. It may be called again for the same job.
    pub run: fn(AppState, String) -> BoxFuture<'static, Outcome>,
}

/// Sees to it that each recurring job is in the queue.
///
/// # Errors
/// The store's.
pub async fn ensure(state: &AppState, kinds: &[Kind]) -> Result<(), StoreError> {
    let now = state.now();
    let recurring = kinds.iter().filter(|kind| kind.every.is_some());
    let jobs: Vec<NewJob> = recurring
        .map(|kind| NewJob {
            id: JobId::mint(now, state.entropy()),
            kind: kind.name,
            unique_key: Some(String::new()),
            payload: String::new(),
            due_at: now,
        })
        .collect();
    state
        .store
        .write_again(move |tx: &mut Tx<'_>| {
            jobs.iter()
                .try_for_each(|job| jobs::enqueue(tx, job, now).map(|_| ()))
        })
        .await
}

/// Does what is due now, all of it, and comes back; gives how many jobs were taken.
///
/// # Errors
/// The store's.
pub async fn work(state: &AppState, kinds: &[Kind]) -> Result<usize, StoreError> {
    let mut taken = 0_usize;
    loop {
        let leased = lease(state, AT_ONCE).await?;
        if leased.is_empty() {
            return Ok(taken);
        }
        taken = taken.saturating_add(leased.len());
        let running: FuturesUnordered<_> = leased
            .into_iter()
            .map(|job| one(state, kinds, job))
            .collect();
        running.collect::<()>().await;
    }
}

/// Works until the server stops.
pub async fn run(state: AppState, kinds: &'static [Kind]) {
    let mut events = state.store.events();
    if let Err(error) = ensure(&state, kinds).await {
        tracing::error!(%error, "recurring jobs were not put into the queue");
    }
    let mut running = FuturesUnordered::new();
    loop {
        let free = AT_ONCE.saturating_sub(running.len());
        let leased = match lease(&state, free).await {
            Ok(leased) => leased,
            Err(error) => {
                tracing::error!(%error, "the queue was not read");
                Vec::new()
            }
        };
        running.extend(leased.into_iter().map(|job| one(&state, kinds, job)));
        let pause = pause(&state, running.len() >= AT_ONCE).await;
        tokio::select! {
            Some(()) = running.next() => {}
            () = told(&mut events) => {}
            () = tokio::time::sleep(pause) => {}
            () = state.stopping() => break,
        }
    }
    // Short ones may finish; what does not is taken again when its lease ends.
    let rest = running.collect::<()>();
    let _ = tokio::time::timeout(state.config.shutdown_timeout, rest).await;
}

/// Until the next job is due. With all hands full, only an end counts.
async fn pause(state: &AppState, full: bool) -> Duration {
    if full {
        return AT_LEAST;
    }
    let due = state.store.read(|conn: &mut Conn| jobs::next_due(conn));
    match due.await {
        Ok(Some(due)) => {
            let left = due.saturating_sub(state.now()).max(0);
            Duration::from_millis(left.unsigned_abs()).clamp(AT_MOST, AT_LEAST)
        }
        _ => AT_LEAST,
    }
}

/// Returns when a job was added in this process.
async fn told(events: &mut Receiver<Event>) {
    loop {
        match events.recv().await {
            Ok(Event::Job(_)) | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn lease(state: &AppState, limit: usize) -> Result<Vec<Leased>, StoreError> {
    let (owner, now) = (state.instance(), state.now());
    // Most of the time nothing is due: SQLite's writer is not asked then.
    let due = state.store.read(|conn: &mut Conn| jobs::next_due(conn));
    if limit == 0 || due.await?.is_none_or(|due| due > now) {
        return Ok(Vec::new());
    }
    let limit = i64::try_from(limit).unwrap_or(1);
    let until = now.saturating_add(LEASE);
    state
        .store
        .write_again(move |tx: &mut Tx<'_>| jobs::lease(tx, &owner, now, until, limit))
        .await
}

/// Does one job to its end, whatever that is.
async fn one(state: &AppState, kinds: &[Kind], job: Leased) {
    let kind = kinds.iter().find(|kind| kind.name == job.kind);
    let outcome = match kind {
        None => Some(Err("no such kind of job in this version".to_owned())),
        // It was taken before and neither ended nor failed: each time, the process died with it.
        Some(kind) if job.attempts > kind.attempts && kind.every.is_none() => {
            Some(Err("its process died each time it was tried".to_owned()))
        }
        Some(kind) => held(state, kind, &job).await,
    };
    let Some(outcome) = outcome else {
        tracing::warn!(kind = %job.kind, id = %job.id, "the lease of a job was lost; another process has it");
        return;
    };
    let ended = match &outcome {
        Ok(()) => "done",
        Err(error) => {
            tracing::warn!(kind = %job.kind, id = %job.id, attempts = job.attempts, %error, "a job failed");
            "failed"
        }
    };
    metrics::counter!("krowoc_jobs_total", "kind" => job.kind.clone(), "outcome" => ended)
        .increment(1);
    if let Err(error) = end(state, kind, job, outcome).await {
        tracing::error!(%error, "the end of a job was not written; it will be done again");
    }
}

/// Runs a job and renews its lease; `None` when that was lost.
async fn held(state: &AppState, kind: &Kind, job: &Leased) -> Option<Outcome> {
    let mut running =
        AssertUnwindSafe((kind.run)(state.clone(), job.payload.clone())).catch_unwind();
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.tick().await;
    loop {
        tokio::select! {
            outcome = &mut running => {
                return Some(outcome.unwrap_or_else(|_| Err("it panicked".to_owned())));
            }
            _ = beat.tick() => {
                let (owner, id, until) = (state.instance(), job.id, state.now().saturating_add(LEASE));
                let renewed = state.store.write_again(move |tx: &mut Tx<'_>| jobs::renew(tx, &owner, id, until));
                match renewed.await {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(error) => tracing::warn!(%error, "a lease was not renewed"),
                }
            }
        }
    }
}

async fn end(
    state: &AppState,
    kind: Option<&Kind>,
    job: Leased,
    outcome: Outcome,
) -> Result<(), StoreError> {
    let (owner, now) = (state.instance(), state.now());
    let every = kind.and_then(|kind| kind.every);
    let most = kind.map_or(0, |kind| kind.attempts);
    let wait = back_off(job.attempts, state);
    state
        .store
        .write_again(move |tx: &mut Tx<'_>| {
            let id = job.id;
            match (&outcome, every) {
                (Ok(()), None) => jobs::done(tx, &owner, id),
                (Ok(()), Some(every)) => {
                    jobs::put_off(tx, &owner, id, now.saturating_add(every), None)
                }
                (Err(error), None) if job.attempts >= most => {
                    tracing::error!(kind = %job.kind, %id, %error, "a job stopped for good");
                    jobs::stop(tx, &owner, id, error)
                }
                (Err(error), _) => {
                    jobs::put_off(tx, &owner, id, now.saturating_add(wait), Some(error))
                }
            }
        })
        .await?;
    Ok(())
}

/// Twice as long with each failure, and up to a quarter more by chance, so that many do not come at once.
fn back_off(attempts: u64, state: &AppState) -> Millis {
    let doublings = u32::try_from(attempts.saturating_sub(1))
        .unwrap_or(31)
        .min(31);
    let wait = BACK_OFF
        .saturating_mul(2_i64.saturating_pow(doublings))
        .min(LONGEST);
    let [chance] = random::<1>(state.random.as_ref());
    wait.saturating_add(wait.saturating_mul(i64::from(chance)) / 1024)
}
