//! What operations came to, kept so that a repeated push gets the same answer. Not for refusals: those are decided anew each time.
//!
//! A result is kept as `LETTER BODY_REV AT.COUNT.NODE`, a fifth of its JSON: there is one for each edit that was ever made.

use super::library::{signed, unsigned};
use super::rows::Insert;
use super::statement::Statement;
use super::{Conn, StoreError};
use crate::both;
use crate::store::schema::library::sync_op;
use diesel::prelude::*;
use diesel::sql_types::Binary;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{Millis, OpId, SpaceId};
use krowoc_shared::sync::wire::{OpResult, Outcome};
use std::collections::HashMap;

fn fault() -> StoreError {
    StoreError::Fault("a stored result is not readable".to_owned())
}

/// A result that is to be kept, and until when it counts as fresh: the later of its arrival and the time its operation names.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The result; not a refusal and not a duplicate.
    pub result: OpResult,
    /// Milliseconds since 1970.
    pub at: Millis,
}

fn write(result: &OpResult) -> Option<String> {
    let letter = match result.outcome {
        Outcome::Applied => 'a',
        Outcome::Merged => 'm',
        Outcome::ConflictCopy => 'c',
        Outcome::Duplicate | Outcome::Rejected => return None,
    };
    let Hlc { at, count, node } = result.hlc;
    Some(format!("{letter} {} {at}.{count}.{node}", result.body_rev))
}

fn read(op_id: OpId, rev: u64, text: &str) -> Option<OpResult> {
    if text.starts_with('{') {
        // As they were kept at first.
        return serde_json::from_str(text).ok();
    }
    let mut parts = text.split([' ', '.']);
    let outcome = match parts.next()? {
        "a" => Outcome::Applied,
        "m" => Outcome::Merged,
        "c" => Outcome::ConflictCopy,
        _ => return None,
    };
    let body_rev = parts.next()?.parse().ok()?;
    let hlc = Hlc {
        at: parts.next()?.parse().ok()?,
        count: parts.next()?.parse().ok()?,
        node: parts.next()?.parse().ok()?,
    };
    Some(OpResult {
        op_id,
        outcome,
        rev,
        body_rev,
        hlc,
        violation: None,
        first: None,
    })
}

type Row = (Vec<u8>, i64, String);

/// Stored results of these operations.
///
/// # Errors
/// The database's.
pub fn find(
    conn: &mut Conn,
    space: SpaceId,
    ops: &[OpId],
) -> Result<HashMap<OpId, OpResult>, StoreError> {
    let space = space.as_bytes().as_slice();
    let columns = (sync_op::op_id, sync_op::rev, sync_op::result);
    let rows: Vec<Row> = match ops {
        [] => Vec::new(),
        [op] => both!(conn, |c| sync_op::table
            .filter(sync_op::space_id.eq(space))
            .filter(sync_op::op_id.eq(op.as_bytes().as_slice()))
            .select(columns)
            .load(c))?,
        _ => both!(conn, |c| sync_op::table
            .filter(sync_op::space_id.eq(space))
            .filter(sync_op::op_id.eq_any(ops.iter().map(|id| id.as_bytes().to_vec())))
            .select(columns)
            .load(c))?,
    };
    let result = |(op, rev, text): Row| {
        let op = OpId::from_slice(&op).ok_or_else(fault)?;
        let result = read(op, unsigned(rev), &text).ok_or_else(fault)?;
        Ok((op, result))
    };
    rows.into_iter().map(result).collect()
}

/// Stores the results of operations that were taken.
///
/// # Errors
/// The database's.
pub fn keep(conn: &mut Conn, space: SpaceId, kept: &[Kept]) -> Result<(), StoreError> {
    let insert = Insert {
        head: "INSERT INTO sync_op (space_id, op_id, rev, result, at)",
        row: "(?, ?, ?, ?, ?)",
        tail: "",
    };
    let row = |kept: &Kept| {
        let text = write(&kept.result).ok_or_else(fault)?;
        Ok(vec![
            space.as_bytes().into(),
            kept.result.op_id.as_bytes().into(),
            signed(kept.result.rev).into(),
            text.into(),
            kept.at.into(),
        ])
    };
    let rows: Result<Vec<_>, StoreError> = kept.iter().map(row).collect();
    for statement in insert.statements(conn, rows?) {
        statement.execute(conn)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct SpaceRow {
    #[diesel(sql_type = Binary)]
    id: Vec<u8>,
}

/// Up to a hundred spaces after one, in the order of their ids.
///
/// # Errors
/// The database's.
pub fn spaces(conn: &mut Conn, after: Option<SpaceId>) -> Result<Vec<SpaceId>, StoreError> {
    let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
    let rows: Vec<SpaceRow> =
        Statement::new("SELECT id FROM space WHERE id > ? ORDER BY id LIMIT 100")
            .bind(after)
            .load(conn)?;
    Ok(rows
        .iter()
        .filter_map(|row| SpaceId::from_slice(&row.id))
        .collect())
}

/// Whether a space has a result that is older than `until`.
///
/// Ids of operations begin with their time, and no result is kept as of before it: the key leads to those that are due, and
/// little else is read.
///
/// # Errors
/// The database's.
pub fn is_due(conn: &mut Conn, space: SpaceId, until: Millis) -> Result<bool, StoreError> {
    let bound = OpId::mint(until, [0; 10]);
    let rows: Vec<SpaceRow> = Statement::new(
        "SELECT space_id AS id FROM sync_op WHERE space_id = ? AND op_id < ? AND at < ? LIMIT 1",
    )
    .bind(space.as_bytes())
    .bind(bound.as_bytes())
    .bind(until)
    .load(conn)?;
    Ok(!rows.is_empty())
}

/// Forgets up to a thousand results of a space that are older than `until`; gives how many.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, space: SpaceId, until: Millis) -> Result<usize, StoreError> {
    let bound = OpId::mint(until, [0; 10]);
    Statement::new(
        "DELETE FROM sync_op WHERE space_id = ? AND op_id IN \
         (SELECT op_id FROM sync_op WHERE space_id = ? AND op_id < ? AND at < ? ORDER BY op_id LIMIT 1000)",
    )
    .bind(space.as_bytes())
    .bind(space.as_bytes())
    .bind(bound.as_bytes())
    .bind(until)
    .execute(conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_survives_its_short_form_and_its_older_json() {
        for outcome in [Outcome::Applied, Outcome::Merged, Outcome::ConflictCopy] {
            let result = OpResult {
                op_id: OpId::mint(1_763_700_000_000, [7; 10]),
                outcome,
                rev: 41,
                body_rev: 40,
                hlc: Hlc {
                    at: 1_763_700_000_123,
                    count: 2,
                    node: 4_000_000_000,
                },
                violation: None,
                first: None,
            };
            let short = write(&result).unwrap();
            assert!(short.len() < 40, "{short}");
            assert_eq!(read(result.op_id, 41, &short), Some(result.clone()));
            let json = serde_json::to_string(&result).unwrap();
            assert_eq!(read(result.op_id, 41, &json), Some(result));
        }
    }

    #[test]
    fn what_is_no_result_is_neither_kept_nor_read() {
        let op_id = OpId::mint(1, [1; 10]);
        for text in ["", "a", "x 1 1.1.1", "a 1 1.1", "a -1 1.1.1", "{}"] {
            assert_eq!(read(op_id, 1, text), None, "{text}");
        }
        let refused = OpResult {
            op_id,
            outcome: Outcome::Rejected,
            rev: 0,
            body_rev: 0,
            hlc: Hlc::default(),
            violation: None,
            first: None,
        };
        assert_eq!(write(&refused), None);
    }
}
