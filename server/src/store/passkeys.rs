//! Rows of passkeys and of what they are to sign. Not whether a signature is right.

use super::accounts::user;
use super::schema::factors::{passkey, passkey_challenge as challenge};
use super::sessions::Hash;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{Millis, PasskeyId, UserId};

/// What a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A passkey is added to an account.
    Add,
    /// Somebody signs in.
    Enter,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Enter => "enter",
        }
    }
}

/// Stores a challenge, and removes those that have run out. With an account it is for that account alone.
///
/// # Errors
/// The database's.
pub fn ask(
    conn: &mut Conn,
    hash: &Hash,
    (purpose, id): (Purpose, Option<UserId>),
    (now, expires_at): (Millis, Millis),
) -> Result<(), StoreError> {
    diesel::delete(challenge::table.filter(challenge::expires_at.le(now))).execute(conn)?;
    let account = id.map(|id| id.as_bytes().to_vec());
    diesel::insert_into(challenge::table)
        .values((
            challenge::hash.eq(hash.as_slice()),
            challenge::account_id.eq(account),
            challenge::purpose.eq(purpose.as_str()),
            challenge::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Uses a challenge up; `None` when it was already, has run out, or is for something else. Of two who use it at once, one gets it, with the
/// account that it is for.
///
/// # Errors
/// The database's.
pub fn spend(
    conn: &mut Conn,
    hash: &Hash,
    purpose: Purpose,
    now: Millis,
) -> Result<Option<Option<UserId>>, StoreError> {
    let row: Option<Option<Vec<u8>>> = challenge::table
        .find(hash.as_slice())
        .filter(challenge::purpose.eq(purpose.as_str()))
        .filter(challenge::expires_at.gt(now))
        .select(challenge::account_id)
        .first(conn)
        .optional()?;
    let Some(account) = row else {
        return Ok(None);
    };
    let spent = diesel::delete(challenge::table.find(hash.as_slice())).execute(conn)?;
    if spent != 1 {
        return Ok(None);
    }
    Ok(Some(account.as_deref().map(user).transpose()?))
}

/// A passkey that is added.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// Its id here.
    pub id: PasskeyId,
    /// Whose it is.
    pub user: UserId,
    /// As its authenticator names it.
    pub credential: Vec<u8>,
    /// In COSE's form.
    pub public_key: Vec<u8>,
    /// How often it signed.
    pub sign_count: u32,
    /// How its authenticator is reached, parted by spaces.
    pub transports: String,
    /// The name of the server that it is made for.
    pub rp_id: String,
    /// What its owner calls it.
    pub name: String,
    /// Now.
    pub at: Millis,
}

/// Adds a passkey.
///
/// # Errors
/// [`StoreError::Conflict`] when the credential is known.
pub fn add(conn: &mut Conn, new: &NewPasskey) -> Result<(), StoreError> {
    diesel::insert_into(passkey::table)
        .values((
            passkey::id.eq(new.id.as_bytes().as_slice()),
            passkey::account_id.eq(new.user.as_bytes().as_slice()),
            passkey::credential.eq(&new.credential),
            passkey::public_key.eq(&new.public_key),
            passkey::sign_count.eq(i64::from(new.sign_count)),
            passkey::transports.eq(&new.transports),
            passkey::name.eq(&new.name),
            passkey::created_at.eq(new.at),
            passkey::rp_id.eq(&new.rp_id),
        ))
        .execute(conn)?;
    Ok(())
}

/// A passkey that signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its id here.
    pub id: PasskeyId,
    /// Whose it is.
    pub user: UserId,
    /// In COSE's form.
    pub public_key: Vec<u8>,
}

fn id_of(bytes: &[u8]) -> Result<PasskeyId, StoreError> {
    PasskeyId::from_slice(bytes)
        .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))
}

/// The passkey of a credential.
///
/// # Errors
/// The database's.
pub fn by_credential(conn: &mut Conn, credential: &[u8]) -> Result<Option<Passkey>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>, Vec<u8>)> = passkey::table
        .filter(passkey::credential.eq(credential))
        .select((passkey::id, passkey::account_id, passkey::public_key))
        .first(conn)
        .optional()?;
    row.map(|(id, account, public_key)| {
        Ok(Passkey {
            id: id_of(&id)?,
            user: user(&account)?,
            public_key,
        })
    })
    .transpose()
}

/// Notes a signature with its counter; false when the counter did not grow, as that of a copied key: of two such at once, one gets true.
/// An authenticator that does not count always says 0. The name of the server is kept with it: what signed for that was made for it.
///
/// # Errors
/// The database's.
pub fn used(
    conn: &mut Conn,
    id: PasskeyId,
    (count, rp_id): (u32, &str),
    now: Millis,
) -> Result<bool, StoreError> {
    let count = i64::from(count);
    let grown = passkey::table
        .filter(passkey::id.eq(id.as_bytes().as_slice()))
        .filter(
            passkey::sign_count
                .lt(count)
                .or(passkey::sign_count.eq(0).and(passkey::sign_count.eq(count))),
        );
    let noted = diesel::update(grown)
        .set((
            passkey::sign_count.eq(count),
            passkey::used_at.eq(now),
            passkey::rp_id.eq(rp_id),
        ))
        .execute(conn)?;
    Ok(noted == 1)
}

/// A passkey that an account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its id here.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// The name of the server that it was made for; empty of one that was made before names were kept.
    pub rp_id: String,
    /// When it was added.
    pub created_at: Millis,
    /// When it last let them in.
    pub used_at: Option<Millis>,
}

/// The passkeys of an account, the oldest first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, id: UserId) -> Result<Vec<Kept>, StoreError> {
    type Row = (Vec<u8>, String, String, i64, Option<i64>);
    let rows: Vec<Row> = passkey::table
        .filter(passkey::account_id.eq(id.as_bytes().as_slice()))
        .order(passkey::id)
        .select((
            passkey::id,
            passkey::name,
            passkey::rp_id,
            passkey::created_at,
            passkey::used_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, name, rp_id, created_at, used_at)| {
            Ok(Kept {
                id: id_of(&id)?,
                name,
                rp_id,
                created_at,
                used_at,
            })
        })
        .collect()
}

/// The credentials of an account that were made for a name, or may have been, with how their authenticators are reached.
///
/// # Errors
/// The database's.
pub fn credentials(
    conn: &mut Conn,
    id: UserId,
    rp_id: &str,
) -> Result<Vec<(Vec<u8>, String)>, StoreError> {
    Ok(passkey::table
        .filter(passkey::account_id.eq(id.as_bytes().as_slice()))
        .filter(passkey::rp_id.eq(rp_id).or(passkey::rp_id.eq("")))
        .order(passkey::id)
        .select((passkey::credential, passkey::transports))
        .load(conn)?)
}

/// Names a passkey of an account; false when there is none such.
///
/// # Errors
/// The database's.
pub fn rename(
    conn: &mut Conn,
    id: UserId,
    which: PasskeyId,
    name: &str,
) -> Result<bool, StoreError> {
    let own = passkey::table
        .filter(passkey::id.eq(which.as_bytes().as_slice()))
        .filter(passkey::account_id.eq(id.as_bytes().as_slice()));
    let named = diesel::update(own)
        .set(passkey::name.eq(name))
        .execute(conn)?;
    Ok(named == 1)
}

/// Removes a passkey of an account; false when there is none such.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: UserId, which: PasskeyId) -> Result<bool, StoreError> {
    let own = passkey::table
        .filter(passkey::id.eq(which.as_bytes().as_slice()))
        .filter(passkey::account_id.eq(id.as_bytes().as_slice()));
    Ok(diesel::delete(own).execute(conn)? == 1)
}

/// Removes all passkeys of an account, and what was begun of others.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    let own = passkey::table.filter(passkey::account_id.eq(id.as_bytes().as_slice()));
    diesel::delete(own).execute(conn)?;
    let begun = challenge::table.filter(challenge::account_id.eq(id.as_bytes().as_slice()));
    diesel::delete(begun).execute(conn)?;
    Ok(())
}
