//! What the audit log of a team is told of a batch: one line a deed, and one with a count where it was done to many. Not the log itself,
//! and not the edits of texts: those stand in the history of each document.

use super::push::Batch;
use crate::store::library::{TRASH, shelf};
use crate::store::team_events::{self, NewEvent};
use crate::store::{StoreError, Tx, publications};
use krowoc_shared::access::wire::Deed;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Document, Field};
use krowoc_shared::sync::server::Change;
use krowoc_shared::sync::wire::Op;

/// As what operations are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Each as what it does: those of a device, and those of a route for one document.
    Each,
    /// The same edit for many: told besides what it does.
    Bulk,
    /// Documents that are imported, with their past.
    Import,
}

/// Something that was done, and with which documents.
#[derive(Debug)]
struct Line {
    deed: Deed,
    /// Each once, however often it was done.
    documents: Vec<DocId>,
    /// The title of the first.
    title: String,
}

/// What a batch has done so far. In a personal space it stays empty.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    lines: Vec<Line>,
    published: Vec<(DocId, String)>,
}

impl Deeds {
    /// Notes what an operation did; `before` is the document as the operation found it.
    pub(super) fn note(
        &mut self,
        batch: &Batch,
        op: &Op,
        before: Option<&Document>,
        change: &Change,
    ) {
        if batch.member.is_none() {
            return;
        }
        let title = change.document.title();
        if change.published.is_some() {
            self.published.push((op.doc_id, title.to_owned()));
        }
        let before = before.filter(|it| !it.purged);
        for deed in done(batch.way, op, before, &change.document) {
            self.add(deed, op.doc_id, title);
        }
    }

    fn add(&mut self, deed: Deed, document: DocId, title: &str) {
        match self.lines.iter_mut().find(|line| line.deed == deed) {
            Some(line) if line.documents.contains(&document) => (),
            Some(line) => line.documents.push(document),
            None => self.lines.push(Line {
                deed,
                documents: vec![document],
                title: title.to_owned(),
            }),
        }
    }
}

/// What an operation did besides publishing: told by what the document was and is, whatever the operation says.
fn done(
    way: Way,
    op: &Op,
    before: Option<&Document>,
    after: &Document,
) -> impl Iterator<Item = Deed> {
    let each = matches!(way, Way::Each | Way::Bulk);
    let (trashed, archived) = (
        |it: &Document| shelf(it) == TRASH,
        |it: &Document| it.lifecycle.is_archived(),
    );
    let trash = (before.is_some_and(trashed), trashed(after));
    let archive = (before.is_some_and(archived), archived(after));
    let deeds = [
        (Deed::Archived, each && archive == (false, true)),
        (Deed::Unarchived, each && archive == (true, false)),
        (Deed::Trashed, each && trash == (false, true)),
        (Deed::Restored, each && trash == (true, false)),
        (Deed::BulkEdited, way == Way::Bulk && edits(op)),
        (Deed::Imported, way == Way::Import && before.is_none()),
    ];
    deeds
        .into_iter()
        .filter_map(|(deed, done)| done.then_some(deed))
}

/// True when it edits more than where a document lies.
fn edits(op: &Op) -> bool {
    let fields = op.set.keys().any(|field| *field != Field::DeletedAt);
    fields || !op.tags.is_empty() || !op.meta.is_empty()
}

/// Writes the lines. A version of a prompt which is public, or will be once it is out of the archive and the trash, has a line of its own
/// under the public name: everybody reads it from now on. The space is taken already, so that lines are numbered in order.
///
/// # Errors
/// The database's.
pub(super) fn write(tx: &mut Tx<'_>, batch: &Batch, mut deeds: Deeds) -> Result<(), StoreError> {
    let Some(member) = batch.member else {
        return Ok(());
    };
    let line = |deed| NewEvent {
        team: batch.space,
        at: batch.now,
        deed,
        by: Some(member),
        on: None,
        email: None,
        role: None,
        role_before: None,
        name: None,
        documents: None,
        correlation_id: batch.correlation_id.clone(),
    };
    for (document, title) in std::mem::take(&mut deeds.published) {
        let public = publications::of_document(tx, batch.space, document)?;
        if let Some(public) = public.filter(|it| it.withdrawn_at.is_none()) {
            let event = NewEvent {
                name: Some(public.slug),
                ..line(Deed::Republished)
            };
            team_events::add(tx, &event)?;
        } else {
            deeds.add(Deed::Published, document, &title);
        }
    }
    for it in deeds.lines {
        let count = it.documents.len();
        let one = count == 1 && !it.title.is_empty();
        let event = NewEvent {
            name: one.then_some(it.title),
            documents: u64::try_from(count).ok().filter(|count| *count > 1),
            ..line(it.deed)
        };
        team_events::add(tx, &event)?;
    }
    Ok(())
}
