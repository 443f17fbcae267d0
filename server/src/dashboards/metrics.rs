//! Figures of everybody, for who looks after the server, and of a team, for its admins: one way to both. Not the team's routes.

use super::figures::{Told, told};
use super::files::{MODELS, PROMPTS};
use super::query::PeriodQuery;
use crate::app::AppState;
use crate::store::dashboards::{self, Whose};
use crate::store::{Conn, StoreError, members, metrics, rollups, team_rollups};
use crate::web::routes::Routes;
use crate::web::{Admin, Reply};
use actix_web::get;
use actix_web::web::{Data, Json, Query};
use krowoc_shared::dashboards::period::DAY;
use krowoc_shared::dashboards::wire::{
    CreatorWeek, FirstSuccess, MetricsView, PersonFigures, TeamFiguresView,
};
use krowoc_shared::dashboards::{Board, Fact, Span, Tally};
use krowoc_shared::error::Problem;
use krowoc_shared::ids::{Millis, SpaceId, UserId};
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Weeks whose creators are counted.
const WEEKS: i64 = 12;
/// People of a page.
const PEOPLE: u32 = 100;
/// Most of them.
const MOST_PEOPLE: u32 = 500;

/// Which of the people.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
pub(super) struct PeopleQuery {
    /// How many people are passed over; none when absent.
    offset: Option<u32>,
    /// How many are told, 1 to 500; 100 when absent.
    limit: Option<u32>,
}

/// A page of people.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    offset: usize,
    limit: usize,
}

impl Page {
    /// Everybody on one page.
    pub(super) const ALL: Self = Self {
        offset: 0,
        limit: usize::MAX,
    };
}

impl PeopleQuery {
    /// The page that it names.
    pub(super) fn page(&self) -> Page {
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Page {
            offset: number(self.offset.unwrap_or(0)),
            limit: number(self.limit.unwrap_or(PEOPLE).clamp(1, MOST_PEOPLE)),
        }
    }
}

/// Its route.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(admin_metrics);
}

/// Weekly active creators, how soon new accounts get a first answer, the share of executions that completed, and usage by person.
#[utoipa::path(
    tag = "dashboards",
    security(("session" = [])),
    params(PeriodQuery, PeopleQuery),
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
    people: Query<PeopleQuery>,
) -> Reply<Json<MetricsView>> {
    let now = state.now();
    let (span, page) = (query.span(now)?, people.page());
    let found = state
        .store
        .read(move |conn: &mut Conn| view(conn, None, span, now, page))
        .await?;
    Ok(Json(found.metrics))
}

/// What was counted of each person in a span; of everybody, latencies are left out. `rest`, here and below: what is not in roll-ups yet, of
/// the span or of more.
///
/// # Errors
/// The store's.
pub(super) fn by_person(
    conn: &mut Conn,
    team: Option<SpaceId>,
    span: Span,
    rest: &[Fact],
) -> Result<BTreeMap<UserId, Tally>, StoreError> {
    let mut people: BTreeMap<UserId, Tally> = BTreeMap::new();
    for part in span.parts() {
        let rows = match team {
            Some(team) => team_rollups::by_member(conn, team, part)?,
            None => metrics::by_account(conn, part)?,
        };
        for (user, tally) in rows {
            people.entry(user).or_default().merge(&tally);
        }
    }
    for fact in told_of(team, span, rest) {
        people.entry(fact.user).or_default().add(&fact);
    }
    Ok(people)
}

/// What was counted in a span in all, as [`by_person`] has it.
fn total(
    conn: &mut Conn,
    team: Option<SpaceId>,
    span: Span,
    rest: &[Fact],
) -> Result<Tally, StoreError> {
    let mut sum = Tally::default();
    for part in span.parts() {
        sum.merge(&match team {
            Some(team) => team_rollups::total(conn, team, part)?,
            None => metrics::total(conn, part)?,
        });
    }
    told_of(team, span, rest).for_each(|fact| sum.add(&fact));
    Ok(sum)
}

/// Those of a span, without latencies where none are told.
fn told_of(team: Option<SpaceId>, span: Span, rest: &[Fact]) -> impl Iterator<Item = Fact> {
    let inside = rest.iter().filter(move |fact| span.contains(fact.at));
    inside.map(move |fact| Fact {
        latency: fact.latency.filter(|_| team.is_some()),
        ..fact.clone()
    })
}

/// How far a board is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// Its hours or days, and its models.
    Whole,
    /// Its hours or days.
    Series,
    /// Its models.
    Models,
}

/// The board of a team in a span.
///
/// # Errors
/// The store's.
pub(super) fn board(
    conn: &mut Conn,
    team: SpaceId,
    span: Span,
    rest: &[Fact],
    filled: Filled,
) -> Result<Board, StoreError> {
    let mut board = Board::new(span);
    for part in span.parts() {
        if filled != Filled::Models {
            for (at, tally) in team_rollups::by_time(conn, team, part)? {
                board.add_point(at, &tally);
            }
        }
        if filled != Filled::Series {
            for (model, tally) in team_rollups::by_model(conn, team, part)? {
                board.add_model(&model, &tally);
            }
        }
    }
    rest.iter().for_each(|fact| board.add_fact(fact));
    Ok(board)
}

/// Who ran what: a page of the people, and how many there are on all pages. Of a team every member, whether they ran anything or not.
///
/// # Errors
/// The store's.
pub(super) fn people(
    conn: &mut Conn,
    team: Option<SpaceId>,
    mut people: BTreeMap<UserId, Tally>,
    page: Page,
) -> Result<(Vec<PersonFigures>, usize), StoreError> {
    let members: BTreeSet<UserId> = match team {
        Some(team) => members::list(conn, team)?
            .into_iter()
            .map(|member| member.user)
            .collect(),
        None => BTreeSet::new(),
    };
    for user in &members {
        people.entry(*user).or_default();
    }
    let mut rows: Vec<(UserId, Tally)> = people.into_iter().collect();
    rows.sort_by_key(|(user, tally)| Reverse((tally.cost, tally.executions(), *user)));
    let all = rows.len();
    let shown: Vec<(UserId, Tally)> = rows
        .into_iter()
        .skip(page.offset)
        .take(page.limit)
        .collect();
    let users: Vec<UserId> = shown.iter().map(|(user, _)| *user).collect();
    let emails = metrics::emails(conn, &users)?;
    let person = |(user, tally): (UserId, Tally)| PersonFigures {
        user,
        email: emails.get(&user).cloned().unwrap_or_default(),
        former: team.is_some() && !members.contains(&user),
        figures: tally.figures(),
    };
    Ok((shown.into_iter().map(person).collect(), all))
}

/// The figures of a team, or of everybody, with a page of the people.
///
/// # Errors
/// The store's.
pub(super) fn view(
    conn: &mut Conn,
    team: Option<SpaceId>,
    span: Span,
    now: Millis,
    page: Page,
) -> Result<TeamFiguresView, StoreError> {
    let cursor = rollups::cursor(conn)?;
    let whole = Span {
        from: span.before().from,
        ..span
    };
    let whose = team.map_or(Whose::Everybody, Whose::Team);
    let rest = dashboards::uncounted(conn, whose, &cursor, whole)?;
    let counted = by_person(conn, team, span, &rest)?;
    let mut total = Tally::default();
    counted.values().for_each(|tally| total.merge(tally));
    let before = self::total(conn, team, span.before(), &rest)?;
    let (board, (prompts, active_prompts)) = match team {
        Some(team) => (
            board(conn, team, span, &rest, Filled::Whole)?,
            told(conn, Told::Team(team), span, &rest, PROMPTS)?,
        ),
        // Everybody's figures are summed up by person alone.
        None => (Board::new(span), Default::default()),
    };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let active = count(counted.len());
    let (people, people_count) = people(conn, team, counted, page)?;
    let accounts = match team {
        Some(team) => members::count(conn, team)?,
        None => metrics::accounts(conn)?,
    };
    Ok(TeamFiguresView {
        begun: None,
        grain: span.grain,
        points: board.series(),
        models: board.by_model(MODELS),
        model_count: count(board.models()),
        prompts,
        active_prompts,
        metrics: MetricsView {
            from: span.from,
            to: span.to,
            total: total.figures(),
            before: before.figures(),
            weeks: weeks(conn, team, now)?,
            first: first(metrics::first_successes(conn, team, span.from, span.to)?),
            people,
            people_count: count(people_count),
            active,
            accounts,
        },
    })
}

/// The Monday, 0:00 UTC, of the week of a time. 1 January 1970 was a Thursday.
fn monday(at: Millis) -> Millis {
    let day = at.div_euclid(DAY);
    let since = day.saturating_add(3).rem_euclid(7);
    day.saturating_sub(since).saturating_mul(DAY)
}

fn weeks(
    conn: &mut Conn,
    team: Option<SpaceId>,
    now: Millis,
) -> Result<Vec<CreatorWeek>, StoreError> {
    let week = 7 * DAY;
    let this = monday(now);
    let begin = |back: i64| this.saturating_sub(back.saturating_mul(week));
    let begins: Vec<Millis> = (0..WEEKS).rev().map(begin).collect();
    let creators = match team {
        Some(team) => metrics::creators_of(conn, team, &begins, week)?,
        None => metrics::creators(conn, &begins, week)?,
    };
    let week = |(at, creators)| CreatorWeek { at, creators };
    Ok(begins.into_iter().zip(creators).map(week).collect())
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
