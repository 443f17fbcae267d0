//! From a draft to a published version and on to the next draft.

use crate::error::ErrorCode;
use crate::hlc::Hlc;
use crate::ids::{DocId, Millis, OpId};
use crate::library::document::{Document, Field, Kind};
use crate::library::lifecycle::{Act, Status};
use crate::sync::server::{Change, Context, decide};
use crate::sync::wire::{Op, OpResult, Outcome};

const NOW: Millis = 1_763_700_000_000;

fn op(number: u8) -> Op {
    let doc = DocId::mint(NOW, [1; 10]);
    Op {
        hlc: Hlc {
            at: NOW,
            count: number.into(),
            node: 1,
        },
        ..Op::new(OpId::mint(NOW, [number; 10]), doc, Kind::Prompt)
    }
}

fn publish(number: u8, body_rev: u64, note: &str) -> Op {
    op(number).with_act(Act::Publish {
        body_rev,
        note: note.into(),
    })
}

/// A prompt and what its operations came to.
#[derive(Default)]
struct Prompt {
    document: Option<Document>,
    rev: u64,
}

impl Prompt {
    fn with(text: &str) -> Self {
        let mut prompt = Self::default();
        let made = op(0)
            .with(Field::CreatedAt, NOW)
            .with(Field::Title, "Lawyer")
            .with_body(0, text);
        prompt.take(&made);
        prompt
    }

    fn try_take(&mut self, op: &Op) -> (OpResult, Option<Change>) {
        let context = Context {
            now: NOW,
            next_rev: self.rev + 1,
            device: None,
        };
        let decision = decide(op, self.document.as_ref(), None, &context);
        if let Some(change) = &decision.change {
            self.rev += 1;
            self.document = Some(change.document.clone());
        }
        (decision.result, decision.change)
    }

    fn take(&mut self, op: &Op) -> Change {
        let (result, change) = self.try_take(op);
        assert_ne!(result.outcome, Outcome::Rejected, "{result:?}");
        change.expect("a change")
    }

    fn refused(&mut self, op: &Op) -> ErrorCode {
        let (result, change) = self.try_take(op);
        assert!(change.is_none());
        result.violation.expect("a refusal").code
    }

    fn status(&self) -> Status {
        self.document
            .as_ref()
            .map_or(Status::Draft, |it| it.lifecycle.status())
    }

    fn body_rev(&self) -> u64 {
        self.document.as_ref().map_or(0, |it| it.body.rev)
    }
}

#[test]
fn publishing_fixes_the_version_that_holds_the_text_and_an_edit_makes_the_next_draft() {
    let mut prompt = Prompt::with("Act as a lawyer");
    let change = prompt.take(&publish(1, 1, " first "));
    let published = change.published.expect("a publication");
    assert_eq!((published.rev, published.note.as_str()), (1, "first"));
    assert_eq!(published.title, "Lawyer");
    assert_eq!(change.version, None, "the text has its version already");
    assert_eq!(prompt.status(), Status::Published);
    let change = prompt.take(&op(2).with_body(1, "Act as a judge"));
    assert_eq!(change.published, None);
    assert_eq!(prompt.status(), Status::Draft);
    let published = change.document.lifecycle.published;
    assert_eq!(
        published.map(|it| it.rev),
        Some(1),
        "the first stays published"
    );
}

#[test]
fn what_was_edited_beside_the_text_is_published_as_a_version_of_its_own() {
    let mut prompt = Prompt::with("Act as a lawyer");
    prompt.take(&publish(1, 1, ""));
    prompt.take(&op(2).with(Field::Description, "for contracts"));
    assert_eq!(prompt.status(), Status::Draft);
    let change = prompt.take(&publish(3, 1, ""));
    let (version, published) = (change.version.unwrap(), change.published.unwrap());
    assert_eq!((version.rev, published.rev), (4, 4));
    assert_eq!(version.text, "Act as a lawyer");
    assert_eq!(published.snapshot.description, "for contracts");
    assert_eq!(prompt.status(), Status::Published);
}

#[test]
fn a_tag_a_note_and_a_favourite_leave_it_published() {
    let mut prompt = Prompt::with("Act as a lawyer");
    prompt.take(&publish(1, 1, ""));
    prompt.take(&op(2).with_tag("law"));
    prompt.take(&op(3).with(Field::Note, "mine").with(Field::Favourite, true));
    assert_eq!(prompt.status(), Status::Published);
}

#[test]
fn a_text_that_the_person_did_not_see_is_not_published() {
    let mut prompt = Prompt::with("Act as a lawyer");
    prompt.take(&op(1).with_body(1, "Act as a judge"));
    assert_eq!(prompt.refused(&publish(2, 1, "")), ErrorCode::StaleRevision);
    prompt.take(&publish(3, prompt.body_rev(), ""));
}

#[test]
fn what_is_empty_unchanged_archived_in_the_trash_or_has_two_sides_is_not_published() {
    let mut empty = Prompt::with("");
    assert_eq!(empty.refused(&publish(1, 0, "")), ErrorCode::NotPublishable);
    let mut prompt = Prompt::with("Act as a lawyer");
    prompt.take(&publish(1, 1, ""));
    assert_eq!(
        prompt.refused(&publish(2, 1, "")),
        ErrorCode::NotPublishable
    );
    prompt.take(&op(3).with_body(1, "Act as a judge"));
    let rev = prompt.body_rev();
    prompt.take(&op(4).with_act(Act::Archive));
    assert_eq!(
        prompt.refused(&publish(5, rev, "")),
        ErrorCode::NotPublishable
    );
    prompt.take(&op(6).with_act(Act::Unarchive));
    prompt.take(&op(7).with(Field::DeletedAt, NOW));
    assert_eq!(
        prompt.refused(&publish(8, rev, "")),
        ErrorCode::NotPublishable
    );
    prompt.take(&op(9).with_body(0, "Act as a clerk"));
    assert_eq!(prompt.document.as_ref().unwrap().conflicts.len(), 1);
    assert_eq!(
        prompt.refused(&publish(10, rev, "")),
        ErrorCode::NotPublishable
    );
}

#[test]
fn only_a_prompt_is_published_and_not_together_with_a_new_text() {
    let mut prompt = Prompt::with("Act as a lawyer");
    let both = publish(1, 1, "").with_body(1, "Act as a judge");
    assert_eq!(prompt.refused(&both), ErrorCode::InvalidField);
    let snippet = Op {
        kind: Kind::Snippet,
        ..op(2)
    };
    let snippet = snippet.with(Field::CreatedAt, NOW).with_act(Act::Archive);
    assert_eq!(Prompt::default().refused(&snippet), ErrorCode::InvalidField);
    let long = publish(3, 1, &"x".repeat(20_000));
    assert_eq!(prompt.refused(&long), ErrorCode::InvalidField);
}

#[test]
fn the_archive_keeps_what_was_published_and_takes_edits_in() {
    let mut prompt = Prompt::with("Act as a lawyer");
    prompt.take(&publish(1, 1, ""));
    prompt.take(&op(2).with_act(Act::Archive));
    assert_eq!(prompt.status(), Status::Archived);
    prompt.take(&op(3).with_body(1, "Act as a judge"));
    assert_eq!(prompt.status(), Status::Archived);
    prompt.take(&op(4).with_act(Act::Unarchive));
    assert_eq!(prompt.status(), Status::Draft);
    let older = Op {
        hlc: Hlc::default(),
        ..op(5)
    };
    let before = prompt.document.clone();
    let (result, _) = prompt.try_take(&older.with_act(Act::Archive));
    assert_ne!(result.outcome, Outcome::Rejected);
    assert_eq!(
        prompt.document.map(|it| it.lifecycle),
        before.map(|it| it.lifecycle)
    );
}

#[test]
fn a_client_that_does_not_know_the_member_reads_the_rest() {
    #[derive(serde::Deserialize)]
    struct Before {
        id: DocId,
        fields: std::collections::BTreeMap<Field, serde_json::Value>,
    }
    let mut prompt = Prompt::with("Act as a lawyer");
    let document = prompt.take(&publish(1, 1, "")).document;
    let text = serde_json::to_string(&document).unwrap();
    let before: Before = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (before.id, before.fields.len()),
        (document.id, document.fields.len())
    );
    let back: Document = serde_json::from_str(&text).unwrap();
    assert_eq!(back, document);
}
