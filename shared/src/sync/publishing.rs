//! Publishing, as the server decides it: which text becomes a version that never changes. Not its storing, and not the status a list shows.

use super::server::Context;
use super::wire::Op;
use crate::error::{ErrorCode, Violation};
use crate::hlc::Hlc;
use crate::ids::Millis;
use crate::library::document::{Document, Kind};
use crate::library::lifecycle::{Act, Published, Snapshot};
use crate::library::validate as rules;

/// What makes a version a published one. From then on it never changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// The revision of the version.
    pub rev: u64,
    /// The server's time.
    pub at: Millis,
    /// What is new in it.
    pub note: String,
    /// The title.
    pub title: String,
    /// What else it holds.
    pub snapshot: Snapshot,
}

fn refuse<T>(code: ErrorCode, field: &str, message: &str) -> Result<T, Violation> {
    Err(Violation {
        code,
        field: field.to_owned(),
        message: message.to_owned(),
    })
}

/// Checks a step in the life of a prompt as far as it can be without the document.
pub(super) fn validate(op: &Op) -> Result<(), Violation> {
    let Some(act) = &op.act else { return Ok(()) };
    if op.kind != Kind::Prompt {
        let message = "only a prompt is published or archived";
        return refuse(ErrorCode::InvalidField, "/act", message);
    }
    let Act::Publish { note, .. } = act else {
        return Ok(());
    };
    if op.body.is_some() {
        let message = "save the text first, then publish what was saved";
        return refuse(ErrorCode::InvalidField, "/act", message);
    }
    rules::note("/act/publish/note", note)
}

/// Publishes the present text, when that is asked for: exactly what the person saw, and nothing that is settled in no way.
pub(super) fn publish(
    op: &Op,
    document: &mut Document,
    hlc: Hlc,
    context: &Context,
) -> Result<Option<Publication>, Violation> {
    let Some(Act::Publish { body_rev, note }) = &op.act else {
        return Ok(None);
    };
    let last = document.lifecycle.published;
    let reason = if document.deleted_at().is_some() {
        Some("it is in the trash; restore it first")
    } else if document.lifecycle.is_archived() {
        Some("it is archived; take it out of the archive first")
    } else if !document.conflicts.is_empty() {
        Some("it has two sides; settle them first")
    } else if document.body.text.trim().is_empty() {
        Some("it has no text yet")
    } else if last.is_some() && !document.lifecycle.edited {
        Some("nothing was changed since it was published")
    } else {
        None
    };
    if let Some(reason) = reason {
        return refuse(ErrorCode::NotPublishable, "/act", reason);
    }
    if *body_rev != document.body.rev {
        let code = ErrorCode::StaleRevision;
        return refuse(code, "/act/publish/body_rev", code.title());
    }
    let fixed = last.is_some_and(|last| last.rev == document.body.rev);
    let rev = if fixed {
        context.next_rev
    } else {
        document.body.rev
    };
    document.lifecycle.edited = false;
    document.lifecycle.published = Some(Published {
        rev,
        hlc,
        op: op.op_id,
    });
    Ok(Some(Publication {
        rev,
        at: context.now,
        note: note.trim().to_owned(),
        title: document.title().to_owned(),
        snapshot: Snapshot::of(document),
    }))
}

#[cfg(test)]
#[path = "publishing_tests.rs"]
mod tests;
