//! The server's decision on one operation: what it becomes and what is to be stored. Not the storing: the caller holds
//! the transaction, has taken the space's next sequence number, and has looked for the operation's stored result.

use super::merge::{apply_counters, apply_registers};
use super::publishing::{self, Publication};
use super::text::{self, Merge};
use super::wire::{Op, OpResult, Outcome, PastEpoch};
use crate::error::{ErrorCode, Violation};
use crate::hlc::Hlc;
use crate::ids::{DeviceId, Millis};
use crate::library::document::{Body, Conflict, Document, Field};
use crate::library::lifecycle;
use crate::library::{limits, validate};
use std::collections::BTreeMap;

/// Most unresolved conflicts a document may carry: an edit that would add one more is refused until some are resolved.
pub const MAX_CONFLICTS: usize = 20;
/// Most tags a document may remember, removed ones included.
pub const MAX_TAG_MARKS: usize = 1_024;
/// Most that one operation may raise a count by.
pub const MAX_INCREMENT: i64 = 1_000_000;

/// Days for which an operation that was taken is known again. What it came to is kept for a month longer; an operation that is not
/// known and is older is refused, because nobody could tell any more whether it was taken.
pub const REPEAT_DAYS: i64 = 400;
/// Days for which the server keeps what operations came to: more than [`REPEAT_DAYS`], so that a clock which is set back a
/// little does no harm.
pub const RESULT_DAYS: i64 = 430;
const DAY: Millis = 86_400_000;

/// What a decision needs to know besides the operation and the document.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The server's wall clock, in milliseconds.
    pub now: Millis,
    /// The space's next sequence number, taken in this transaction; used up only when a change comes back.
    pub next_rev: u64,
    /// The device that sent it; `None` for the dashboard.
    pub device: Option<DeviceId>,
}

/// A text to be kept in the history of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// The revision that made it.
    pub rev: u64,
    /// The text.
    pub text: String,
    /// The title then.
    pub title: String,
    /// When.
    pub hlc: Hlc,
    /// From which device.
    pub device: Option<DeviceId>,
    /// The other side of a conflict: never the document's text, and no base of a merge.
    pub aside: bool,
}

/// The text that a document had at a revision: of its history, oldest first, the newest at or before it. Sides of conflicts are skipped.
#[must_use]
pub fn text_at(history: &[VersionRow], rev: u64) -> Option<&str> {
    let had = |version: &&VersionRow| !version.aside && version.rev <= rev;
    let newest = history.iter().rfind(had);
    newest.map(|version| version.text.as_str())
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The document after it, at `Context::next_rev`.
    pub document: Document,
    /// Its new text, when the text changed; or the side of a conflict that was kept beside it.
    pub version: Option<VersionRow>,
    /// The version that was published: this change's own, or one that is stored already.
    pub published: Option<Publication>,
}

/// What an operation comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What the sender is told. Store it under the operation's id, in the same transaction, unless it is a refusal.
    pub result: OpResult,
    /// What to write; `None` when it was refused or changes nothing.
    pub change: Option<Change>,
}

/// The revision whose text a decision needs: `Some(rev)` when the caller must load the newest version of the document
/// at or before `rev` that is not aside and pass its text as `base_text`.
#[must_use]
pub fn needs_base(op: &Op, current: Option<&Document>) -> Option<u64> {
    let edit = op.body.as_ref()?;
    let current = current.filter(|document| !document.purged)?;
    let older = edit.base_rev != 0 && edit.base_rev < current.body.rev;
    (older && edit.text != current.body.text).then_some(edit.base_rev)
}

/// Decides one operation. `current` is the document as stored, `None` when there is none;
/// `base_text` the text asked for by [`needs_base`], `None` when no version is that old.
#[must_use]
pub fn decide(
    op: &Op,
    current: Option<&Document>,
    base_text: Option<&str>,
    context: &Context,
) -> Decision {
    match accept(op, current, base_text, context) {
        Ok(decision) => decision,
        Err(violation) => Decision {
            result: OpResult {
                violation: Some(violation.clone()),
                ..OpResult::rejected(op, violation.code, &violation.field, &violation.message)
            },
            change: None,
        },
    }
}

fn refuse<T>(code: ErrorCode, field: &str, message: &str) -> Result<T, Violation> {
    Err(Violation {
        code,
        field: field.to_owned(),
        message: message.to_owned(),
    })
}

/// Checks what can be checked without the document: every value of an operation.
pub fn validate(op: &Op) -> Result<(), Violation> {
    for (field, value) in &op.set {
        validate::field(*field, value)?;
    }
    for tag in op.tags.add.iter().chain(&op.tags.remove) {
        validate::tag(tag)?;
    }
    for (name, value) in &op.meta {
        validate::meta(name, value)?;
    }
    if op.tags.add.len() > limits::TAGS || op.tags.remove.len() > MAX_TAG_MARKS {
        return refuse(
            ErrorCode::InvalidField,
            "/tags",
            "too many tags in one edit",
        );
    }
    for by in op.inc.values() {
        if !(1..=MAX_INCREMENT).contains(by) {
            return refuse(
                ErrorCode::InvalidField,
                "/inc",
                "expected a count of 1 to 1000000",
            );
        }
    }
    if op.resolves.len() > MAX_CONFLICTS {
        return refuse(ErrorCode::InvalidField, "/resolves", "at most 20 conflicts");
    }
    publishing::validate(op)?;
    op.body
        .as_ref()
        .map_or(Ok(()), |edit| validate::body(op.kind, &edit.text))
}

/// When an operation was made, by whichever of its times is later: a device whose clock stands still in the past takes over the
/// server's time in its stamps.
#[must_use]
pub fn made_at(op: &Op) -> Millis {
    op.op_id.minted_at().max(op.hlc.at)
}

fn check_age(op: &Op, now: Millis) -> Result<(), Violation> {
    if made_at(op) >= now.saturating_sub(REPEAT_DAYS.saturating_mul(DAY)) {
        return Ok(());
    }
    refuse(ErrorCode::TooOld, "/op_id", ErrorCode::TooOld.title())
}

fn accept(
    op: &Op,
    current: Option<&Document>,
    base_text: Option<&str>,
    context: &Context,
) -> Result<Decision, Violation> {
    validate(op)?;
    check_age(op, context.now)?;
    let mut document = subject(op, current, context)?;
    let is_new = document.rev == 0;
    let hlc = stamp(op, &document, context.now);
    let mut changed = apply_registers(&mut document, op, hlc) | is_new;
    changed |= apply_counters(&mut document.counters, op);
    check_marks(op, &document)?;
    let (outcome, text) = place_body(op, &document, base_text)?;
    let (text, aside) = match (outcome, text) {
        (Outcome::ConflictCopy, _) => {
            (keep_conflict(&mut document, op, hlc, context.device)?, true)
        }
        (_, text) => (text, false),
    };
    let edited = |document: &Document| {
        let published = document.lifecycle.published.is_some();
        published && current.is_some_and(|before| lifecycle::differs(before, document))
    };
    document.lifecycle.edited |= edited(&document);
    let published = publishing::publish(op, &mut document, hlc, context)?;
    let text = match &published {
        // The version of this text is published, and stays as it is: what was edited beside the text makes another one.
        Some(published) if published.rev == context.next_rev => Some(document.body.text.clone()),
        _ => text,
    };
    let version = text.map(|text| VersionRow {
        rev: context.next_rev,
        text,
        title: document.title().to_owned(),
        hlc,
        device: context.device,
        aside,
    });
    if let Some(version) = version.as_ref().filter(|version| !version.aside) {
        document.body = Body {
            text: version.text.clone(),
            rev: version.rev,
        };
    }
    document.lifecycle.edited |= published.is_none() && edited(&document);
    changed |= version.is_some() | published.is_some();
    if changed {
        document.rev = context.next_rev;
    }
    let result = OpResult {
        op_id: op.op_id,
        outcome,
        rev: document.rev,
        body_rev: document.body.rev,
        hlc,
        violation: None,
        first: None,
    };
    let change = changed.then_some(Change {
        document,
        version,
        published,
    });
    Ok(Decision { result, change })
}

/// The document an operation acts on: the stored one, or a new one when the operation makes it.
fn subject(op: &Op, current: Option<&Document>, context: &Context) -> Result<Document, Violation> {
    let Some(current) = current else {
        if op.creates() {
            return Ok(Document::new(op.doc_id, op.kind));
        }
        return refuse(
            ErrorCode::NotFound,
            "/doc_id",
            "the document was deleted for good; save it as a new one",
        );
    };
    if current.kind != op.kind {
        return refuse(
            ErrorCode::KindMismatch,
            "/kind",
            ErrorCode::KindMismatch.title(),
        );
    }
    if !current.purged {
        return Ok(current.clone());
    }
    let deletion = current
        .fields
        .get(&Field::DeletedAt)
        .map(|register| register.hlc);
    if op.creates() && Some(op.hlc.clamped(context.now)) > deletion {
        return Ok(Document::new(op.doc_id, op.kind));
    }
    refuse(
        ErrorCode::NotFound,
        "/doc_id",
        "the document was deleted for good; save it as a new one",
    )
}

/// The stamp as it is stored. A stamp that had to be clamped says only "now", so it takes its place by arrival:
/// after every stamp of the document in that same millisecond.
fn stamp(op: &Op, document: &Document, now: Millis) -> Hlc {
    let clamped = op.hlc.clamped(now);
    let last = document.edited();
    if clamped == op.hlc || last.at < clamped.at {
        return clamped;
    }
    // The document's own stamps are clamped as well, so `last.at` passes the limit only when the server's clock went back.
    Hlc {
        at: last.at,
        count: last.count.saturating_add(1),
        node: clamped.node,
    }
}

/// Checks that a document carries no more tags and metadata than it may.
fn check_marks(op: &Op, document: &Document) -> Result<(), Violation> {
    check_meta(op, document)?;
    let most = limits::TAGS;
    if !op.tags.add.is_empty() && document.present_tags().count() > most {
        return refuse(
            ErrorCode::InvalidField,
            "/tags",
            &format!("at most {most} tags; remove one first"),
        );
    }
    if document.tags.len() > MAX_TAG_MARKS {
        return refuse(
            ErrorCode::InvalidField,
            "/tags",
            "too many different tags were used on this document",
        );
    }
    Ok(())
}

fn check_meta(op: &Op, document: &Document) -> Result<(), Violation> {
    let most = limits::META;
    let full = document.metadata().count() > most || document.meta.len() > MAX_TAG_MARKS;
    if !op.meta.is_empty() && full {
        let message = format!("at most {most} pieces of metadata; remove one first");
        return refuse(ErrorCode::InvalidField, "/meta", &message);
    }
    Ok(())
}

/// Where the text goes: the outcome, and the new text when it changes.
fn place_body(
    op: &Op,
    document: &Document,
    base_text: Option<&str>,
) -> Result<(Outcome, Option<String>), Violation> {
    let Some(edit) = &op.body else {
        return Ok((Outcome::Applied, None));
    };
    let current = &document.body;
    let unknown = || {
        refuse(
            ErrorCode::UnknownRevision,
            "/body/base_rev",
            ErrorCode::UnknownRevision.title(),
        )
    };
    if edit.base_rev > document.rev && document.rev != 0 {
        return unknown();
    }
    if edit.text == current.text {
        // A creation that is empty, or the same edit made twice: the text has its revision already.
        return Ok((Outcome::Applied, None));
    }
    let base = if edit.base_rev >= current.rev {
        current.text.as_str()
    } else if edit.base_rev == 0 {
        ""
    } else {
        match base_text {
            Some(text) => text,
            None => return unknown(),
        }
    };
    Ok(match text::merge(base, &current.text, &edit.text) {
        Merge::Clean(text) if text.len() > limits::BODY_BYTES => (Outcome::ConflictCopy, None),
        Merge::Clean(text) if text == current.text => (Outcome::Merged, None),
        Merge::Clean(text) if text == edit.text => (Outcome::Applied, Some(text)),
        Merge::Clean(text) => (Outcome::Merged, Some(text)),
        Merge::Conflict => (Outcome::ConflictCopy, None),
    })
}

/// Keeps the other side as a conflict of the same document; gives its text, which the history keeps as well: it is found there when
/// the conflict is settled without it. A text that is kept already is not kept twice.
fn keep_conflict(
    document: &mut Document,
    op: &Op,
    hlc: Hlc,
    device: Option<DeviceId>,
) -> Result<Option<String>, Violation> {
    let Some(edit) = &op.body else {
        return Ok(None);
    };
    if document
        .conflicts
        .iter()
        .any(|conflict| conflict.text == edit.text)
    {
        return Ok(None);
    }
    if document.conflicts.len() >= MAX_CONFLICTS {
        return refuse(
            ErrorCode::InvalidField,
            "/body",
            "resolve the document's conflicts first",
        );
    }
    document.conflicts.push(Conflict {
        op: op.op_id,
        text: edit.text.clone(),
        base_rev: edit.base_rev,
        hlc,
        device,
    });
    Ok(Some(edit.text.clone()))
}

/// What is left of a document whose time in the trash is over: its id, its kind and the stamp of its deletion.
/// Stored at the space's next sequence number, so that every client learns of it. When the row itself is dropped later,
/// the space's purge floor rises to the row's revision.
#[must_use]
pub fn purge(current: &Document, next_rev: u64) -> Document {
    let mut fields = BTreeMap::new();
    if let Some(register) = current.fields.get(&Field::DeletedAt) {
        fields.insert(Field::DeletedAt, register.clone());
    }
    Document {
        rev: next_rev,
        fields,
        purged: true,
        ..Document::new(current.id, current.kind)
    }
}

/// The past epochs of a space after a restore: `past` and `epoch` as the backup has them or as they were known before,
/// `seq` the sequence number that the backup stands at. Store them with the new epoch.
#[must_use]
pub fn after_restore(past: &[PastEpoch], epoch: &str, seq: u64) -> Vec<PastEpoch> {
    let ended = PastEpoch {
        epoch: epoch.to_owned(),
        until: seq,
    };
    let earlier = past.iter().filter(|other| other.epoch != epoch);
    earlier
        .map(|other| PastEpoch {
            until: other.until.min(seq),
            ..other.clone()
        })
        .chain([ended])
        .collect()
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "sides_tests.rs"]
mod sides_tests;
