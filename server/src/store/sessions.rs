//! Rows and queries of sessions, devices and the tokens they spent. Not the rules of rotation: those are in `accounts`.

use super::accounts::user;
use super::members::{self, Membership};
use super::rotation::Pair;
use super::schema::accounts::{device, session, spent_token};
use super::schema::tokens::api_token;
use super::{Conn, StoreError, devices, tokens};
use diesel::prelude::*;
use krowoc_shared::accounts::wire::SessionRow;
use krowoc_shared::execution::wire::Scope;
use krowoc_shared::ids::{DeviceId, Millis, SessionId, TokenId, UserId};

/// SHA-256 of a token.
pub type Hash = [u8; 32];

/// Who may ask: a browser's session, a device, or a program with a personal access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A signed-in browser.
    Session(SessionId),
    /// A connected device.
    Device(DeviceId),
    /// A personal access token.
    Token(TokenId),
}

impl Holder {
    /// The id, as spent tokens name their family.
    #[must_use]
    pub fn family(&self) -> &[u8; 16] {
        match self {
            Self::Session(id) => id.as_bytes(),
            Self::Device(id) => id.as_bytes(),
            Self::Token(id) => id.as_bytes(),
        }
    }
}

/// The holder of a live or expired access token, and what the request may touch.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who holds it.
    pub holder: Holder,
    /// Whose it is.
    pub user: UserId,
    /// When it runs out.
    pub expires_at: Millis,
    /// When the holder was last seen.
    pub seen_at: Millis,
    /// The CSRF token of a session; empty for a device.
    pub csrf: String,
    /// The device was revoked.
    pub revoked: bool,
    /// The spaces of the user, the personal one first.
    pub spaces: Vec<Membership>,
    /// What a personal access token may do; empty for other holders, who are not held to scopes.
    pub scopes: Vec<Scope>,
}

fn fault() -> StoreError {
    StoreError::Fault("an id is not 16 bytes".to_owned())
}

/// The session of an access token.
///
/// # Errors
/// The database's.
pub fn session_by_access(conn: &mut Conn, hash: &Hash) -> Result<Option<Access>, StoreError> {
    type Row = (Vec<u8>, Vec<u8>, i64, i64, String);
    let row: Option<Row> = session::table
        .filter(session::access_hash.eq(hash.as_slice()))
        .select((
            session::id,
            session::account_id,
            session::access_expires_at,
            session::seen_at,
            session::csrf,
        ))
        .first(conn)
        .optional()?;
    let Some((id, account, expires_at, seen_at, csrf)) = row else {
        return Ok(None);
    };
    let user = user(&account)?;
    Ok(Some(Access {
        holder: Holder::Session(SessionId::from_slice(&id).ok_or_else(fault)?),
        user,
        expires_at,
        seen_at,
        csrf,
        revoked: false,
        spaces: members::of(conn, user)?,
        scopes: Vec::new(),
    }))
}

/// The device of an access token, also when it was revoked.
///
/// # Errors
/// The database's.
pub fn device_by_access(conn: &mut Conn, hash: &Hash) -> Result<Option<Access>, StoreError> {
    type Row = (Vec<u8>, Vec<u8>, i64, i64, Option<i64>);
    let row: Option<Row> = device::table
        .filter(device::access_hash.eq(hash.as_slice()))
        .select((
            device::id,
            device::account_id,
            device::access_expires_at,
            device::seen_at,
            device::revoked_at,
        ))
        .first(conn)
        .optional()?;
    let Some((id, account, expires_at, seen_at, revoked_at)) = row else {
        return Ok(None);
    };
    let user = user(&account)?;
    Ok(Some(Access {
        holder: Holder::Device(DeviceId::from_slice(&id).ok_or_else(fault)?),
        user,
        expires_at,
        seen_at,
        csrf: String::new(),
        revoked: revoked_at.is_some(),
        spaces: members::of(conn, user)?,
        scopes: Vec::new(),
    }))
}

/// The family of a token that was exchanged for its successor.
#[derive(Clone, Debug)]
pub struct Spent {
    /// The session or the device, as sixteen bytes.
    pub family: Vec<u8>,
    /// What its successor was derived with.
    pub salt: Vec<u8>,
    /// When it was exchanged.
    pub spent_at: Millis,
}

/// A token that was exchanged; `kind` is `access` or `refresh`.
///
/// # Errors
/// The database's.
pub fn spent(conn: &mut Conn, hash: &Hash, kind: &str) -> Result<Option<Spent>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>, i64)> = spent_token::table
        .filter(spent_token::hash.eq(hash.as_slice()))
        .filter(spent_token::kind.eq(kind))
        .select((
            spent_token::family,
            spent_token::salt,
            spent_token::spent_at,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(|(family, salt, spent_at)| Spent {
        family,
        salt,
        spent_at,
    }))
}

/// Notes that a holder was seen.
///
/// # Errors
/// The database's.
pub fn touch(conn: &mut Conn, holder: Holder, at: Millis) -> Result<(), StoreError> {
    match holder {
        Holder::Session(id) => diesel::update(session::table.find(id.as_bytes().as_slice()))
            .set(session::seen_at.eq(at))
            .execute(conn)?,
        Holder::Device(id) => diesel::update(device::table.find(id.as_bytes().as_slice()))
            .set(device::seen_at.eq(at))
            .execute(conn)?,
        Holder::Token(id) => diesel::update(api_token::table.find(id.as_bytes().as_slice()))
            .set(api_token::used_at.eq(at))
            .execute(conn)?,
    };
    Ok(())
}

/// A new session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Its tokens.
    pub pair: Pair,
    /// Its CSRF token.
    pub csrf: String,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Now.
    pub at: Millis,
}

/// Stores a session.
///
/// # Errors
/// The database's.
pub fn create(conn: &mut Conn, new: &NewSession) -> Result<(), StoreError> {
    diesel::insert_into(session::table)
        .values((
            session::id.eq(new.id.as_bytes().as_slice()),
            session::account_id.eq(new.user.as_bytes().as_slice()),
            session::access_hash.eq(new.pair.access.as_slice()),
            session::access_expires_at.eq(new.pair.access_expires_at),
            session::refresh_hash.eq(new.pair.refresh.as_slice()),
            session::refresh_expires_at.eq(new.pair.refresh_expires_at),
            session::csrf.eq(&new.csrf),
            session::user_agent.eq(&new.user_agent),
            session::created_at.eq(new.at),
            session::seen_at.eq(new.at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The CSRF token of a session and when its access token runs out.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn view(conn: &mut Conn, id: SessionId) -> Result<(String, Millis), StoreError> {
    let columns = (session::csrf, session::access_expires_at);
    let found = session::table.find(id.as_bytes().as_slice());
    Ok(found.select(columns).first(conn)?)
}

/// The sessions of an account, last used first.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Conn,
    user: UserId,
    current: SessionId,
) -> Result<Vec<SessionRow>, StoreError> {
    let rows: Vec<(Vec<u8>, String, i64, i64)> = session::table
        .filter(session::account_id.eq(user.as_bytes().as_slice()))
        .order((session::seen_at.desc(), session::id.desc()))
        .select((
            session::id,
            session::user_agent,
            session::created_at,
            session::seen_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, user_agent, created_at, seen_at)| {
            let id = SessionId::from_slice(&id).ok_or_else(fault)?;
            Ok(SessionRow {
                id,
                user_agent,
                created_at,
                seen_at,
                current: id == current,
            })
        })
        .collect()
}

/// When a session signed in.
///
/// # Errors
/// [`StoreError::NotFound`], or the database's.
pub fn created_at(conn: &mut Conn, id: SessionId) -> Result<Millis, StoreError> {
    let found = session::table.find(id.as_bytes().as_slice());
    Ok(found.select(session::created_at).first(conn)?)
}

/// The ids of an account's sessions.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, user: UserId) -> Result<Vec<SessionId>, StoreError> {
    let rows: Vec<Vec<u8>> = session::table
        .filter(session::account_id.eq(user.as_bytes().as_slice()))
        .select(session::id)
        .load(conn)?;
    rows.iter()
        .map(|id| SessionId::from_slice(id).ok_or_else(fault))
        .collect()
}

/// Whether a session of an account is there still.
///
/// # Errors
/// The database's.
pub fn lives(conn: &mut Conn, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let own = session::table
        .filter(session::id.eq(id.as_bytes().as_slice()))
        .filter(session::account_id.eq(user.as_bytes().as_slice()));
    let found: i64 = own.count().get_result(conn)?;
    Ok(found > 0)
}

/// Whether a holder has its access still: its session has not ended, its device or its token was not revoked. Not whether what it shows
/// has run out.
///
/// # Errors
/// The database's.
pub fn stands(conn: &mut Conn, user: UserId, holder: Holder) -> Result<bool, StoreError> {
    match holder {
        Holder::Session(id) => lives(conn, user, id),
        Holder::Device(id) => devices::is_connected(conn, user, id),
        Holder::Token(id) => {
            let standing = tokens::standing(conn, id)?;
            Ok(standing.is_some_and(|standing| !standing.revoked))
        }
    }
}

/// Ends a session of an account; false when there is none.
///
/// # Errors
/// The database's.
pub fn end(conn: &mut Conn, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    let own = session::table
        .filter(session::id.eq(id.as_bytes().as_slice()))
        .filter(session::account_id.eq(user.as_bytes().as_slice()));
    let ended = diesel::delete(own).execute(conn)?;
    let spent = spent_token::table.filter(spent_token::family.eq(id.as_bytes().as_slice()));
    if ended == 1 {
        diesel::delete(spent).execute(conn)?;
    }
    Ok(ended == 1)
}
