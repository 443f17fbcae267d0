//! Rows of attempts, by the hash of what they are counted for. Not the rule of delays.

use super::schema::accounts::throttle;
use super::{Conn, StoreError};
use crate::both;
use diesel::prelude::*;
use krowoc_shared::ids::Millis;

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

/// Removes subjects that were quiet since a time.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, before: Millis) -> Result<(), StoreError> {
    diesel::delete(throttle::table.filter(throttle::updated_at.lt(before))).execute(conn)?;
    Ok(())
}
