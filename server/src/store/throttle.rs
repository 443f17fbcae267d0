//! Rows of attempts, by the hash of what they are counted for. Not the rule of delays.

use super::schema::accounts::throttle;
use super::{Conn, StoreError};
use crate::both;
use diesel::prelude::*;
use krowoc_shared::ids::Millis;
use sha2::{Digest, Sha256};

/// What is known of one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Failures that are not forgotten.
    pub failures: i64,
    /// No attempt before this.
    pub blocked_until: Millis,
    /// The last attempt.
    pub updated_at: Millis,
}

/// The hash of what attempts are counted for.
#[must_use]
pub fn subject(kind: &str, text: &str) -> [u8; 32] {
    Sha256::digest(format!("{kind}:{text}")).into()
}

/// Reads a subject and holds it until the end of the transaction; a new one has no failures.
///
/// # Errors
/// The database's.
pub fn lock(conn: &mut Conn, subject: &[u8; 32], now: Millis) -> Result<Attempts, StoreError> {
    // An update that changes nothing takes the row's lock on PostgreSQL, and makes the row when it is missing.
    both!(conn, |c| diesel::insert_into(throttle::table)
        .values((
            throttle::subject.eq(subject.as_slice()),
            throttle::failures.eq(0),
            throttle::blocked_until.eq(0),
            throttle::updated_at.eq(now),
        ))
        .on_conflict(throttle::subject)
        .do_update()
        .set(throttle::failures.eq(throttle::failures))
        .execute(c))?;
    let (failures, blocked_until, updated_at) = throttle::table
        .find(subject.as_slice())
        .select((
            throttle::failures,
            throttle::blocked_until,
            throttle::updated_at,
        ))
        .first(conn)?;
    Ok(Attempts {
        failures,
        blocked_until,
        updated_at,
    })
}

/// Stores a subject that was read with [`lock`].
///
/// # Errors
/// The database's.
pub fn store(conn: &mut Conn, subject: &[u8; 32], after: Attempts) -> Result<(), StoreError> {
    diesel::update(throttle::table.find(subject.as_slice()))
        .set((
            throttle::failures.eq(after.failures),
            throttle::blocked_until.eq(after.blocked_until),
            throttle::updated_at.eq(after.updated_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes one of so many that a subject may have in a window of time, which come back one after the other; or says how long until the next
/// is there. Read and held until the end of the transaction.
///
/// One number remembers it: the time at which all are there again (the generic cell rate algorithm, ITU-T I.371).
///
/// # Errors
/// The database's.
pub fn take(
    conn: &mut Conn,
    subject: &[u8; 32],
    most: i64,
    window: Millis,
    now: Millis,
) -> Result<Result<(), Millis>, StoreError> {
    let before = lock(conn, subject, now)?;
    let full = before.blocked_until.max(now);
    let after = full.saturating_add(window.div_euclid(most.max(1)));
    let wait = after.saturating_sub(now.saturating_add(window));
    if wait > 0 {
        return Ok(Err(wait));
    }
    let after = Attempts {
        blocked_until: after,
        updated_at: now,
        ..before
    };
    store(conn, subject, after)?;
    Ok(Ok(()))
}

/// Removes subjects that were quiet since a time.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, before: Millis) -> Result<(), StoreError> {
    diesel::delete(throttle::table.filter(throttle::updated_at.lt(before))).execute(conn)?;
    Ok(())
}
