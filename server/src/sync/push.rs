//! The one way to write documents: a list of operations in one transaction, from a device or the dashboard alike. Not their rules.
//!
//! The space's row is taken first, so that writers of one space are in order and a sequence number is seen only when all before it are.

use super::ahead::Ahead;
use super::told::{self, Deeds};
use crate::store::derived::Derived;
use crate::store::library::{LIBRARY, Stored, find, shelf};
use crate::store::results::{self, Kept};
use crate::store::sync::{self, Stand};
use crate::store::writing::{Writing, save};
use crate::store::{Event, Tx, members, versions};
use crate::web::{Fault, Reply};
use krowoc_shared::access::{Action, Role};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::hlc::{Clock, Hlc};
use krowoc_shared::ids::{DeviceId, DocId, Millis, OpId, SpaceId, UserId};
use krowoc_shared::library::document::{Document, Kind};
use krowoc_shared::library::lifecycle::Snapshot;
use krowoc_shared::library::quota::{Tier, full};
use krowoc_shared::sync::past::{Past, PastRow};
use krowoc_shared::sync::publishing::Publication;
use krowoc_shared::sync::server::{Context, Decision, decide, made_at, needs_base};
use krowoc_shared::sync::wire::{Hint, Op, OpResult, Outcome};
use std::borrow::Cow;
use std::collections::HashMap;

pub use super::told::Way;

/// Operations to apply, in the order they were made.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The space; whoever calls has checked that the caller may write to it.
    pub space: SpaceId,
    /// The epoch the sender knows; `None` for the dashboard, which keeps no state.
    pub epoch: Option<String>,
    /// The sender; `None` for the dashboard.
    pub device: Option<DeviceId>,
    /// The account of the sender: the author of what it writes.
    pub author: Option<UserId>,
    /// In a team: whose role counts for each operation, as it is when the space is taken. `None` in a personal space.
    pub member: Option<UserId>,
    /// Of the request, for the audit log of a team.
    pub correlation_id: String,
    /// The server's wall clock.
    pub now: Millis,
    /// Stamps are given here, later than all in the document: what a person sees on the dashboard is what they edit.
    pub restamp: bool,
    /// The tier of an account that was given none.
    pub tier: Tier,
    /// A document that exists is left alone.
    pub create_only: bool,
    /// In a team: as what its audit log tells of it.
    pub way: Way,
    /// The operations.
    pub ops: Vec<Op>,
}

/// The pasts that an import brings, by the operation that makes the document.
pub type Pasts = HashMap<OpId, Past>;

/// What became of a batch.
pub struct Applied {
    /// One result an operation, in order.
    pub results: Vec<OpResult>,
    /// Where the space stands after it.
    pub stand: Stand,
    documents: HashMap<DocId, Slot>,
    /// New texts, not yet written.
    texts: Vec<versions::Kept>,
    /// Stored drafts that another text follows.
    drafts: Vec<versions::Draft>,
    /// Prompts that the batch has added to the library so far; the space's own count follows at its end.
    added: i64,
    /// The tier of the space, once it was asked for.
    tier: Option<Tier>,
    /// Stored texts that are published.
    published: Vec<(DocId, Publication)>,
    /// What the team's audit log is told.
    deeds: Deeds,
}

/// A document of the batch: its row before, and what it is now.
struct Slot {
    before: Option<Stored>,
    now: Option<Document>,
    versions: u64,
    hlc: Hlc,
}

impl Slot {
    fn of(before: Option<Stored>) -> Self {
        Self {
            versions: before.as_ref().map_or(0, |stored| stored.versions),
            before,
            now: None,
            hlc: Hlc::default(),
        }
    }

    fn current(&self) -> Option<&Document> {
        let before = self.before.as_ref().map(|stored| &stored.document);
        self.now.as_ref().or(before)
    }
}

/// What is left of a batch when its results were taken: dropped where nobody waits for it.
pub struct Leftovers {
    _documents: HashMap<DocId, Slot>,
}

impl Applied {
    /// The results, and the rest.
    #[must_use]
    pub fn into_results(self) -> (Vec<OpResult>, Leftovers) {
        let left = Leftovers {
            _documents: self.documents,
        };
        (self.results, left)
    }
}

/// Applies a batch. Runs inside a write transaction; the hint leaves after its commit.
///
/// # Errors
/// [`ErrorCode::NotFound`] for a space that is not there or whose member the sender is no more, [`ErrorCode::EpochMismatch`], or the
/// store's.
pub fn apply(tx: &mut Tx<'_>, batch: &Batch) -> Reply<Applied> {
    apply_prepared(tx, batch, &Ahead::default())
}

/// As [`apply`], with what was worked out before the transaction.
///
/// # Errors
/// As [`apply`].
pub fn apply_prepared(tx: &mut Tx<'_>, batch: &Batch, ahead: &Ahead) -> Reply<Applied> {
    apply_with_pasts(tx, batch, ahead, &Pasts::new())
}

/// As [`apply_prepared`], with the pasts of documents that are made.
///
/// # Errors
/// As [`apply`].
pub fn apply_with_pasts(
    tx: &mut Tx<'_>,
    batch: &Batch,
    ahead: &Ahead,
    pasts: &Pasts,
) -> Reply<Applied> {
    let stand = sync::take(tx, batch.space)?;
    if batch
        .epoch
        .as_ref()
        .is_some_and(|epoch| *epoch != stand.epoch)
    {
        return Err(ErrorCode::EpochMismatch.into());
    }
    let role = match batch.member {
        Some(user) => members::role(tx, batch.space, user)?.ok_or(ErrorCode::NotFound)?,
        None => Role::Owner,
    };
    let op_ids: Vec<OpId> = batch.ops.iter().map(|op| op.op_id).collect();
    let mut known = results::find(tx, batch.space, &op_ids)?;
    let mut doc_ids: Vec<DocId> = batch.ops.iter().map(|op| op.doc_id).collect();
    doc_ids.sort_unstable();
    doc_ids.dedup();
    let mut stored = find(tx, batch.space, &doc_ids)?;
    let documents = doc_ids.iter().map(|id| (*id, Slot::of(stored.remove(id))));
    let mut applied = Applied {
        results: Vec::with_capacity(batch.ops.len()),
        stand,
        documents: documents.collect(),
        texts: Vec::new(),
        drafts: Vec::new(),
        added: 0,
        tier: None,
        published: Vec::new(),
        deeds: Deeds::default(),
    };
    let mut taken = Vec::new();
    for op in &batch.ops {
        let result = match known.get(&op.op_id) {
            Some(result) => result.clone().into_duplicate(),
            None => {
                let past = pasts.get(&op.op_id);
                let result = match refused(role, op, past) {
                    Some(refused) => refused,
                    None => one(tx, batch, (op, past), &mut applied)?,
                };
                if result.outcome != Outcome::Rejected {
                    known.insert(op.op_id, result.clone());
                    taken.push(Kept {
                        result: result.clone(),
                        at: made_at(op).max(batch.now),
                    });
                }
                result
            }
        };
        applied.results.push(result);
    }
    write(tx, batch, &mut applied, &taken, ahead)?;
    Ok(applied)
}

/// What an operation does, as the table of rights has it.
#[must_use]
pub fn action(op: &Op) -> Action {
    match op.act {
        Some(_) => Action::PublishPrompts,
        None => Action::WriteDocuments,
    }
}

/// The refusal of an operation that the sender's role does not allow. It is not kept: with another role the same operation is taken.
fn refused(role: Role, op: &Op, past: Option<&Past>) -> Option<OpResult> {
    let action = match past.is_some_and(Past::publishes) {
        true => Action::PublishPrompts,
        false => action(op),
    };
    let code = ErrorCode::RoleTooLow;
    (!role.may(action)).then(|| OpResult::rejected(op, code, "", &action.refusal(role)))
}

/// Decides one operation and keeps its new text, and the past that it comes with.
fn one(
    tx: &mut Tx<'_>,
    batch: &Batch,
    (op, past): (&Op, Option<&Past>),
    applied: &mut Applied,
) -> Reply<OpResult> {
    let Some(slot) = applied.documents.get_mut(&op.doc_id) else {
        return Err(ErrorCode::Internal.into());
    };
    let current = slot.current();
    if batch.create_only && current.is_some() {
        let code = ErrorCode::AlreadyExists;
        let detail = "a document with this id exists; it was left as it is";
        return Ok(OpResult::rejected(op, code, "/id", detail));
    }
    let stamped = stamped(batch, op, current, past);
    let op = stamped.as_ref().unwrap_or(op);
    let base = base_of(tx, batch, &applied.texts, op, current)?;
    let context = Context {
        now: batch.now,
        next_rev: applied.stand.seq.saturating_add(1),
        device: batch.device,
    };
    let mut decision = decide(op, current, base.as_deref(), &context);
    let rows = place(op, past, &mut decision, &context);
    if let Some(change) = &decision.change {
        let more = counts(&change.document).saturating_sub(current.map_or(0, counts));
        let prompts = applied.stand.tally.prompts.saturating_add(applied.added);
        if more > 0
            && let Some(most) = no_room(tx, batch, &applied.stand, &mut applied.tier, prompts)?
        {
            let code = ErrorCode::QuotaReached;
            return Ok(OpResult::rejected(op, code, "/kind", &full(most)));
        }
        applied.added = applied.added.saturating_add(more);
    }
    if let Some(change) = decision.change {
        applied.deeds.note(batch, op, current, &change);
        if let Some(before) = current
            && change.version.as_ref().is_some_and(|it| !it.aside)
        {
            applied.drafts.extend(settle(&mut applied.texts, before));
        }
        for row in rows {
            slot.versions = row.number;
            applied.texts.push(versions::Kept::of(op.doc_id, row));
        }
        if let Some(version) = change.version {
            slot.versions = slot.versions.saturating_add(1);
            let row = PastRow::of_now(version, slot.versions, &change.document);
            applied.texts.push(versions::Kept::of(op.doc_id, row));
        }
        if let Some(publication) = change.published {
            let stored = publish(&mut applied.texts, op.doc_id, publication);
            applied.published.extend(stored);
        }
        applied.stand.seq = context.next_rev.max(change.document.rev);
        slot.hlc = slot.hlc.max(decision.result.hlc);
        slot.now = Some(change.document);
    }
    Ok(decision.result)
}

/// The text of the past that a decision needs.
fn base_of(
    tx: &mut Tx<'_>,
    batch: &Batch,
    texts: &[versions::Kept],
    op: &Op,
    current: Option<&Document>,
) -> Reply<Option<String>> {
    let Some(rev) = needs_base(op, current) else {
        return Ok(None);
    };
    match pending(texts, op.doc_id, rev) {
        Some(text) => Ok(Some(text.to_owned())),
        None => Ok(versions::text_at(tx, batch.space, op.doc_id, rev)?),
    }
}

/// Gives the draft that another text follows what its document held at last, so that all of it can be brought back. One that is stored
/// comes back, when anything changed since its text was written.
fn settle(texts: &mut [versions::Kept], before: &Document) -> Option<versions::Draft> {
    let this = |kept: &&mut versions::Kept| {
        kept.doc == before.id && kept.row.version.rev == before.body.rev
    };
    let Some(kept) = texts.iter_mut().find(this) else {
        return (before.rev > before.body.rev).then(|| versions::Draft::of(before));
    };
    if kept.row.published.is_none() && !kept.row.version.aside {
        before.title().clone_into(&mut kept.row.version.title);
        kept.row.snapshot = Some(Snapshot::of(before));
    }
    None
}

/// The limit of the space, when there is no room beside so many prompts. `tier` is asked for once.
fn no_room(
    tx: &mut Tx<'_>,
    batch: &Batch,
    stand: &Stand,
    tier: &mut Option<Tier>,
    prompts: i64,
) -> Reply<Option<u64>> {
    let tier = match tier {
        Some(tier) => *tier,
        None => *tier.insert(tier_of(tx, batch, stand)?),
    };
    Ok(tier.refuses(u64::try_from(prompts).unwrap_or(0), true))
}

/// The tier of the space. Of a team it cannot change before the end of the transaction but by an owner's own: the space is taken.
fn tier_of(tx: &mut Tx<'_>, batch: &Batch, stand: &Stand) -> Reply<Tier> {
    Ok(sync::tier(tx, stand, batch.member.is_some(), batch.tier)?)
}

/// The operation with the stamp that it gets here: that of its past, else one later than all in the document.
pub(super) fn stamped(
    batch: &Batch,
    op: &Op,
    current: Option<&Document>,
    past: Option<&Past>,
) -> Option<Op> {
    let of_past = past.and_then(|past| past.stamp(batch.now));
    match of_past.filter(|_| current.is_none()) {
        Some(hlc) => Some(Op { hlc, ..op.clone() }),
        None => batch.restamp.then(|| restamp(op, current, batch.now)),
    }
}

/// Puts a past into what making its document came to; gives the versions to keep.
pub(super) fn place(
    op: &Op,
    past: Option<&Past>,
    decision: &mut Decision,
    context: &Context,
) -> Vec<PastRow> {
    let (Some(past), Some(change)) = (past, &mut decision.change) else {
        return Vec::new();
    };
    let rows = past.place(op, change, context);
    decision.result.rev = change.document.rev;
    decision.result.body_rev = change.document.body.rev;
    rows
}

/// Marks a text of this batch as published; gives the publication back when its text is stored already.
fn publish(
    texts: &mut [versions::Kept],
    doc: DocId,
    publication: Publication,
) -> Option<(DocId, Publication)> {
    let this =
        |kept: &&mut versions::Kept| kept.doc == doc && kept.row.version.rev == publication.rev;
    let Some(kept) = texts.iter_mut().find(this) else {
        return Some((doc, publication));
    };
    kept.row.version.title.clone_from(&publication.title);
    kept.row.published = Some(publication);
    None
}

/// 1 for a prompt in the library: it counts. What lies in the trash does not.
fn counts(document: &Document) -> i64 {
    i64::from(document.kind == Kind::Prompt && shelf(document) == LIBRARY)
}

/// The newest text of this batch at or before a revision: newer than all that are stored.
fn pending(texts: &[versions::Kept], doc: DocId, rev: u64) -> Option<&str> {
    let had = |kept: &&versions::Kept| {
        let version = &kept.row.version;
        kept.doc == doc && version.rev <= rev && !version.aside
    };
    let newest = texts.iter().rev().find(had);
    newest.map(|kept| kept.row.version.text.as_str())
}

/// The operation with the server's own stamp, later than all in the document.
fn restamp(op: &Op, current: Option<&Document>, now: Millis) -> Op {
    let mut clock = Clock::new(0);
    if let Some(document) = current {
        clock.observe(document.edited());
    }
    Op {
        hlc: clock.tick(now),
        ..op.clone()
    }
}

fn write(
    tx: &mut Tx<'_>,
    batch: &Batch,
    applied: &mut Applied,
    taken: &[Kept],
    ahead: &Ahead,
) -> Reply<()> {
    let texts = std::mem::take(&mut applied.texts);
    versions::add(tx, batch.space, batch.author, texts)?;
    for (doc, publication) in &applied.published {
        versions::publish(tx, batch.space, *doc, publication)?;
    }
    for draft in &applied.drafts {
        versions::settle(tx, batch.space, draft)?;
    }
    told::write(tx, batch, std::mem::take(&mut applied.deeds))?;
    results::keep(tx, batch.space, taken)?;
    let mut rows = Vec::new();
    for slot in applied.documents.values() {
        let Some(document) = &slot.now else { continue };
        let derived = match ahead.of(document) {
            Some(derived) => derived,
            None => Cow::Owned(Derived::of(document)?),
        };
        rows.push(Writing {
            space: batch.space,
            document,
            derived,
            before: slot.before.as_ref(),
            versions: slot.versions,
            hlc: slot.hlc,
        });
        let old = slot.before.as_ref().map(|stored| &stored.document);
        applied.stand.replace(old, document);
    }
    if rows.is_empty() {
        return Ok(());
    }
    // In the order of their revisions, so that the indexes grow at their ends.
    rows.sort_unstable_by_key(|row| row.document.rev);
    save(tx, &rows)?;
    sync::put(tx, &applied.stand)?;
    tx.after_commit(Event::Hint(Hint {
        space: batch.space,
        seq: applied.stand.seq,
    }));
    Ok(())
}

impl Applied {
    /// The result of a batch of one operation with the document after it; a refusal becomes a fault.
    ///
    /// # Errors
    /// The refusal's code and field.
    pub fn single(self) -> Reply<(OpResult, Document)> {
        let result = self.results.first().cloned().ok_or(ErrorCode::Internal)?;
        if let Some(violation) = result.violation {
            return Err(Fault::from(violation));
        }
        let mut documents = self.documents.into_values();
        let document = documents
            .next()
            .and_then(|slot| slot.now.or(slot.before.map(|stored| stored.document)));
        document
            .map(|document| (result, document))
            .ok_or_else(|| ErrorCode::NotFound.into())
    }
}
