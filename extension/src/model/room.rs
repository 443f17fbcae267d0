//! How full a library is as this browser knows it: which prompts have a place on the server, which will get one, which have none. Not how
//! much room is left: that is `shared::library::quota`.

use krowoc_shared::access::Role;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Field;
use krowoc_shared::sync::client::{ClientState, OutboxRow};
use std::collections::BTreeMap;

/// Where a document stands that has no place on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It is yet to be sent, and takes one if there is one.
    Coming,
    /// It has none, whatever room there is: it waits for room, or was refused.
    Outside,
}

/// The document of an operation that says it has no place; `None` where it says nothing: the document has the place that it had.
///
/// One that had none is taken for one that had: a document that another device put into the trash, and that an edit made here takes out
/// again. Only the server's answer tells whether there was room for it.
#[must_use]
pub fn placed(row: &OutboxRow) -> Option<(DocId, Place)> {
    place(row).map(|place| (row.op.doc_id, place))
}

fn place(row: &OutboxRow) -> Option<Place> {
    let back = row.op.set.get(&Field::DeletedAt);
    let new = row.op.creates() || back.is_some_and(serde_json::Value::is_null);
    if row.waits() && row.held_until > 0 {
        return Some(Place::Outside);
    }
    if row.waits() {
        return new.then_some(Place::Coming);
    }
    // One whose edit was refused keeps its place, unless the server says that it has no such document.
    (row.is_gone() || (row.is_rejected() && row.op.creates())).then_some(Place::Outside)
}

/// The documents without a place, by the operations that say so. Everything else of the outbox is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<u64, (DocId, Place)>);

impl Places {
    /// Takes in what the operation of a number says now: see [`placed`]. One that is gone says nothing.
    pub fn put(&mut self, seq: u64, placed: Option<(DocId, Place)>) {
        match placed {
            Some(placed) => drop(self.0.insert(seq, placed)),
            None => drop(self.0.remove(&seq)),
        }
    }

    /// Every document without a place.
    #[must_use]
    pub fn documents(&self) -> BTreeMap<DocId, Place> {
        let mut documents = BTreeMap::new();
        for (id, place) in self.0.values() {
            let known = documents.entry(*id).or_insert(*place);
            *known = (*known).max(*place);
        }
        documents
    }
}

/// The limit that can be told of a library: `None` where there is none, where the person cannot save, and until everything was read once.
#[must_use]
pub fn limit(state: &ClientState) -> Option<u64> {
    let told = state.is_whole() && state.refusal().is_none();
    state.prompt_limit.filter(|_| told)
}

/// Whether the tier that limits a library is the person's own: that of their library, or of a team that they own.
#[must_use]
pub fn is_owned(state: &ClientState) -> bool {
    matches!(state.team, None | Some(Role::Owner))
}

/// How many of the prompts count against a limit: those that the server has, and of those that are yet to be sent as many as find room.
#[must_use]
pub fn filled(
    prompts: impl Iterator<Item = DocId>,
    places: &BTreeMap<DocId, Place>,
    limit: u64,
) -> u64 {
    let (mut have, mut coming) = (0_u64, 0_u64);
    for id in prompts {
        match places.get(&id) {
            None => have = have.saturating_add(1),
            Some(Place::Coming) => coming = coming.saturating_add(1),
            Some(Place::Outside) => {}
        }
    }
    have.saturating_add(coming.min(limit.saturating_sub(have)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::error::{ErrorCode, Violation};
    use krowoc_shared::ids::{OpId, SpaceId};
    use krowoc_shared::library::document::Kind;
    use krowoc_shared::sync::client::{Phase, RowState};
    use krowoc_shared::sync::wire::Op;

    fn id(number: u8) -> DocId {
        DocId::mint(1, [number; 10])
    }

    fn row(number: u8, op: fn(OpId, DocId) -> Op) -> OutboxRow {
        OutboxRow {
            seq: u64::from(number),
            op: op(OpId::mint(1, [number; 10]), id(number)),
            queued_at: 1,
            attempts: 1,
            state: RowState::Waiting,
            ack: None,
            last_error: None,
            follows: None,
            held_until: 0,
            isolated: false,
        }
    }

    fn new(op_id: OpId, id: DocId) -> Op {
        Op::create(op_id, id, Kind::Prompt, 1, "text")
    }

    fn edit(op_id: OpId, id: DocId) -> Op {
        Op::new(op_id, id, Kind::Prompt)
    }

    fn back(op_id: OpId, id: DocId) -> Op {
        let mut op = edit(op_id, id);
        op.set.insert(Field::DeletedAt, serde_json::Value::Null);
        op
    }

    fn held(row: OutboxRow) -> OutboxRow {
        OutboxRow {
            held_until: 9,
            ..row
        }
    }

    fn refused(row: OutboxRow, code: ErrorCode) -> OutboxRow {
        OutboxRow {
            state: RowState::Rejected(Violation {
                code,
                field: String::new(),
                message: String::new(),
            }),
            ..row
        }
    }

    fn places(rows: &[OutboxRow]) -> Places {
        let mut places = Places::default();
        for row in rows {
            places.put(row.seq, placed(row));
        }
        places
    }

    fn count(have: u8, rows: &[OutboxRow], limit: u64) -> u64 {
        let more = rows.iter().map(|row| row.op.doc_id);
        let prompts = (100..100 + have).map(id).chain(more);
        filled(prompts, &places(rows).documents(), limit)
    }

    #[test]
    fn what_waits_for_room_has_no_place_and_what_waits_to_be_sent_will_have_one() {
        // One that came out of the trash takes a place as well, or waits for it.
        let rows = [
            row(1, new),
            held(row(2, new)),
            held(row(3, back)),
            row(4, back),
            row(5, edit),
        ];
        let documents = places(&rows).documents();
        let wanted = [
            (id(1), Place::Coming),
            (id(2), Place::Outside),
            (id(3), Place::Outside),
            (id(4), Place::Coming),
        ];
        assert_eq!(documents, BTreeMap::from(wanted));
    }

    #[test]
    fn a_new_prompt_that_was_refused_has_no_place_and_one_whose_edit_was_refused_keeps_its_own() {
        let refusal = ErrorCode::TooLarge;
        assert_eq!(place(&refused(row(1, new), refusal)), Some(Place::Outside));
        assert_eq!(place(&refused(row(2, edit), refusal)), None);
    }

    #[test]
    fn a_prompt_that_the_server_does_not_have_has_no_place_however_it_was_edited_here() {
        let gone = refused(row(1, edit), ErrorCode::NotFound);
        assert_eq!(place(&gone), Some(Place::Outside));
    }

    #[test]
    fn a_prompt_that_is_new_and_waits_for_room_has_no_place_whatever_else_was_done_with_it() {
        let later = OutboxRow {
            seq: 7,
            ..row(1, back)
        };
        let documents = places(&[held(row(1, new)), later]).documents();
        assert_eq!(documents, BTreeMap::from([(id(1), Place::Outside)]));
    }

    #[test]
    fn the_places_follow_the_outbox() {
        let rows = [row(1, new), row(2, new), row(3, edit)];
        let mut kept = places(&rows);
        let after = [
            held(row(1, new)),
            refused(row(3, edit), ErrorCode::NotFound),
        ];
        for row in &after {
            kept.put(row.seq, placed(row));
        }
        // The second was taken: its operation is gone.
        kept.put(2, None);
        assert_eq!(kept, places(&after));
        kept.put(1, placed(&row(1, edit)));
        kept.put(3, None);
        assert_eq!(kept, Places::default());
    }

    #[test]
    fn what_is_yet_to_be_sent_fills_the_library_and_never_more_than_that() {
        assert_eq!(count(48, &[row(1, new)], 50), 49);
        assert_eq!(count(50, &[row(1, new)], 50), 50);
        assert_eq!(count(49, &[row(1, new), row(2, new), row(3, back)], 50), 50);
        assert_eq!(count(50, &[held(row(1, new))], 50), 50);
    }

    #[test]
    fn more_than_the_limit_is_told_where_the_server_has_more() {
        assert_eq!(count(60, &[row(1, new)], 50), 60);
    }

    #[test]
    fn a_limit_is_told_once_everything_was_read_and_while_it_is_read_anew() {
        let mut state = ClientState::new(1);
        state.prompt_limit = Some(50);
        for first in [Phase::Ask, Phase::Read] {
            state.phase = first;
            assert_eq!(limit(&state), None, "{first:?}");
        }
        for read in [Phase::Sweep, Phase::Steady] {
            state.phase = read;
            assert_eq!(limit(&state), Some(50), "{read:?}");
        }
        state.connect(None);
        assert_eq!((state.phase, limit(&state)), (Phase::Ask, Some(50)));
        state.phase = Phase::Read;
        assert_eq!(limit(&state), Some(50));
    }

    #[test]
    fn the_tier_of_a_team_is_that_of_its_owners_and_of_nobody_else_in_it() {
        let team = |role| ClientState::of_team(1, SpaceId::mint(1, [1; 10]), role);
        assert!(is_owned(&ClientState::new(1)));
        assert!(is_owned(&team(Role::Owner)));
        for role in [Role::Admin, Role::Editor, Role::Viewer] {
            assert!(!is_owned(&team(role)), "{role:?}");
        }
    }

    #[test]
    fn no_limit_is_told_of_a_team_that_was_only_just_met_or_may_not_be_saved_to() {
        let mut state = ClientState::of_team(1, SpaceId::mint(1, [1; 10]), Role::Editor);
        state.prompt_limit = Some(50);
        assert_eq!(limit(&state), None);
        state.phase = Phase::Steady;
        assert_eq!(limit(&state), Some(50));
        state.team = Some(Role::Viewer);
        assert_eq!(limit(&state), None);
    }
}
