//! `GET /admin/metrics`: figures of everybody, for who looks after the server.

use super::query::PeriodQuery;
use crate::app::AppState;
use crate::store::metrics::{self, Counted};
use crate::store::{Conn, StoreError, accounts, dashboards, rollups};
use crate::web::routes::Routes;
use crate::web::{Admin, Reply};
use actix_web::get;
use actix_web::web::{Data, Json, Query};
use krowoc_shared::dashboards::period::DAY;
use krowoc_shared::dashboards::wire::{CreatorWeek, FirstSuccess, MetricsView, PersonFigures};
use krowoc_shared::dashboards::{Span, Tally};
use krowoc_shared::error::Problem;
use krowoc_shared::ids::{Millis, UserId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Weeks whose creators are counted.
const WEEKS: i64 = 12;
/// Most people of an answer.
const PEOPLE: usize = 100;

/// Its route.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(admin_metrics);
}

/// Weekly active creators, how soon new accounts get a first answer, the share of executions that completed, and usage by person.
#[utoipa::path(
    tag = "dashboards",
    security(("session" = [])),
    params(PeriodQuery),
    responses(
        (status = 200, description = "The figures.", body = MetricsView),
        (status = 403, description = "forbidden: not who looks after the server", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: a day is none, or too many", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/admin/metrics")]
async fn admin_metrics(
    state: Data<AppState>,
    _admin: Admin,
    query: Query<PeriodQuery>,
) -> Reply<Json<MetricsView>> {
    let now = state.now();
    let span = query.span(now)?;
    let found = state
        .store
        .read(move |conn: &mut Conn| view(conn, span, now))
        .await?;
    Ok(Json(found))
}

/// Everybody's counts in a span.
type People = BTreeMap<UserId, (String, Tally)>;

fn people(conn: &mut Conn, span: Span) -> Result<People, StoreError> {
    let cursor = rollups::cursor(conn)?;
    let mut all = People::new();
    for part in span.parts() {
        for Counted { user, email, tally } in metrics::by_account(conn, part)? {
            let (_, sum) = all.entry(user).or_insert_with(|| (email, Tally::default()));
            sum.merge(&tally);
        }
    }
    for mut fact in dashboards::uncounted(conn, None, &cursor, span)? {
        fact.latency = None;
        let (_, sum) = match all.entry(fact.user) {
            Entry::Occupied(place) => place.into_mut(),
            Entry::Vacant(place) => {
                let email = accounts::email_of(conn, fact.user)?;
                place.insert((email, Tally::default()))
            }
        };
        sum.add(&fact);
    }
    Ok(all)
}

fn total(all: &People) -> Tally {
    let mut sum = Tally::default();
    for (_, tally) in all.values() {
        sum.merge(tally);
    }
    sum
}

fn view(conn: &mut Conn, span: Span, now: Millis) -> Result<MetricsView, StoreError> {
    let all = people(conn, span)?;
    let before = people(conn, span.before())?;
    let total_now = total(&all);
    let active = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let mut rows: Vec<PersonFigures> = all
        .into_iter()
        .map(|(user, (email, tally))| PersonFigures {
            user,
            email,
            figures: tally.figures(),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.figures.cost, row.figures.executions, row.user)));
    rows.truncate(PEOPLE);
    Ok(MetricsView {
        from: span.from,
        to: span.to,
        total: total_now.figures(),
        before: total(&before).figures(),
        weeks: weeks(conn, now)?,
        first: first(metrics::first_successes(conn, span.from, span.to)?),
        people: rows,
        active,
        accounts: metrics::accounts(conn)?,
    })
}

/// The Monday, 0:00 UTC, of the week of a time. 1 January 1970 was a Thursday.
fn monday(at: Millis) -> Millis {
    let day = at.div_euclid(DAY);
    let since = day.saturating_add(3).rem_euclid(7);
    day.saturating_sub(since).saturating_mul(DAY)
}

fn weeks(conn: &mut Conn, now: Millis) -> Result<Vec<CreatorWeek>, StoreError> {
    let week = 7 * DAY;
    let this = monday(now);
    (0..WEEKS)
        .rev()
        .map(|back| {
            let at = this.saturating_sub(back.saturating_mul(week));
            let creators = metrics::creators(conn, at, at.saturating_add(week))?;
            Ok(CreatorWeek { at, creators })
        })
        .collect()
}

fn first(accounts: Vec<(Millis, Option<Millis>)>) -> FirstSuccess {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let all = count(accounts.len());
    let mut times: Vec<Millis> = accounts
        .into_iter()
        .filter_map(|(made, reached)| Some(reached?.saturating_sub(made).max(0)))
        .collect();
    times.sort_unstable();
    // Nearest rank.
    let at = |per_cent: usize| {
        let rank = times.len().saturating_mul(per_cent).div_ceil(100);
        times.get(rank.saturating_sub(1)).copied()
    };
    FirstSuccess {
        accounts: all,
        reached: count(times.len()),
        median: at(50),
        slow: at(90),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays() {
        // 1 January 1970 was a Thursday; 5 January a Monday.
        for (day, monday_of) in [
            (0, -3),
            (3, -3),
            (4, 4),
            (10, 4),
            (11, 11),
            (20_786, 20_780),
        ] {
            assert_eq!(monday(day * DAY + 5), monday_of * DAY, "{day}");
        }
    }

    #[test]
    fn the_time_to_a_first_answer_is_of_those_who_got_one() {
        assert_eq!(first(Vec::new()), FirstSuccess::default());
        let found = first(vec![
            (0, Some(10)),
            (5, None),
            (0, Some(30)),
            (10, Some(30)),
        ]);
        let expected = FirstSuccess {
            accounts: 4,
            reached: 3,
            median: Some(20),
            slow: Some(30),
        };
        assert_eq!(found, expected);
    }
}
