//! Reading a space in sequence order. Not held back by anything that waits to be written.

use crate::store::sync::Stand;
use crate::store::{Conn, StoreError, library, sync};
use crate::web::Reply;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::hlc::Hlc;
use krowoc_shared::ids::{Millis, SpaceId};
use krowoc_shared::library::document::Document;
use krowoc_shared::library::limits;
use krowoc_shared::sync::wire::{PullReply, PullRequest};

/// Most bytes of text in one answer, so that a library of large documents is read in bounded memory.
const BYTES: usize = 4 * 1024 * 1024;
/// Rows read at a time.
const CHUNK: i64 = 100;
/// Most documents that ride on the answer to a push.
const FEW: usize = 25;
/// Most bytes of text that ride on the answer to a push.
const FEW_BYTES: usize = 256 * 1024;

/// The server's stamp.
#[must_use]
pub fn stamp(now: Millis) -> Hlc {
    Hlc {
        at: now,
        count: 0,
        node: 0,
    }
}

/// Answers a pull; runs on one snapshot.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::EpochMismatch`], [`ErrorCode::ResyncRequired`], or the store's.
pub fn pull(conn: &mut Conn, request: &PullRequest, now: Millis) -> Reply<PullReply> {
    let stand = sync::stand(conn, request.space)?;
    if request.epoch != stand.epoch {
        return Err(ErrorCode::EpochMismatch.into());
    }
    // Whoever begins at nothing misses no deletion; whoever goes on must have seen those that were dropped since.
    let seen = request.cursor.max(request.horizon.unwrap_or(0));
    if seen < stand.purge_floor && (request.cursor, request.horizon) != (0, None) {
        return Err(ErrorCode::ResyncRequired.into());
    }
    let limit = request
        .limit
        .unwrap_or(limits::PULL_LIMIT)
        .clamp(1, limits::PULL_LIMIT);
    let limit = usize::try_from(limit).unwrap_or(1);
    let (documents, more) = read(conn, request.space, request.cursor, limit, BYTES)?;
    Ok(reply(&stand, request.cursor, documents, more, now))
}

/// Changes since a cursor when they are few; `None` when a pull is needed.
///
/// # Errors
/// The database's.
pub fn few(
    conn: &mut Conn,
    stand: &Stand,
    cursor: u64,
    now: Millis,
) -> Result<Option<PullReply>, StoreError> {
    let many = u64::try_from(FEW).unwrap_or(0);
    if cursor < stand.purge_floor
        || cursor > stand.seq
        || stand.seq.saturating_sub(cursor) > many.saturating_mul(8)
    {
        return Ok(None);
    }
    let (documents, more) = read(conn, stand.space, cursor, FEW, FEW_BYTES)?;
    Ok((!more).then(|| reply(stand, cursor, documents, more, now)))
}

fn reply(
    stand: &Stand,
    cursor: u64,
    documents: Vec<Document>,
    more: bool,
    now: Millis,
) -> PullReply {
    PullReply {
        next_cursor: documents.last().map_or(cursor, |document| document.rev),
        documents,
        more,
        checksum: (!more).then(|| stand.checksum.to_string()),
        now: stamp(now),
    }
}

/// Documents after a cursor within both limits (at least one), and whether more follow.
fn read(
    conn: &mut Conn,
    space: SpaceId,
    cursor: u64,
    limit: usize,
    bytes: usize,
) -> Result<(Vec<Document>, bool), StoreError> {
    let mut documents: Vec<Document> = Vec::new();
    let mut size = 0_usize;
    loop {
        let from = documents.last().map_or(cursor, |document| document.rev);
        let rows = library::after(conn, space, from, CHUNK)?;
        let end = rows.len() < usize::try_from(CHUNK).unwrap_or(usize::MAX);
        for row in rows {
            let weight = row.document.body.text.len();
            if documents.len() >= limit
                || (size.saturating_add(weight) > bytes && !documents.is_empty())
            {
                return Ok((documents, true));
            }
            size = size.saturating_add(weight);
            documents.push(row.document);
        }
        if end {
            return Ok((documents, false));
        }
    }
}
