//! What becomes of an edit that a team does not take from its person any more: a document of their own. Not the giving up of the edit.

use krowoc_shared::ids::{DocId, Millis, OpId};
use krowoc_shared::library::document::{Document, Field};
use krowoc_shared::sync::client::{Local, OutboxRow, view_of};
use krowoc_shared::sync::ops;
use krowoc_shared::sync::wire::{BodyEdit, Op};

/// The document as the person made it: what the team has of it, as far as that is still here, with every edit on top, refused ones too.
fn made(local: &Local, rows: &[&OutboxRow]) -> Option<Document> {
    // Of a document that no server has, refused edits are shown as well: so it is looked at as one.
    let base = local.shadow().map(|shadow| Document {
        purged: true,
        ..shadow.clone()
    });
    view_of(base.as_ref(), rows)
}

/// Whether there is something to put into the own library: a text, and an edit that is more than a count. `rows`: all of the document.
#[must_use]
pub fn is_worth(local: &Local, rows: &[&OutboxRow]) -> bool {
    let edited = rows
        .iter()
        .any(|row| row.is_rejected() && !row.op.only_counts());
    edited && made(local, rows).is_some_and(|view| !view.body.text.trim().is_empty())
}

/// The operation that makes it, with another title or text where given. Its document's id is always the same for the same edits: made
/// again, it is there once. `None` when there is nothing to put there.
#[must_use]
pub fn op(
    local: &Local,
    rows: &[&OutboxRow],
    (title, body): (Option<String>, Option<String>),
    op_id: OpId,
    now: Millis,
) -> Option<Op> {
    if !is_worth(local, rows) {
        return None;
    }
    let first = rows.iter().find(|row| row.is_rejected())?;
    let id = DocId::from_slice(first.op.op_id.as_bytes())?;
    let view = Document {
        id,
        ..made(local, rows)?
    };
    let mut op = ops::recreate(&view, op_id, now);
    // A collection of the team is none of theirs; and who keeps a text does not want it in the trash.
    op.set.remove(&Field::Collection);
    op.set.remove(&Field::DeletedAt);
    if let Some(title) = title {
        op.set.insert(Field::Title, title.into());
    }
    if let Some(text) = body {
        op.body = Some(BodyEdit { base_rev: 0, text });
    }
    Some(op)
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::access::Role;
    use krowoc_shared::error::{ErrorCode, Violation};
    use krowoc_shared::ids::SpaceId;
    use krowoc_shared::library::document::{Counter, Kind};
    use krowoc_shared::sync::client::{ClientState, Commit, Loaded, RowState, record};
    use krowoc_shared::sync::server::validate;

    fn id() -> DocId {
        DocId::mint(1, [77; 10])
    }

    fn op_id(number: u8) -> OpId {
        OpId::mint(1, [number; 10])
    }

    /// A document of a team and the refused rows of it. `known`: the team has it.
    fn refused(known: bool, ops: Vec<Op>) -> (Local, Vec<OutboxRow>) {
        let mut state = ClientState::of_team(1, SpaceId::mint(1, [9; 10]), Role::Editor);
        let mut loaded = Loaded::default();
        if known {
            let mut view = Document::new(id(), Kind::Prompt);
            (view.rev, view.body.rev, view.body.text) = (4, 4, "Of the team".into());
            let local = Local {
                view,
                base: None,
                dirty: false,
                read: 1,
            };
            loaded.locals.insert(id(), local);
        }
        for op in ops {
            let commit: Commit = record(&state, loaded.clone(), op.into(), 5).unwrap();
            state = commit.state;
            loaded.locals = commit.put_locals.into_iter().map(|it| (id(), it)).collect();
            for row in commit.put_rows {
                loaded.rows.retain(|it| it.seq != row.seq);
                let violation = Violation {
                    code: ErrorCode::RoleTooLow,
                    field: String::new(),
                    message: String::new(),
                };
                loaded.rows.push(OutboxRow {
                    attempts: 1,
                    state: RowState::Rejected(violation),
                    ..row
                });
            }
        }
        (loaded.locals.remove(&id()).unwrap(), loaded.rows)
    }

    fn edit(number: u8) -> Op {
        Op::new(op_id(number), id(), Kind::Prompt)
    }

    #[test]
    fn what_a_reader_edited_is_put_whole_into_a_document_of_their_own() {
        let (local, rows) = refused(
            true,
            vec![
                edit(1).with_body(4, "Of the team, and mine"),
                edit(2)
                    .with(Field::Title, "A title")
                    .with(Field::Collection, id().to_string()),
            ],
        );
        let rows: Vec<&OutboxRow> = rows.iter().collect();
        let made = op(&local, &rows, (None, None), op_id(7), 9).unwrap();
        assert_eq!(made.body.as_ref().unwrap().text, "Of the team, and mine");
        assert_eq!(made.set[&Field::Title], "A title");
        assert!(!made.set.contains_key(&Field::Collection));
        assert_ne!(made.doc_id, id());
        assert_eq!(validate(&made), Ok(()));
        // Stopped before the edits were given up, it is made again under the same id.
        let again = op(&local, &rows, (None, None), op_id(8), 10).unwrap();
        assert_eq!(again.doc_id, made.doc_id);
        let words = (Some("Other".to_owned()), Some("Words".to_owned()));
        let other = op(&local, &rows, words, op_id(8), 10).unwrap();
        assert_eq!(other.set[&Field::Title], "Other");
        assert_eq!(other.body.unwrap().text, "Words");
    }

    #[test]
    fn a_clip_that_the_team_never_had_is_rescued_with_its_text() {
        let create = Op::create(op_id(1), id(), Kind::Snippet, 5, "A clip");
        let (local, rows) = refused(false, vec![create]);
        let rows: Vec<&OutboxRow> = rows.iter().collect();
        let made = op(&local, &rows, (None, None), op_id(7), 9).unwrap();
        assert_eq!(made.body.unwrap().text, "A clip");
        assert!(made.set.contains_key(&Field::CreatedAt));
    }

    #[test]
    fn a_count_or_a_title_without_a_text_is_not_offered() {
        let (local, rows) = refused(true, vec![edit(1).with_count(Counter::Uses, 1)]);
        assert!(!is_worth(&local, &rows.iter().collect::<Vec<_>>()));
        let (local, rows) = refused(true, vec![edit(1).with(Field::Title, "Alone")]);
        let rows: Vec<&OutboxRow> = rows.iter().collect();
        // Of the team's text nothing is here after the end of the membership.
        let left = Local {
            base: None,
            view: view_of(None, &rows).unwrap(),
            ..local.clone()
        };
        assert!(is_worth(&local, &rows) && !is_worth(&left, &rows));
        assert_eq!(op(&left, &rows, (None, None), op_id(7), 9), None);
    }
}
