//! The job that counts the logs, each hour, and on demand. Not the rules of counting: those are in `shared`.
//!
//! It changes nothing but what follows from the logs: done twice, or after its rows were lost, it leaves the same rows.

use super::publish::printed;
use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::store::copies::{self, Unread};
use crate::store::logs;
use crate::store::run_log::{self, Runners};
use crate::store::standings::{self, Standing, Standings};
use crate::store::{Conn, StoreError, Tx, publications};
use crate::web::routes::Routes;
use crate::web::{Admin, Reply};
use actix_web::post;
use actix_web::web::{Data, Json};
use futures_util::FutureExt;
use krowoc_shared::error::Problem;
use krowoc_shared::ids::Millis;
use krowoc_shared::leaderboard::copies::{Print, link};
use krowoc_shared::leaderboard::formula::weight;
use krowoc_shared::leaderboard::votes::{Cast, tally};
use krowoc_shared::leaderboard::window::{DAY, HOUR, Window};
use krowoc_shared::leaderboard::wire::Recomputed;
use std::sync::Arc;

/// How often it runs.
const EVERY: Millis = HOUR;
/// Texts that are looked at in one transaction.
const TEXTS: usize = 100;
/// Lines of the log of votes that are in memory at a time.
const LINES: i64 = 50_000;

/// Counts the logs.
pub const KIND: Kind = Kind {
    name: "leaderboard",
    every: Some(EVERY),
    attempts: 5,
    run: |state, _| done(state).boxed(),
};

/// Its route.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(recompute_leaderboard);
}

async fn done(state: AppState) -> Outcome {
    run(&state)
        .await
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// Counts votes and runs now instead of with the next hour.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    responses(
        (status = 200, description = "It is counted.", body = Recomputed),
        (status = 403, description = "forbidden: not who looks after the server", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/admin/leaderboard/recompute")]
async fn recompute_leaderboard(state: Data<AppState>, _admin: Admin) -> Reply<Json<Recomputed>> {
    Ok(Json(run(&state).await?))
}

/// Looks at texts that were published anew, links copies to the first, and counts the logs.
///
/// # Errors
/// The store's; what was done before stays done.
pub async fn run(state: &AppState) -> Result<Recomputed, StoreError> {
    read_texts(state).await?;
    let now = state.now();
    link_copies(state).await?;
    state
        .store
        .write_again(move |tx: &mut Tx<'_>| logs::drop_network_keys(tx, now))
        .await?;
    let confirmed_only = state.mailer.is_on();
    let (from, new, before) = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            let from = standings::counted(conn)?;
            let yesterday = now.saturating_sub(DAY);
            let mut before = runs(conn, yesterday, confirmed_only)?;
            let mut new = runs(conn, now, confirmed_only)?;
            for prompts in logs::voted(conn, LINES)? {
                let casts = logs::casts(conn, &prompts, confirmed_only)?;
                add_votes(&mut before, &casts, yesterday);
                add_votes(&mut new, &casts, now);
            }
            // Of what was, places are told alone.
            add_hours(conn, &mut new, now, confirmed_only)?;
            Ok((from, new, before))
        })
        .await?;
    let rows = u64::try_from(new.len()).unwrap_or(u64::MAX);
    let (new, before) = (Arc::new(new), Arc::new(before));
    let changed = state
        .store
        .write_again(move |tx: &mut Tx<'_>| standings::replace(tx, from, now, &new, &before))
        .await?;
    state.public.forget();
    Ok(Recomputed {
        counted_at: now,
        rows,
        // Another server was as fast: its rows are the same.
        changed: changed.unwrap_or(0),
    })
}

/// Works out what texts are recognised by that were published since they were looked at.
async fn read_texts(state: &AppState) -> Result<(), StoreError> {
    loop {
        let unread = state
            .store
            .read(|conn: &mut Conn| copies::unread(conn, TEXTS))
            .await?;
        if unread.is_empty() {
            return Ok(());
        }
        let work_out = |unread: Unread| {
            let print = printed(unread.before.id, &unread.text, unread.at);
            (unread.rev, print.after(Some(&unread.before)))
        };
        let make = move || unread.into_iter().map(work_out).collect::<Vec<_>>();
        state
            .store
            .prepare_and_write(make, |tx: &mut Tx<'_>, prints| -> Result<(), StoreError> {
                prints
                    .iter()
                    .try_for_each(|(rev, print)| copies::set_print(tx, *rev, print))
            })
            .await?;
    }
}

/// Links what is nearly the same text to the first of it. Compared is while nobody waits; what has changed by then is found the next time.
async fn link_copies(state: &AppState) -> Result<(), StoreError> {
    let changed = state
        .store
        .read(|conn: &mut Conn| -> Result<_, StoreError> {
            let known = copies::prints(conn)?;
            let prints: Vec<Print> = known.iter().map(|(print, _)| print.clone()).collect();
            let linked = link(&prints);
            let first = |id| linked.get(&id).copied().flatten();
            let changed = known.into_iter().filter_map(|(print, before)| {
                let first = first(print.id);
                (first != before).then_some((print.id, first))
            });
            Ok(changed.collect::<Vec<_>>())
        })
        .await?;
    for some in changed.chunks(TEXTS) {
        let some = some.to_vec();
        state
            .store
            .write_again(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
                publications::lock(tx)?;
                some.iter()
                    .try_for_each(|(id, first)| copies::set_first(tx, *id, *first))
            })
            .await?;
    }
    Ok(())
}

/// Puts in the votes of some prompts as the log had them at a time.
fn add_votes(all: &mut Standings, casts: &[Cast], now: Millis) {
    for (key, votes) in tally(casts, now) {
        let counts = &mut all.entry(key).or_default().counts;
        (counts.up, counts.down) = (votes.up, votes.down);
    }
}

/// The counts of runs as the log had them at a time.
fn runs(conn: &mut Conn, now: Millis, confirmed_only: bool) -> Result<Standings, StoreError> {
    let mut all = Standings::new();
    let begins = Window::ALL.map(|window| {
        let length = window.length();
        length.map_or(Millis::MIN, |length| now.saturating_sub(length))
    });
    let caps = Window::ALL.map(Window::run_cap);
    for group in run_log::runners(conn, now, begins, caps, confirmed_only)? {
        add(&mut all, &group, now);
    }
    Ok(all)
}

/// Puts in what happened in each hour of the last day.
fn add_hours(
    conn: &mut Conn,
    all: &mut Standings,
    now: Millis,
    confirmed_only: bool,
) -> Result<(), StoreError> {
    let first = now.div_euclid(HOUR).saturating_sub(23);
    let after = first.saturating_mul(HOUR).saturating_sub(1);
    for (id, hour, runs) in run_log::hours(conn, after, now, confirmed_only)? {
        let place = usize::try_from(hour.saturating_sub(first)).unwrap_or(usize::MAX);
        let day: &mut Standing = all.entry((Window::Day, id)).or_default();
        day.hours.resize(24, 0);
        if let Some(count) = day.hours.get_mut(place) {
            *count = u64::try_from(runs).unwrap_or(0);
        }
    }
    Ok(())
}

/// Adds people who ran a prompt last in the same hour.
fn add(all: &mut Standings, group: &Runners, now: Millis) {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let age = now.div_euclid(HOUR).saturating_sub(group.hour);
    let numbers = group.runs.into_iter().zip(group.in_window);
    for (window, (runs, people)) in Window::ALL.into_iter().zip(numbers) {
        if people == 0 {
            continue;
        }
        let counts = &mut all.entry((window, group.publication)).or_default().counts;
        counts.runs = counts.runs.saturating_add(count(runs));
        counts.executors = counts.executors.saturating_add(count(people));
        let fresh = count(people).saturating_mul(weight(window, age));
        counts.fresh = counts.fresh.saturating_add(fresh);
    }
}
