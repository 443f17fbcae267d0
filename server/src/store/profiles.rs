//! What an account says of itself, and the changes of its address and password. Not sign-in: that reads `accounts`.

use super::schema::accounts::account;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{Millis, UserId};

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its address, normalised.
    pub email: String,
    /// When that was verified.
    pub email_verified_at: Option<Millis>,
    /// The address that waits to take its place.
    pub pending_email: Option<String>,
    /// The PHC string of its password.
    pub password_hash: String,
    /// When it was made.
    pub created_at: Millis,
    /// When it is erased.
    pub delete_at: Option<Millis>,
    /// What its owner is called.
    pub name: Option<String>,
}

/// The profile of an account; `None` when there is no such account.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, id: UserId) -> Result<Option<Profile>, StoreError> {
    type Row = (
        String,
        Option<i64>,
        Option<String>,
        String,
        i64,
        Option<i64>,
        Option<String>,
    );
    let row: Option<Row> = account::table
        .find(id.as_bytes().as_slice())
        .select((
            account::email,
            account::email_verified_at,
            account::pending_email,
            account::password_hash,
            account::created_at,
            account::delete_at,
            account::name,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|row| Profile {
        email: row.0,
        email_verified_at: row.1,
        pending_email: row.2,
        password_hash: row.3,
        created_at: row.4,
        delete_at: row.5,
        name: row.6,
    }))
}

/// As [`find`], of an account that must be there.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn get(conn: &mut Conn, id: UserId) -> Result<Profile, StoreError> {
    find(conn, id)?.ok_or(StoreError::NotFound)
}

/// As [`get`], and holds the account until the end of the transaction: what is decided on what it has stays true.
///
/// # Errors
/// As [`get`].
pub fn lock(conn: &mut Conn, id: UserId) -> Result<Profile, StoreError> {
    // An update that changes nothing takes the row's lock on PostgreSQL.
    diesel::update(account::table.find(id.as_bytes().as_slice()))
        .set(account::created_at.eq(account::created_at))
        .execute(conn)?;
    get(conn, id)
}

/// Notes what the owner is called, or that nobody says.
///
/// # Errors
/// The database's.
pub fn set_name(conn: &mut Conn, id: UserId, name: Option<&str>) -> Result<(), StoreError> {
    diesel::update(account::table.find(id.as_bytes().as_slice()))
        .set(account::name.eq(name))
        .execute(conn)?;
    Ok(())
}

/// Notes the address that waits, or that none does.
///
/// # Errors
/// The database's.
pub fn set_pending(conn: &mut Conn, id: UserId, email: Option<&str>) -> Result<(), StoreError> {
    diesel::update(account::table.find(id.as_bytes().as_slice()))
        .set(account::pending_email.eq(email))
        .execute(conn)?;
    Ok(())
}

/// Makes a verified address the account's; the one that waited waits no more.
///
/// # Errors
/// [`StoreError::Conflict`] when another account has it.
pub fn set_email(conn: &mut Conn, id: UserId, email: &str, now: Millis) -> Result<(), StoreError> {
    diesel::update(account::table.find(id.as_bytes().as_slice()))
        .set((
            account::email.eq(email),
            account::email_verified_at.eq(now),
            account::pending_email.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that the present address was verified; one that was already keeps its time.
///
/// # Errors
/// The database's.
pub fn set_verified(conn: &mut Conn, id: UserId, now: Millis) -> Result<(), StoreError> {
    let unverified = account::table
        .filter(account::id.eq(id.as_bytes().as_slice()))
        .filter(account::email_verified_at.is_null());
    diesel::update(unverified)
        .set(account::email_verified_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Replaces the password.
///
/// # Errors
/// The database's.
pub fn set_password(conn: &mut Conn, id: UserId, hash: &str) -> Result<(), StoreError> {
    diesel::update(account::table.find(id.as_bytes().as_slice()))
        .set(account::password_hash.eq(hash))
        .execute(conn)?;
    Ok(())
}
