//! Figures of one account, and a team's prompts one by one, put together from roll-ups and from what is not in them yet. Not the answer's
//! form.

use crate::store::dashboards::Owner;
use crate::store::rollups::{self, Cursor};
use crate::store::{Conn, StoreError, dashboards, usage};
use krowoc_shared::dashboards::wire::{ActivePrompts, PromptFigures};
use krowoc_shared::dashboards::{Board, Fact, Part, Span, Tally};
use krowoc_shared::ids::{DocId, SpaceId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Whose figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose {
    /// The account.
    pub user: UserId,
    /// Its personal space, for titles of prompts.
    pub space: SpaceId,
}

/// Whose prompts are told, and where their titles are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// Those that one account ran.
    Own(Whose),
    /// Those of a team.
    Team(SpaceId),
}

impl Told {
    fn owner(self) -> Owner {
        match self {
            Self::Own(whose) => Owner::Account(whose.user),
            Self::Team(team) => Owner::Team(team),
        }
    }

    fn title(self, conn: &mut Conn, id: &[u8]) -> Result<Option<String>, StoreError> {
        match self {
            Self::Own(whose) => usage::prompt_title(conn, whose.user, whose.space, id),
            Self::Team(team) => usage::team_prompt_title(conn, team, id),
        }
    }
}

/// Tallies by prompt; empty bytes for texts of one's own.
type Prompts = BTreeMap<Vec<u8>, Tally>;

fn key(fact: &Fact) -> Vec<u8> {
    fact.prompt
        .map(|id| id.as_bytes().to_vec())
        .unwrap_or_default()
}

/// The board of a span.
///
/// # Errors
/// The store's.
pub(super) fn board(conn: &mut Conn, user: UserId, span: Span) -> Result<Board, StoreError> {
    let cursor = rollups::cursor(conn)?;
    let rest = dashboards::uncounted(conn, dashboards::Whose::Account(user), &cursor, span)?;
    filled(conn, user, span, &rest)
}

fn filled(conn: &mut Conn, user: UserId, span: Span, rest: &[Fact]) -> Result<Board, StoreError> {
    let mut board = Board::new(span);
    for part in span.parts() {
        for row in dashboards::by_model(conn, user, part)? {
            board.add(row.at, &row.model, &row.tally);
        }
    }
    for fact in rest {
        board.add_fact(fact);
    }
    Ok(board)
}

/// The figures of a span and of the one before.
#[derive(Clone, Debug)]
pub(super) struct Both {
    /// Of the span.
    pub board: Board,
    /// In all, of the one before.
    pub before: Tally,
    /// The prompts that cost most.
    pub prompts: Vec<PromptFigures>,
    /// How many prompts were run.
    pub active: ActivePrompts,
}

/// The figures of a span and of the one before, with so many prompts at most.
///
/// # Errors
/// The store's.
pub(super) fn both(
    conn: &mut Conn,
    whose: Whose,
    span: Span,
    most: usize,
) -> Result<Both, StoreError> {
    let before = span.before();
    let cursor: Cursor = rollups::cursor(conn)?;
    let whole = Span {
        from: before.from,
        ..span
    };
    let rest = dashboards::uncounted(conn, dashboards::Whose::Account(whose.user), &cursor, whole)?;
    let board = filled(conn, whose.user, span, &rest)?;
    let earlier = filled(conn, whose.user, before, &rest)?;
    let (prompts, active) = told(conn, Told::Own(whose), span, &rest, most)?;
    Ok(Both {
        active,
        prompts,
        before: earlier.total().clone(),
        board,
    })
}

/// The prompts of a span that cost most, so many at most, and how many there were beside those of the span before. `rest` is of both spans.
///
/// # Errors
/// The store's.
pub(super) fn told(
    conn: &mut Conn,
    whose: Told,
    span: Span,
    rest: &[Fact],
    most: usize,
) -> Result<(Vec<PromptFigures>, ActivePrompts), StoreError> {
    let prompts = prompts(conn, whose.owner(), span, rest)?;
    let past = past(conn, whose.owner(), span.before(), rest)?;
    let active = active(&prompts, &past);
    Ok((top(conn, whose, span, rest, prompts, most)?, active))
}

/// The prompts of a span that cost most, so many at most. `rest` may be of more than the span.
///
/// # Errors
/// The store's.
pub(super) fn most_costly(
    conn: &mut Conn,
    whose: Told,
    span: Span,
    rest: &[Fact],
    most: usize,
) -> Result<Vec<PromptFigures>, StoreError> {
    let prompts = prompts(conn, whose.owner(), span, rest)?;
    top(conn, whose, span, rest, prompts, most)
}

/// The prompts of an account in a span that cost most, so many at most.
///
/// # Errors
/// The store's.
pub(super) fn own_prompts(
    conn: &mut Conn,
    whose: Whose,
    span: Span,
    most: usize,
) -> Result<Vec<PromptFigures>, StoreError> {
    let cursor = rollups::cursor(conn)?;
    let rest = dashboards::uncounted(conn, dashboards::Whose::Account(whose.user), &cursor, span)?;
    most_costly(conn, Told::Own(whose), span, &rest, most)
}

/// Every prompt of a span with its counts, latencies left out.
fn prompts(
    conn: &mut Conn,
    owner: Owner,
    span: Span,
    rest: &[Fact],
) -> Result<Prompts, StoreError> {
    let mut all = Prompts::new();
    for part in span.parts() {
        for (prompt, tally) in dashboards::by_prompt(conn, owner, part)? {
            all.entry(prompt).or_default().merge(&tally);
        }
    }
    for fact in rest.iter().filter(|fact| span.contains(fact.at)) {
        let mut bare = fact.clone();
        bare.latency = None;
        all.entry(key(fact)).or_default().add(&bare);
    }
    Ok(all)
}

/// The prompts that were run in a span.
fn past(
    conn: &mut Conn,
    owner: Owner,
    span: Span,
    rest: &[Fact],
) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    let inside = rest.iter().filter(|fact| span.contains(fact.at));
    let mut all: BTreeSet<Vec<u8>> = inside.map(key).collect();
    for part in span.parts() {
        all.extend(dashboards::prompts(conn, owner, part)?);
    }
    Ok(all)
}

fn active(now: &Prompts, before: &BTreeSet<Vec<u8>>) -> ActivePrompts {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let named = |id: &&Vec<u8>| !id.is_empty();
    let silent = before
        .iter()
        .filter(named)
        .filter(|id| !now.contains_key(*id));
    let new = now.keys().filter(named).filter(|id| !before.contains(*id));
    ActivePrompts {
        count: count(now.keys().filter(named).count()),
        new: count(new.count()),
        silent: count(silent.count()),
    }
}

/// The prompts that cost most, with latencies and titles.
fn top(
    conn: &mut Conn,
    whose: Told,
    span: Span,
    rest: &[Fact],
    all: Prompts,
    most: usize,
) -> Result<Vec<PromptFigures>, StoreError> {
    let mut rows: Vec<(Vec<u8>, Tally)> = all.into_iter().collect();
    rows.sort_by(|(one, a), (two, b)| {
        let order = (b.cost, b.executions()).cmp(&(a.cost, a.executions()));
        order.then_with(|| one.cmp(two))
    });
    rows.truncate(most);
    let ids: Vec<Vec<u8>> = rows.iter().map(|(id, _)| id.clone()).collect();
    let mut places: BTreeMap<Vec<u8>, Tally> = rows.iter().cloned().collect();
    for part in span.parts() {
        add_latencies(conn, whose.owner(), part, &ids, &mut places)?;
    }
    for fact in rest.iter().filter(|fact| span.contains(fact.at)) {
        if let Some(tally) = places.get_mut(&key(fact)) {
            let mut one = Tally::default();
            one.add(fact);
            tally.latencies.merge(&one.latencies);
        }
    }
    ids.iter()
        .map(|id| {
            let tally = places.remove(id).unwrap_or_default();
            let title = if id.is_empty() {
                None
            } else {
                whose.title(conn, id)?
            };
            Ok(PromptFigures {
                prompt: DocId::from_slice(id),
                title: title.unwrap_or_default(),
                figures: tally.figures(),
            })
        })
        .collect()
}

fn add_latencies(
    conn: &mut Conn,
    owner: Owner,
    part: Part,
    ids: &[Vec<u8>],
    places: &mut BTreeMap<Vec<u8>, Tally>,
) -> Result<(), StoreError> {
    for (id, latencies) in dashboards::latencies_of(conn, owner, part, ids)? {
        if let Some(tally) = places.get_mut(&id) {
            tally.latencies.merge(&latencies);
        }
    }
    Ok(())
}
