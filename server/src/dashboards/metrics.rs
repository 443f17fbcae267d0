//! Figures of everybody, for who looks after the server, and of a team, for its admins: one way to both. Not the team's routes.

use super::figures::{Told, told};
use super::query::PeriodQuery;
use crate::app::AppState;
use crate::store::dashboards::{self, Whose};
use crate::store::{Conn, StoreError, members, metrics, rollups};
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

/// How many lines are told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    /// Which people.
    pub people: Page,
    /// Models of a team, at most.
    pub models: usize,
    /// Prompts of a team, at most.
    pub prompts: usize,
}

impl Rows {
    /// A page of people, and nothing of models and prompts.
    pub(super) const fn of(people: Page) -> Self {
        Self {
            people,
            models: 0,
            prompts: 0,
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
        .read(move |conn: &mut Conn| view(conn, None, span, now, Rows::of(page)))
        .await?;
    Ok(Json(found.metrics))
}

/// What was counted in a span: by person, and in all by hour or day.
pub(super) struct Counted {
    people: BTreeMap<UserId, Tally>,
    /// Filled for a team alone; everybody's are summed up by person, and have no latencies.
    board: Board,
}

/// `rest`: what is not in roll-ups yet.
fn counted(
    conn: &mut Conn,
    team: Option<SpaceId>,
    span: Span,
    rest: &[Fact],
) -> Result<Counted, StoreError> {
    let mut all = Counted {
        people: BTreeMap::new(),
        board: Board::new(span),
    };
    for part in span.parts() {
        match team {
            Some(team) => {
                for row in dashboards::by_member(conn, team, part)? {
                    let of = row.of_model;
                    all.board.add(of.at, &of.model, &of.tally);
                    all.people.entry(row.user).or_default().merge(&of.tally);
                }
            }
            None => {
                for (user, tally) in metrics::by_account(conn, part)? {
                    all.people.entry(user).or_default().merge(&tally);
                }
            }
        }
    }
    for fact in rest.iter().filter(|fact| span.contains(fact.at)) {
        let person = all.people.entry(fact.user).or_default();
        if team.is_some() {
            all.board.add_fact(fact);
            person.add(fact);
        } else {
            let mut bare = fact.clone();
            bare.latency = None;
            person.add(&bare);
        }
    }
    Ok(all)
}

impl Counted {
    fn total(&self) -> Tally {
        let mut sum = Tally::default();
        for tally in self.people.values() {
            sum.merge(tally);
        }
        sum
    }
}

/// Who ran what: a page of the people, and how many there are on all pages. Of a team every member, whether they ran anything or not.
fn people(
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

/// The figures of a team, or of everybody; with them the counts that they are made of.
///
/// # Errors
/// The store's.
pub(super) fn view(
    conn: &mut Conn,
    team: Option<SpaceId>,
    span: Span,
    now: Millis,
    most: Rows,
) -> Result<TeamFiguresView, StoreError> {
    let cursor = rollups::cursor(conn)?;
    let whole = Span {
        from: span.before().from,
        ..span
    };
    let whose = team.map_or(Whose::Everybody, Whose::Team);
    let rest = dashboards::uncounted(conn, whose, &cursor, whole)?;
    let all = counted(conn, team, span, &rest)?;
    let before = counted(conn, team, span.before(), &rest)?.total();
    let total = all.total();
    let (prompts, active_prompts) = match team {
        Some(team) => told(conn, Told::Team(team), span, &rest, most.prompts)?,
        None => Default::default(),
    };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let active = count(all.people.len());
    let (people, people_count) = people(conn, team, all.people, most.people)?;
    let accounts = match team {
        Some(team) => members::count(conn, team)?,
        None => metrics::accounts(conn)?,
    };
    Ok(TeamFiguresView {
        begun: None,
        grain: span.grain,
        points: all.board.series(),
        models: all.board.by_model(most.models),
        model_count: count(all.board.models()),
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
