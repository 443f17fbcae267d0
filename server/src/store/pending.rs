//! Rows of sign-ins whose first step is done. Not what the second one is.

use super::accounts::user;
use super::schema::factors::sign_in_pending as pending;
use super::sessions::Hash;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{Millis, UserId};

/// Stores one, and removes those that have run out.
///
/// # Errors
/// The database's.
pub fn begin(
    conn: &mut Conn,
    hash: &Hash,
    id: UserId,
    (now, expires_at): (Millis, Millis),
) -> Result<(), StoreError> {
    diesel::delete(pending::table.filter(pending::expires_at.le(now))).execute(conn)?;
    diesel::insert_into(pending::table)
        .values((
            pending::hash.eq(hash.as_slice()),
            pending::account_id.eq(id.as_bytes().as_slice()),
            pending::attempts.eq(0),
            pending::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whose sign-in it is, while it is good and was tried fewer than `most` times.
///
/// # Errors
/// The database's.
pub fn find(
    conn: &mut Conn,
    hash: &Hash,
    (most, now): (i64, Millis),
) -> Result<Option<UserId>, StoreError> {
    let row: Option<Vec<u8>> = pending::table
        .find(hash.as_slice())
        .filter(pending::expires_at.gt(now))
        .filter(pending::attempts.lt(most))
        .select(pending::account_id)
        .first(conn)
        .optional()?;
    row.as_deref().map(user).transpose()
}

/// Counts a try; false when there were `most` before. Of two at once, each is counted.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, hash: &Hash, most: i64) -> Result<bool, StoreError> {
    let tried = pending::table
        .filter(pending::hash.eq(hash.as_slice()))
        .filter(pending::attempts.lt(most));
    let counted = diesel::update(tried)
        .set(pending::attempts.eq(pending::attempts + 1))
        .execute(conn)?;
    Ok(counted == 1)
}

/// Uses it up; false when it was already. Of two who use it at once, one gets true.
///
/// # Errors
/// The database's.
pub fn spend(conn: &mut Conn, hash: &Hash) -> Result<bool, StoreError> {
    Ok(diesel::delete(pending::table.find(hash.as_slice())).execute(conn)? == 1)
}

/// Ends all that wait for an account.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    let own = pending::table.filter(pending::account_id.eq(id.as_bytes().as_slice()));
    diesel::delete(own).execute(conn)?;
    Ok(())
}
