//! How things stand, for pages and badge; the local search: of all libraries. Reads only.

use super::connect::{self, Stage};
use super::{Outcome, flush, queue, spaces, store};
use crate::browser;
use crate::messages::{
    Change, Connection, Failure, Found, Hit, Room, Shelf, State, TroubleCode, Waiting, Way,
};
use crate::model::search::Rank;
use crate::model::{badge, rescue, room as places, search as ranking, shelf as known};
use crate::store::{Counts, IndexRow, Store};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::sync::client::{OutboxRow, RowState};
use krowoc_shared::text;
use krowoc_ui::editor::Library;
use std::collections::{BTreeMap, BTreeSet};

/// Operations shown.
const SHOWN: u32 = 100;
/// Documents with two sides shown.
const CONFLICTS: usize = 3;

/// How things stand, in all libraries together.
pub(super) async fn state() -> Outcome<State> {
    let store = &*store().await?;
    let status = flush::status(store).await?;
    let connection = match connect::link(store).await? {
        None => Connection::None,
        Some(link) => match link.stage {
            Stage::Pending { .. } => Connection::Pending {
                server: link.server,
            },
            Stage::Open { email, .. } => Connection::Open {
                server: link.server,
                email,
                device: link.name,
            },
            Stage::Lost { email } => Connection::Lost {
                server: link.server,
                email,
                device: link.name,
            },
        },
    };
    let unreachable = status
        .trouble
        .as_ref()
        .is_some_and(|trouble| trouble.code == TroubleCode::Unreachable);
    let (mut queue, mut conflicts, mut documents) = (Vec::new(), Vec::new(), 0_usize);
    let mut rooms = Vec::new();
    for library in spaces::all().await? {
        let Some(held) = spaces::excused(&library, held(&library).await)? else {
            continue;
        };
        queue.extend(held.queue);
        conflicts.extend(held.conflicts);
        documents = documents.saturating_add(held.documents);
        rooms.extend(held.room);
    }
    queue.sort_by_key(|item| item.at);
    queue.truncate(SHOWN as usize);
    let counts = counts().await?;
    Ok(State {
        connection,
        queue,
        waiting: counts.waiting,
        rejected: counts.rejected,
        documents,
        synced_at: status.synced_at,
        offline: unreachable && !browser::online(),
        trouble: status.trouble,
        used: browser::storage_used().await,
        conflict_count: conflicts.len(),
        conflicts: conflicts.into_iter().take(CONFLICTS).collect(),
        left: connect::left(store).await?,
        rooms,
    })
}

/// What one library holds.
struct Held {
    queue: Vec<Waiting>,
    conflicts: Vec<(DocId, String)>,
    documents: usize,
    room: Option<Room>,
}

async fn held(library: &Store) -> Outcome<Held> {
    let rows = library.rows(SHOWN).await?;
    // Who may only read cannot settle anything.
    let conflicts = match spaces::refusal(library).await? {
        None => library.find(two_sided).await?,
        Some(_) => Vec::new(),
    };
    Ok(Held {
        queue: waiting(library, rows).await?,
        conflicts,
        documents: library.find(BTreeMap::len).await?,
        room: room(library).await?,
    })
}

/// How full a library is, with the limit that the server told last; `None` where none can be told.
async fn room(library: &Store) -> Outcome<Option<Room>> {
    let state = library.state().await?;
    let Some(limit) = places::limit(&state) else {
        return Ok(None);
    };
    let without = library.places(places::Places::documents).await?;
    let prompts = library
        .find(|rows| {
            let prompts = rows.values().filter(|row| row.kind == Kind::Prompt);
            places::filled(prompts.map(|row| row.id), &without, limit)
        })
        .await?;
    Ok(Some(Room {
        space: library.team(),
        owned: places::is_owned(&state),
        prompts,
        limit,
    }))
}

/// The operations of all libraries.
async fn counts() -> Outcome<Counts> {
    let mut sum = Counts::default();
    for library in spaces::all().await? {
        let counts = library.counts().await.map_err(Failure::from);
        let Some(counts) = spaces::excused(&library, counts)? else {
            continue;
        };
        sum.waiting = sum.waiting.saturating_add(counts.waiting);
        sum.rejected = sum.rejected.saturating_add(counts.rejected);
    }
    Ok(sum)
}

/// The documents with two sides, the oldest first.
fn two_sided(rows: &BTreeMap<DocId, IndexRow>) -> Vec<(DocId, String)> {
    let found = rows.values().filter(|row| row.conflict);
    found.map(|row| (row.id, row.title.clone())).collect()
}

async fn waiting(store: &Store, rows: Vec<OutboxRow>) -> Outcome<Vec<Waiting>> {
    let state = store.state().await?;
    let left = state.ended();
    let lost = match state.refusal() {
        None => None,
        Some(_) => Some(rescued(store, &rows).await?),
    };
    let titles = store
        .find(|found| {
            let title =
                |row: &OutboxRow| found.get(&row.op.doc_id).map(|entry| entry.title.clone());
            rows.iter().map(title).collect::<Vec<_>>()
        })
        .await?;
    let item = |(row, title): (OutboxRow, Option<String>)| {
        let set = row
            .op
            .set
            .get(&Field::Title)
            .and_then(|title| title.as_str());
        let title = set.map(str::to_owned).or(title).unwrap_or_default();
        let change = change(&row);
        let text = row.op.body.map(|edit| edit.text);
        let title = if title.is_empty() {
            text::propose_title(text.as_deref().unwrap_or_default())
        } else {
            title
        };
        let refused = match row.state {
            RowState::Waiting => None,
            RowState::Rejected(violation) => Some(violation),
        };
        let way = match &lost {
            None => Way::Back,
            Some(worth) if worth.contains(&row.op.doc_id) => Way::Own,
            Some(_) => Way::Nowhere,
        };
        Waiting {
            op_id: row.op.op_id,
            doc_id: row.op.doc_id,
            title,
            change,
            at: row.queued_at,
            attempts: row.attempts,
            held: row.held_until > 0,
            body: text.filter(|_| refused.is_some()),
            refused,
            left,
            way,
        }
    };
    Ok(rows.into_iter().zip(titles).map(item).collect())
}

/// The documents of refused rows that can be put into one's own library.
async fn rescued(store: &Store, rows: &[OutboxRow]) -> Outcome<BTreeSet<DocId>> {
    let refused = rows.iter().filter(|row| row.is_rejected());
    let ids: BTreeSet<DocId> = refused.map(|row| row.op.doc_id).collect();
    let mut worth = BTreeSet::new();
    for id in ids {
        let of_document = queue::rows_of(store, id).await?;
        let of_document: Vec<&OutboxRow> = of_document.iter().collect();
        if let Some(local) = store.document(id).await?
            && rescue::is_worth(&local, &of_document)
        {
            worth.insert(id);
        }
    }
    Ok(worth)
}

fn change(row: &OutboxRow) -> Change {
    let op = &row.op;
    let trashed = op
        .set
        .get(&Field::DeletedAt)
        .is_some_and(|at| !at.is_null());
    if trashed {
        Change::Trash
    } else if op.creates() {
        Change::Create
    } else if op.body.is_some() {
        Change::Text
    } else if !op.inc.is_empty() {
        Change::Use
    } else {
        Change::Details
    }
}

/// Searches the libraries of this browser, all together.
pub(super) async fn search(typed: &str, limit: usize) -> Outcome<Found> {
    let query = text::query(typed);
    let mut total = 0_usize;
    let mut hits: Vec<(Rank, Hit)> = Vec::new();
    for (library, team) in spaces::named().await? {
        let hit = |row: &IndexRow| Hit {
            doc_id: row.id,
            kind: row.kind,
            title: row.title.clone(),
            excerpt: row.excerpt.clone(),
            tags: row.tags.clone(),
            team: team.clone(),
            uses: row.uses,
            conflict: row.conflict,
            edited_at: row.edited_at,
        };
        let here = library.find(|rows| {
            let kept = |row: &&IndexRow| row.kind != Kind::Collection;
            total = total.saturating_add(rows.values().filter(kept).count());
            let found = ranking::search(rows.values().filter(kept), &query, limit);
            found
                .into_iter()
                .map(|(rank, row)| (rank, hit(row)))
                .collect::<Vec<_>>()
        });
        let here = here.await.map_err(Failure::from);
        hits.extend(spaces::excused(&library, here)?.into_iter().flatten());
    }
    hits.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    hits.truncate(limit);
    let hits = hits.into_iter().map(|(_, hit)| hit).collect();
    Ok(Found { hits, total })
}

/// What the form completes from: what is in the documents of a library, or of the one that was saved to `last`, and which libraries there are.
pub(super) async fn shelf(space: Option<SpaceId>, last: bool) -> Outcome<Shelf> {
    let space = if last { spaces::last().await? } else { space };
    let store = spaces::of(space).await?;
    let mut teams = Vec::new();
    for (library, name) in spaces::named().await? {
        let state = library.state().await.map_err(Failure::from);
        let Some(state) = spaces::excused(&library, state)? else {
            continue;
        };
        if let (Some(space), Some(name), false) = (library.team(), name, state.ended()) {
            let refusal = state.refusal().map(|violation| violation.message);
            teams.push(Library {
                space,
                name,
                refusal,
            });
        }
    }
    let shelf = store
        .find(|rows| {
            let mut collections: Vec<_> = rows
                .values()
                .filter(|row| row.kind == Kind::Collection)
                .map(|row| (row.id, row.title.clone()))
                .collect();
            collections.sort_by_key(|(_, title)| title.to_lowercase());
            Shelf {
                tags: known::tags(rows),
                values: known::values(rows),
                models: known::models(rows),
                collections,
                teams,
                space,
            }
        })
        .await?;
    // The form does not wait for it: what rows of an older version lack is there when it is asked for again.
    spaces::remake(store);
    Ok(shelf)
}

/// Brings the badge up to date.
pub(super) async fn show_badge() -> Outcome<()> {
    let mut seen = counts().await?;
    let connected = connect::link(&*store().await?).await?.is_some();
    loop {
        // Without a server nothing waits for anything.
        let waiting = if connected { seen.waiting } else { 0 };
        let badge = badge::badge(waiting, seen.rejected);
        let title = browser::message(badge.title, &[&badge.count.to_string()]);
        // A badge that cannot be drawn is no reason to fail what it is about.
        let _ = browser::set_badge(&badge.text, badge.colour, &title).await;
        // Whoever counted later may have drawn earlier.
        let now = counts().await?;
        if now == seen {
            return Ok(());
        }
        seen = now;
    }
}
