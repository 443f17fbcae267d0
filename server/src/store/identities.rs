//! Rows of who somebody is elsewhere, and of sign-ins through providers that are under way. Not whom to believe.

use super::accounts::user;
use super::schema::identities::{identity, sign_in_attempt};
use super::sessions::Hash;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{IdentityId, Millis, SessionId, UserId};

/// A sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Through whom.
    pub provider: String,
    /// Whose account the provider is added to; `None` to sign in.
    pub user: Option<UserId>,
    /// The session that adds it; `None` where none does.
    pub session: Option<SessionId>,
    /// Who came back, when the password of the account is still to be proven.
    pub identity: Option<String>,
    /// When it runs out.
    pub expires_at: Millis,
}

/// Stores an attempt, and removes those that have run out.
///
/// # Errors
/// The database's.
pub fn begin(conn: &mut Conn, hash: &Hash, new: &Attempt, now: Millis) -> Result<(), StoreError> {
    diesel::delete(sign_in_attempt::table.filter(sign_in_attempt::expires_at.le(now)))
        .execute(conn)?;
    let account = new.user.map(|id| id.as_bytes().to_vec());
    let session = new.session.map(|id| id.as_bytes().to_vec());
    diesel::insert_into(sign_in_attempt::table)
        .values((
            sign_in_attempt::hash.eq(hash.as_slice()),
            sign_in_attempt::provider.eq(&new.provider),
            sign_in_attempt::account_id.eq(account),
            sign_in_attempt::identity.eq(&new.identity),
            sign_in_attempt::expires_at.eq(new.expires_at),
            sign_in_attempt::session_id.eq(session),
        ))
        .execute(conn)?;
    Ok(())
}

/// The attempt of a cookie, while it is good.
///
/// # Errors
/// The database's.
pub fn attempt(conn: &mut Conn, hash: &Hash, now: Millis) -> Result<Option<Attempt>, StoreError> {
    type Row = (
        String,
        Option<Vec<u8>>,
        Option<String>,
        i64,
        Option<Vec<u8>>,
    );
    let row: Option<Row> = sign_in_attempt::table
        .find(hash.as_slice())
        .filter(sign_in_attempt::expires_at.gt(now))
        .select((
            sign_in_attempt::provider,
            sign_in_attempt::account_id,
            sign_in_attempt::identity,
            sign_in_attempt::expires_at,
            sign_in_attempt::session_id,
        ))
        .first(conn)
        .optional()?;
    row.map(|(provider, account, identity, expires_at, session)| {
        Ok(Attempt {
            provider,
            user: account.as_deref().map(user).transpose()?,
            session: session.as_deref().and_then(SessionId::from_slice),
            identity,
            expires_at,
        })
    })
    .transpose()
}

/// Removes the attempts that were begun from an account.
///
/// # Errors
/// The database's.
pub fn forget_attempts(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    let own = sign_in_attempt::account_id.eq(id.as_bytes().as_slice());
    diesel::delete(sign_in_attempt::table.filter(own)).execute(conn)?;
    Ok(())
}

/// Uses an attempt up; false when it was already. Of two who use it at once, one gets true.
///
/// # Errors
/// The database's.
pub fn spend(conn: &mut Conn, hash: &Hash) -> Result<bool, StoreError> {
    let spent = diesel::delete(sign_in_attempt::table.find(hash.as_slice())).execute(conn)?;
    Ok(spent == 1)
}

/// The account of an identity.
///
/// # Errors
/// The database's.
pub fn owner(conn: &mut Conn, issuer: &str, subject: &str) -> Result<Option<UserId>, StoreError> {
    let row: Option<Vec<u8>> = identity::table
        .filter(identity::issuer.eq(issuer))
        .filter(identity::subject.eq(subject))
        .select(identity::account_id)
        .first(conn)
        .optional()?;
    row.as_deref().map(user).transpose()
}

/// An identity that is added to an account.
#[derive(Clone, Debug)]
pub struct NewIdentity<'a> {
    /// Its id.
    pub id: IdentityId,
    /// Whose it is.
    pub user: UserId,
    /// Through whom.
    pub provider: &'a str,
    /// Who says so.
    pub issuer: &'a str,
    /// What they are called there for ever.
    pub subject: &'a str,
    /// Their address there.
    pub email: Option<&'a str>,
    /// Their name there.
    pub name: Option<&'a str>,
    /// Now.
    pub at: Millis,
}

/// Adds an identity.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody has it.
pub fn add(conn: &mut Conn, new: &NewIdentity<'_>) -> Result<(), StoreError> {
    diesel::insert_into(identity::table)
        .values((
            identity::id.eq(new.id.as_bytes().as_slice()),
            identity::account_id.eq(new.user.as_bytes().as_slice()),
            identity::provider.eq(new.provider),
            identity::issuer.eq(new.issuer),
            identity::subject.eq(new.subject),
            identity::email.eq(new.email),
            identity::name.eq(new.name),
            identity::created_at.eq(new.at),
            identity::used_at.eq(new.at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes a use, the name that the provider has here by now, and what it says.
///
/// # Errors
/// The database's.
pub fn used(
    conn: &mut Conn,
    (issuer, subject): (&str, &str),
    provider: &str,
    (email, name): (Option<&str>, Option<&str>),
    now: Millis,
) -> Result<(), StoreError> {
    let own = identity::table
        .filter(identity::issuer.eq(issuer))
        .filter(identity::subject.eq(subject));
    diesel::update(own)
        .set((
            identity::provider.eq(provider),
            identity::email.eq(email),
            identity::name.eq(name),
            identity::used_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// An identity of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// Through whom, by the name that the provider had here when it was last used.
    pub provider: String,
    /// Who says so.
    pub issuer: String,
    /// Their address there.
    pub email: Option<String>,
    /// Their name there.
    pub name: Option<String>,
    /// When it was added.
    pub created_at: Millis,
    /// When it last let them in.
    pub used_at: Millis,
}

/// The identities of an account, oldest first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, id: UserId) -> Result<Vec<Identity>, StoreError> {
    type Row = (
        Vec<u8>,
        String,
        String,
        Option<String>,
        Option<String>,
        i64,
        i64,
    );
    let rows: Vec<Row> = identity::table
        .filter(identity::account_id.eq(id.as_bytes().as_slice()))
        .order(identity::id)
        .select((
            identity::id,
            identity::provider,
            identity::issuer,
            identity::email,
            identity::name,
            identity::created_at,
            identity::used_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, provider, issuer, email, name, created_at, used_at)| {
            let id = IdentityId::from_slice(&id)
                .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))?;
            Ok(Identity {
                id,
                provider,
                issuer,
                email,
                name,
                created_at,
                used_at,
            })
        })
        .collect()
}

/// Removes all identities of an account.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, id: UserId) -> Result<(), StoreError> {
    let own = identity::table.filter(identity::account_id.eq(id.as_bytes().as_slice()));
    diesel::delete(own).execute(conn)?;
    Ok(())
}

/// Removes an identity of an account; false when there is none.
///
/// # Errors
/// The database's.
pub fn remove(conn: &mut Conn, id: UserId, which: IdentityId) -> Result<bool, StoreError> {
    let own = identity::table
        .filter(identity::id.eq(which.as_bytes().as_slice()))
        .filter(identity::account_id.eq(id.as_bytes().as_slice()));
    Ok(diesel::delete(own).execute(conn)? == 1)
}
