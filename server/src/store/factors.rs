//! Rows of authenticators and of the codes that stand in for them. Not which code is right, and not how a secret is sealed.

use super::accounts::user;
use super::provider_keys::Sealed;
use super::schema::factors::{recovery_code, totp};
use super::sessions::Hash;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{Millis, UserId};

/// The authenticator of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totp {
    /// Its secret, sealed.
    pub sealed: Sealed,
    /// When it was confirmed; until then it asks for nothing.
    pub confirmed_at: Option<Millis>,
}

/// The authenticator of an account; `None` when it has none.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: UserId) -> Result<Option<Totp>, StoreError> {
    let row: Option<(Vec<u8>, String, Option<i64>)> = totp::table
        .find(id.as_bytes().as_slice())
        .select((totp::sealed, totp::kek_id, totp::confirmed_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(bytes, kek, confirmed_at)| Totp {
        sealed: Sealed { bytes, kek },
        confirmed_at,
    }))
}

/// When the second step was turned on; `None` when it is not.
///
/// # Errors
/// The database's.
pub fn on_since(conn: &mut Conn, id: UserId) -> Result<Option<Millis>, StoreError> {
    Ok(find(conn, id)?.and_then(|it| it.confirmed_at))
}

/// Stores an authenticator that is to be confirmed, in the place of one that never was.
///
/// # Errors
/// [`StoreError::Conflict`] when the account has one that is confirmed.
pub fn begin(conn: &mut Conn, id: UserId, sealed: &Sealed, now: Millis) -> Result<(), StoreError> {
    let waiting = totp::table
        .filter(totp::account_id.eq(id.as_bytes().as_slice()))
        .filter(totp::confirmed_at.is_null());
    diesel::delete(waiting).execute(conn)?;
    diesel::insert_into(totp::table)
        .values((
            totp::account_id.eq(id.as_bytes().as_slice()),
            totp::sealed.eq(sealed.bytes.as_slice()),
            totp::kek_id.eq(&sealed.kek),
            totp::created_at.eq(now),
            totp::step.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Confirms the authenticator that was read, with the step whose code was typed; false when it is not there as it was read.
///
/// # Errors
/// The database's.
pub fn confirm(
    conn: &mut Conn,
    id: UserId,
    sealed: &Sealed,
    (step, now): (i64, Millis),
) -> Result<bool, StoreError> {
    let waiting = totp::table
        .filter(totp::account_id.eq(id.as_bytes().as_slice()))
        .filter(totp::sealed.eq(sealed.bytes.as_slice()))
        .filter(totp::confirmed_at.is_null());
    let confirmed = diesel::update(waiting)
        .set((totp::confirmed_at.eq(now), totp::step.eq(step)))
        .execute(conn)?;
    Ok(confirmed == 1)
}

/// Takes a step; false when it, or a later one, was taken before. Of two who take one at once, one gets true.
///
/// # Errors
/// The database's.
pub fn take_step(conn: &mut Conn, id: UserId, step: i64) -> Result<bool, StoreError> {
    let earlier = totp::table
        .filter(totp::account_id.eq(id.as_bytes().as_slice()))
        .filter(totp::confirmed_at.is_not_null())
        .filter(totp::step.lt(step));
    let taken = diesel::update(earlier)
        .set(totp::step.eq(step))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Removes the authenticator with its recovery codes.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    diesel::delete(totp::table.find(id.as_bytes().as_slice())).execute(conn)?;
    set_recovery(conn, id, &[])
}

/// Puts recovery codes in the place of all that there were.
///
/// # Errors
/// The database's.
pub fn set_recovery(conn: &mut Conn, id: UserId, hashes: &[Hash]) -> Result<(), StoreError> {
    let own = recovery_code::table.filter(recovery_code::account_id.eq(id.as_bytes().as_slice()));
    diesel::delete(own).execute(conn)?;
    for hash in hashes {
        diesel::insert_into(recovery_code::table)
            .values((
                recovery_code::account_id.eq(id.as_bytes().as_slice()),
                recovery_code::hash.eq(hash.as_slice()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Uses a recovery code up; false when there is none such. Of two who use it at once, one gets true.
///
/// # Errors
/// The database's.
pub fn take_recovery(conn: &mut Conn, id: UserId, hash: &Hash) -> Result<bool, StoreError> {
    let code = recovery_code::table.find((id.as_bytes().as_slice(), hash.as_slice()));
    Ok(diesel::delete(code).execute(conn)? == 1)
}

/// How many recovery codes are left.
///
/// # Errors
/// The database's.
pub fn recovery_left(conn: &mut Conn, id: UserId) -> Result<i64, StoreError> {
    let own = recovery_code::table.filter(recovery_code::account_id.eq(id.as_bytes().as_slice()));
    Ok(own.count().get_result(conn)?)
}

/// Authenticators that are not sealed under this key-encryption key, in the order of their accounts.
///
/// # Errors
/// The database's.
pub fn sealed_otherwise(
    conn: &mut Conn,
    kek: &str,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<(UserId, Sealed)>, StoreError> {
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let rows: Vec<(Vec<u8>, Vec<u8>, String)> = totp::table
        .filter(totp::kek_id.ne(kek))
        .filter(totp::account_id.gt(after))
        .order(totp::account_id)
        .limit(limit)
        .select((totp::account_id, totp::sealed, totp::kek_id))
        .load(conn)?;
    let rows = rows.into_iter();
    rows.map(|(id, bytes, kek)| Ok((user(&id)?, Sealed { bytes, kek })))
        .collect()
}

/// Seals a secret anew, if it is still the one that was read; false when it is not.
///
/// # Errors
/// The database's.
pub fn reseal(
    conn: &mut Conn,
    id: UserId,
    old: &Sealed,
    sealed: &Sealed,
) -> Result<bool, StoreError> {
    let read = totp::table
        .filter(totp::account_id.eq(id.as_bytes().as_slice()))
        .filter(totp::sealed.eq(old.bytes.as_slice()));
    let changed = diesel::update(read)
        .set((
            totp::sealed.eq(sealed.bytes.as_slice()),
            totp::kek_id.eq(&sealed.kek),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}
