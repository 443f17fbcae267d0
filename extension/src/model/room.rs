//! Which prompts have no place on the server, however they are here. Not the limit: that is `shared::library::quota`.

use krowoc_shared::ids::DocId;
use krowoc_shared::sync::client::OutboxRow;
use std::collections::BTreeSet;

/// The documents that the server did not take: those that wait for room, and new ones that it refused. What was not sent yet is none of
/// them: it takes its place when it is.
#[must_use]
pub fn outside(rows: &[OutboxRow]) -> BTreeSet<DocId> {
    let out = |row: &&OutboxRow| {
        let waits_for_room = row.waits() && row.held_until > 0;
        waits_for_room || (row.is_rejected() && row.op.creates())
    };
    rows.iter().filter(out).map(|row| row.op.doc_id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::error::{ErrorCode, Violation};
    use krowoc_shared::ids::OpId;
    use krowoc_shared::library::document::Kind;
    use krowoc_shared::sync::client::RowState;
    use krowoc_shared::sync::wire::Op;

    fn id(number: u8) -> DocId {
        DocId::mint(1, [number; 10])
    }

    fn row(number: u8, held_until: i64, refused: bool, new: bool) -> OutboxRow {
        let op_id = OpId::mint(1, [number; 10]);
        let op = match new {
            true => Op::create(op_id, id(number), Kind::Prompt, 1, "text"),
            false => Op::new(op_id, id(number), Kind::Prompt),
        };
        let violation = Violation {
            code: ErrorCode::TooLarge,
            field: String::new(),
            message: String::new(),
        };
        OutboxRow {
            seq: u64::from(number),
            op,
            queued_at: 1,
            attempts: 1,
            state: match refused {
                true => RowState::Rejected(violation),
                false => RowState::Waiting,
            },
            ack: None,
            last_error: None,
            follows: None,
            held_until,
            isolated: false,
        }
    }

    #[test]
    fn what_waits_for_room_has_no_place_and_what_waits_to_be_sent_will_have_one() {
        let rows = [
            row(1, 0, false, true),
            row(2, 9, false, true),
            // One that came out of the trash waits for room as well.
            row(3, 9, false, false),
        ];
        assert_eq!(outside(&rows), BTreeSet::from([id(2), id(3)]));
    }

    #[test]
    fn a_new_prompt_that_was_refused_has_no_place_and_one_whose_edit_was_refused_keeps_its_own() {
        let rows = [row(1, 0, true, true), row(2, 0, true, false)];
        assert_eq!(outside(&rows), BTreeSet::from([id(1)]));
    }
}
