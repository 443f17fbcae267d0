//! What must be true at the end of a run, whatever happened in it. Not a second implementation: it knows what people did
//! and what they saw while they did it, and nothing of how sync works.

use crate::clients::{converged, left, rows_alone};
use crate::marks;
use crate::node::Node;
use crate::people::is_poison;
use crate::store::Store;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::{Counter, Document, Field};
use krowoc_shared::sync::client::{OutboxRow, RowState, view_of};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a person did to a document, as far as it can be recognised later. Values and lines are unique in a run.
#[derive(Clone, Debug)]
pub enum Act {
    /// Made it.
    Create,
    /// Set a field.
    Set { field: Field, value: Value },
    /// Added or removed a tag.
    Tag { tag: &'static str, present: bool },
    /// Set or took away a piece of metadata.
    Meta {
        name: &'static str,
        value: Option<String>,
    },
    /// Put it away or took it back.
    Archive { away: bool },
    /// Raised its count.
    Count { op: OpId, by: i64 },
    /// Moved it to the trash.
    Trash,
    /// Took it out of the trash.
    Restore,
    /// Wrote its text.
    Text {
        added: Vec<String>,
        removed: Vec<String>,
        text: String,
    },
    /// Settled a conflict without the other side: lines that only it had.
    Aside { lines: Vec<String> },
}

/// An act that was called saved.
pub struct Saved {
    /// Where.
    pub client: usize,
    /// What.
    pub act: Act,
    /// The value, lines and fields that were shown when it was done, on this document.
    shown: BTreeSet<String>,
    over: Value,
    stale: bool,
}

/// The memory of what people did.
#[derive(Default)]
pub struct Oracle {
    acts: BTreeMap<DocId, Vec<Saved>>,
    minted: u64,
    /// Documents whose content the purge job took: nothing is expected of them.
    pub purged: BTreeSet<DocId>,
    /// The server was restored from a backup.
    pub restored: bool,
    /// Somebody was let in who may not write, became such a member, or was taken out.
    pub lowered: bool,
    /// Somebody was taken out of the team.
    pub left: bool,
    /// Documents of which a refused edit was sent again, later than others that were made after it.
    pub retried: BTreeSet<DocId>,
    /// Documents that were made or edited here: no other may ever be here.
    here: BTreeSet<DocId>,
    /// A client's clock ran ahead of the server's by more than it believes.
    pub ahead: bool,
}

/// A broken invariant, in words.
pub type Broken = String;

macro_rules! ensure {
    ($ok:expr, $($why:tt)*) => { if !$ok { return Err(format!($($why)*)); } };
}
pub(crate) use ensure;

impl Oracle {
    /// A text that occurs nowhere else in this run.
    pub fn token(&mut self, name: &str) -> String {
        format!("{name} {}", self.number())
    }

    /// A number that occurs nowhere else in this run.
    pub fn number(&mut self) -> i64 {
        self.minted += 1;
        i64::try_from(self.minted).unwrap_or(i64::MAX)
    }

    /// A person was told "Saved". `shown`: the document as it was shown then; `stale`: the text was made from an older one.
    pub fn saved(
        &mut self,
        client: usize,
        id: DocId,
        acts: Vec<Act>,
        shown: Option<&Document>,
        stale: bool,
    ) {
        self.here.insert(id);
        let tokens = shown.map(tokens).unwrap_or_default();
        for act in acts {
            let over = match (&act, shown) {
                (Act::Set { field, .. }, Some(view)) => view.value(*field).clone(),
                _ => Value::Null,
            };
            let shown = tokens.clone();
            self.acts.entry(id).or_default().push(Saved {
                client,
                act,
                shown,
                over,
                stale,
            });
        }
    }

    /// What must hold between any two steps: the view is the server's state with the waiting edits on top.
    pub fn check_views(&self, node: &Node) -> Result<(), Broken> {
        let mut rows: BTreeMap<DocId, Vec<&OutboxRow>> = BTreeMap::new();
        for row in node.disk.rows().values() {
            rows.entry(row.op.doc_id).or_default().push(row);
        }
        for (id, local) in node.disk.locals() {
            ensure!(
                self.here.contains(id),
                "client {}: {id} is of another library",
                node.number
            );
            let rows = rows.remove(id).unwrap_or_default();
            ensure!(
                local.dirty != rows.is_empty(),
                "client {}: {id} is marked dirty: {}",
                node.number,
                local.dirty
            );
            let expected = view_of(local.shadow(), &rows);
            ensure!(
                expected.as_ref() == Some(&local.view),
                "client {}: what is shown of {id} is not shadow and outbox",
                node.number
            );
        }
        ensure!(
            rows.is_empty(),
            "client {}: edits of documents that are not here: {:?}",
            node.number,
            rows.keys()
        );
        Ok(())
    }

    /// What must hold when everything has come to rest.
    pub fn check_end(&self, store: &Store, nodes: &[(&Node, bool)]) -> Result<(), Broken> {
        let strange = store
            .rows
            .documents
            .keys()
            .find(|id| !self.here.contains(*id));
        ensure!(strange.is_none(), "{strange:?} came from another library");
        let alive: BTreeMap<DocId, &Document> = store
            .rows
            .documents
            .iter()
            .filter(|(_, document)| !document.purged)
            .map(|(id, document)| (*id, document))
            .collect();
        for (node, member) in nodes {
            self.check_views(node)?;
            if *member {
                self.check_outbox(node)?;
                converged(node, &alive)?;
            } else {
                left(node)?;
            }
        }
        let quarantined: Vec<&OutboxRow> = nodes
            .iter()
            .flat_map(|(node, _)| node.disk.rows().values())
            .collect();
        for (id, acts) in &self.acts {
            if self.purged.contains(id) {
                continue;
            }
            let rows: Vec<&OutboxRow> = quarantined
                .iter()
                .filter(|row| row.op.doc_id == *id)
                .copied()
                .collect();
            // What only those had who were taken out, and a restore forgot, nobody has any more.
            let forgotten = self.restored && self.left;
            let Some(document) = alive.get(id) else {
                let waits = self.lowered && rows.iter().any(|row| row.op.creates());
                ensure!(waits || forgotten, "{id} is gone");
                if !forgotten {
                    lines(&rows_alone(*id, &rows), acts, &rows, &BTreeSet::new())?;
                }
                continue;
            };
            if forgotten {
                store.check_published(document)?;
                continue;
            }
            lines(document, acts, &rows, &self.found(store, *id))?;
            store.check_published(document)?;
            counts(document, acts, store, &rows, self.restored)?;
            if rows.is_empty() {
                marks::check(document, acts)?;
                // A stamp from a clock that runs ahead says "now" when it arrives. Taken, forgotten by a restore and taken
                // again, its edit is newer than what was made of it in between: no server remembers the first arrival.
                if !(self.restored && self.ahead) {
                    fields(document, acts)?;
                    trash(document, acts)?;
                }
                if !self.retried.contains(id) {
                    single_writer(document, acts, self.restored)?;
                }
            }
        }
        Ok(())
    }

    /// What may be looked for in a document's history: sides of conflicts. After a restore it has what the backup had, and
    /// nothing more is asked of it.
    fn found<'a>(&'a self, store: &'a Store, id: DocId) -> BTreeSet<&'a str> {
        let mut found = store.sides(id);
        if self.restored {
            let acts = self.acts.get(&id).into_iter().flatten();
            found.extend(acts.flat_map(set_aside).map(String::as_str));
        }
        found
    }

    /// Only what is poisoned, what was purged under the edit, or what must wait for a person may be left.
    fn check_outbox(&self, node: &Node) -> Result<(), Broken> {
        for row in node.disk.rows().values() {
            let poison = node
                .disk
                .locals()
                .get(&row.op.doc_id)
                .is_some_and(|local| is_poison(&local.view));
            let purged = self.purged.contains(&row.op.doc_id);
            let allowed = match &row.state {
                RowState::Waiting => poison,
                RowState::Rejected(violation) => match violation.code {
                    ErrorCode::RoleTooLow => self.lowered,
                    // What makes the document was refused for the role.
                    ErrorCode::NotFound => purged || self.lowered,
                    ErrorCode::InvalidField => violation.message.contains("conflicts"),
                    _ => poison,
                },
            };
            ensure!(
                allowed,
                "client {}: left in the outbox: {row:?}",
                node.number
            );
        }
        Ok(())
    }
}

fn tokens(view: &Document) -> BTreeSet<String> {
    let values = view
        .fields
        .values()
        .filter_map(|register| register.value.as_str());
    let conflicts = view
        .conflicts
        .iter()
        .flat_map(|conflict| conflict.text.lines());
    values
        .chain(view.body.text.lines())
        .chain(conflicts)
        .map(str::to_owned)
        .collect()
}

/// Lines that a person set aside with the other side of a conflict.
fn set_aside(saved: &Saved) -> &[String] {
    match &saved.act {
        Act::Aside { lines } => lines,
        _ => &[],
    }
}

/// Each line that somebody wrote and nobody took out is in the text exactly once, or in a revision that waits for a person; or, when
/// somebody set it aside, in the history.
fn lines(
    document: &Document,
    acts: &[Saved],
    rows: &[&OutboxRow],
    found: &BTreeSet<&str>,
) -> Result<(), Broken> {
    let texts = acts.iter().filter_map(|saved| match &saved.act {
        Act::Text { added, removed, .. } => Some((added, removed)),
        _ => None,
    });
    let removed: BTreeSet<&String> = texts.clone().flat_map(|(_, removed)| removed).collect();
    let aside: BTreeSet<&String> = acts.iter().flat_map(set_aside).collect();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for line in document.body.text.lines() {
        *count.entry(line).or_default() += 1;
    }
    for line in texts.flat_map(|(added, _)| added) {
        let times = count.get(line.as_str()).copied().unwrap_or(0);
        ensure!(
            times <= 1,
            "{}: {line:?} is there {times} times",
            document.id
        );
        let has = |text: &str| text.lines().any(|other| other == line);
        let kept = document
            .conflicts
            .iter()
            .any(|conflict| has(&conflict.text))
            || rows
                .iter()
                .any(|row| row.op.body.as_ref().is_some_and(|edit| has(&edit.text)))
            || aside.contains(line) && found.contains(line.as_str());
        ensure!(
            times == 1 || kept || removed.contains(line),
            "{}: {line:?} is lost",
            document.id
        );
    }
    Ok(())
}

/// Counts are the sum of what was accepted; without a restore, of everything that was saved.
fn counts(
    document: &Document,
    acts: &[Saved],
    store: &Store,
    rows: &[&OutboxRow],
    restored: bool,
) -> Result<(), Broken> {
    let is = document.counter(Counter::Uses);
    let of_document = store
        .rows
        .increments
        .values()
        .filter(|(id, _)| *id == document.id);
    let accepted: i64 = of_document.map(|(_, by)| by).sum();
    ensure!(
        is == accepted,
        "{}: counts {is}, accepted were {accepted}",
        document.id
    );
    let saved: i64 = acts
        .iter()
        .filter_map(|saved| match &saved.act {
            // One that was taken, without an answer before the end, is kept as refused as well.
            Act::Count { op, by }
                if rows.iter().all(|row| row.op.op_id != *op)
                    || store.rows.increments.contains_key(op) =>
            {
                Some(*by)
            }
            _ => None,
        })
        .sum();
    ensure!(
        restored || is == saved,
        "{}: counts {is}, saved were {saved}",
        document.id
    );
    Ok(())
}

/// A field holds a value that somebody gave it and that nobody who saw it replaced.
fn fields(document: &Document, acts: &[Saved]) -> Result<(), Broken> {
    for field in [Field::Title, Field::Note, Field::Description] {
        let sets = acts.iter().filter_map(|saved| match &saved.act {
            Act::Set {
                field: other,
                value,
            } if *other == field => Some((value, &saved.over)),
            _ => None,
        });
        let value = document.value(field);
        let given = value.is_null() || sets.clone().any(|(given, _)| given == value);
        ensure!(
            given,
            "{}: nobody gave {field:?} the value {value}",
            document.id
        );
        let replaced = sets
            .clone()
            .any(|(given, over)| over == value && given != value);
        ensure!(
            !replaced,
            "{}: {field:?} is {value}, which somebody saw and replaced",
            document.id
        );
    }
    Ok(())
}

/// A document is in the trash when somebody who had seen every edit of it put it there last.
fn trash(document: &Document, acts: &[Saved]) -> Result<(), Broken> {
    if document.deleted_at().is_some() {
        return Ok(());
    }
    for (number, deletion) in acts.iter().enumerate() {
        if !matches!(deletion.act, Act::Trash) {
            continue;
        }
        let seen = acts.iter().enumerate().all(|(other, saved)| {
            let same = saved.client == deletion.client;
            let own = same && other <= number;
            own || match &saved.act {
                Act::Count { .. } | Act::Archive { .. } | Act::Trash | Act::Aside { .. } => true,
                Act::Set { value, .. } => {
                    !same
                        && value
                            .as_str()
                            .is_some_and(|value| deletion.shown.contains(value))
                }
                // A line that was there before, and is put back by a resolution, says nothing.
                Act::Text { added, .. } => {
                    let fresh =
                        |line: &&String| !acts.iter().take(other).any(|saved| adds(saved, line));
                    !same
                        && added
                            .iter()
                            .filter(fresh)
                            .any(|line| deletion.shown.contains(line))
                }
                Act::Create => !same && !deletion.shown.is_empty(),
                Act::Tag { .. } | Act::Meta { .. } | Act::Restore => false,
            }
        });
        ensure!(!seen, "{}: came back from the trash by itself", document.id);
    }
    Ok(())
}

fn adds(saved: &Saved, line: &String) -> bool {
    matches!(&saved.act, Act::Text { added, .. } if added.contains(line))
}

/// A text that only one person ever wrote, always from what was shown, is as that person left it.
fn single_writer(document: &Document, acts: &[Saved], restored: bool) -> Result<(), Broken> {
    let texts = || {
        acts.iter()
            .filter(|saved| matches!(saved.act, Act::Text { .. }))
    };
    let clients: BTreeSet<usize> = texts().map(|saved| saved.client).collect();
    if clients.len() != 1 || texts().any(|saved| saved.stale) {
        return Ok(());
    }
    let Some(Act::Text { text, .. }) = texts().next_back().map(|saved| &saved.act) else {
        return Ok(());
    };
    let conflicts = &document.conflicts;
    let is = &document.body.text;
    if restored {
        // What was forgotten may come back beside what is left of it: each line is there, not more is promised.
        let kept = |line: &str| {
            let texts = conflicts.iter().map(|conflict| &conflict.text);
            texts
                .chain([is])
                .any(|text| text.lines().any(|other| other == line))
                || acts.iter().flat_map(set_aside).any(|aside| aside == line)
        };
        let lost: Vec<&str> = text.lines().filter(|line| !kept(line)).collect();
        ensure!(
            lost.is_empty(),
            "{}: {lost:?} of its only writer are lost",
            document.id
        );
        return Ok(());
    }
    let as_left = is == text && conflicts.is_empty();
    ensure!(
        as_left,
        "{}: its only writer left {text:?}, it is {is:?} with {conflicts:?}",
        document.id
    );
    Ok(())
}
