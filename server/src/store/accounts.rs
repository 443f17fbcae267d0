//! Rows and queries of accounts, spaces and their members. Not sessions and devices: those are beside this file.

use super::schema::accounts::{account, space, space_member};
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{Millis, SpaceId, UserId};

/// What sign-in needs of an account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// Its e-mail address, normalised.
    pub email: String,
    /// The PHC string of its password.
    pub password_hash: String,
}

/// A new account with its personal space.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: UserId,
    /// Its e-mail address, normalised.
    pub email: String,
    /// The PHC string of its password.
    pub password_hash: String,
    /// The id of its personal space.
    pub space: SpaceId,
    /// The epoch of that space.
    pub epoch: String,
    /// Now.
    pub at: Millis,
}

/// Sixteen bytes of the database as an id.
pub(super) fn user(bytes: &[u8]) -> Result<UserId, StoreError> {
    UserId::from_slice(bytes).ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))
}

/// Sixteen bytes of the database as the id of a space.
pub(super) fn space_id(bytes: &[u8]) -> Result<SpaceId, StoreError> {
    SpaceId::from_slice(bytes).ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))
}

/// The account of a normalised address.
///
/// # Errors
/// The database's.
pub fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Account>, StoreError> {
    let row: Option<(Vec<u8>, String, String)> = account::table
        .filter(account::email.eq(email))
        .select((account::id, account::email, account::password_hash))
        .first(conn)
        .optional()?;
    row.map(|(id, email, password_hash)| {
        Ok(Account {
            id: user(&id)?,
            email,
            password_hash,
        })
    })
    .transpose()
}

/// The address of an account.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn email_of(conn: &mut Conn, id: UserId) -> Result<String, StoreError> {
    Ok(account::table
        .find(id.as_bytes().as_slice())
        .select(account::email)
        .first(conn)?)
}

/// Makes an account and its personal space, with the account as owner.
///
/// # Errors
/// [`StoreError::Conflict`] when the address is taken.
pub fn create(conn: &mut Conn, new: &NewAccount) -> Result<(), StoreError> {
    let id = new.id.as_bytes().as_slice();
    let space_id = new.space.as_bytes().as_slice();
    diesel::insert_into(account::table)
        .values((
            account::id.eq(id),
            account::email.eq(&new.email),
            account::password_hash.eq(&new.password_hash),
            account::created_at.eq(new.at),
        ))
        .execute(conn)?;
    diesel::insert_into(space::table)
        .values((
            space::id.eq(space_id),
            space::kind.eq("personal"),
            space::name.eq("Personal"),
            space::epoch.eq(&new.epoch),
            space::created_at.eq(new.at),
        ))
        .execute(conn)?;
    diesel::insert_into(space_member::table)
        .values((
            space_member::space_id.eq(space_id),
            space_member::account_id.eq(id),
            space_member::role.eq("owner"),
            space_member::created_at.eq(new.at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The personal space of an account and its epoch.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn personal_space(conn: &mut Conn, id: UserId) -> Result<(SpaceId, String), StoreError> {
    let (bytes, epoch): (Vec<u8>, String) = space::table
        .inner_join(space_member::table.on(space_member::space_id.eq(space::id)))
        .filter(space_member::account_id.eq(id.as_bytes().as_slice()))
        .filter(space::kind.eq("personal"))
        .select((space::id, space::epoch))
        .first(conn)?;
    Ok((space_id(&bytes)?, epoch))
}
