//! Rows of tokens that were sent by mail, as hashes. Not the letters, and not what a token opens.

use super::accounts::user;
use super::schema::accounts::mail_token;
use super::sessions::Hash;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{Millis, UserId};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Proves that an address is read.
    Verify,
    /// Sets a password anew.
    Reset,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }
}

/// A token that is to be sent.
#[derive(Clone, Debug)]
pub struct NewMailToken {
    /// Its hash.
    pub hash: Hash,
    /// Whose it is.
    pub user: UserId,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it is sent.
    pub email: String,
    /// When it runs out.
    pub expires_at: Millis,
}

/// Stores a token, and removes those that have run out. Earlier ones of the purpose stay good: a mail may have been sent twice.
///
/// # Errors
/// The database's.
pub fn create(conn: &mut Conn, new: &NewMailToken, now: Millis) -> Result<(), StoreError> {
    diesel::delete(mail_token::table.filter(mail_token::expires_at.le(now))).execute(conn)?;
    diesel::insert_into(mail_token::table)
        .values((
            mail_token::hash.eq(new.hash.as_slice()),
            mail_token::account_id.eq(new.user.as_bytes().as_slice()),
            mail_token::purpose.eq(new.purpose.as_str()),
            mail_token::email.eq(&new.email),
            mail_token::expires_at.eq(new.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The account of a token that is good, and the address it was sent to.
///
/// # Errors
/// The database's.
pub fn find(
    conn: &mut Conn,
    hash: &Hash,
    purpose: Purpose,
    now: Millis,
) -> Result<Option<(UserId, String)>, StoreError> {
    let row: Option<(Vec<u8>, String)> = mail_token::table
        .find(hash.as_slice())
        .filter(mail_token::purpose.eq(purpose.as_str()))
        .filter(mail_token::expires_at.gt(now))
        .select((mail_token::account_id, mail_token::email))
        .first(conn)
        .optional()?;
    row.map(|(id, email)| Ok((user(&id)?, email))).transpose()
}

/// Uses a token up; false when it was already. Of two who use it at once, one gets true.
///
/// # Errors
/// The database's.
pub fn spend(conn: &mut Conn, hash: &Hash) -> Result<bool, StoreError> {
    let spent = diesel::delete(mail_token::table.find(hash.as_slice())).execute(conn)?;
    Ok(spent == 1)
}

/// Makes all tokens of a purpose useless.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, id: UserId, purpose: Purpose) -> Result<(), StoreError> {
    let own = mail_token::table
        .filter(mail_token::account_id.eq(id.as_bytes().as_slice()))
        .filter(mail_token::purpose.eq(purpose.as_str()));
    diesel::delete(own).execute(conn)?;
    Ok(())
}
