//! Rows and queries of sessions, devices and the tokens they spent. Not the rules of rotation: those are in `accounts`.

use super::accounts::{spaces_of, user};
use super::schema::accounts::{device, session, spent_token};
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{DeviceId, Millis, SessionId, SpaceId, UserId};

/// SHA-256 of a token.
pub type Hash = [u8; 32];

/// Who may hold tokens: a browser's session or a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A signed-in browser.
    Session(SessionId),
    /// A connected device.
    Device(DeviceId),
}

impl Holder {
    /// The id, as spent tokens name their family.
    #[must_use]
    pub fn family(&self) -> &[u8; 16] {
        match self {
            Self::Session(id) => id.as_bytes(),
            Self::Device(id) => id.as_bytes(),
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
    pub spaces: Vec<SpaceId>,
}

fn fault() -> StoreError {
    StoreError::Fault("an id is not 16 bytes".to_owned())
}

/// The session of an access token.
///
/// # Errors
/// The database's.
pub fn session_by_access(conn: &mut Conn, hash: &Hash) -> Result<Option<Access>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>, i64, i64, String)> = session::table
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
        spaces: spaces_of(conn, user)?,
    }))
}

/// The device of an access token, also when it was revoked.
///
/// # Errors
/// The database's.
pub fn device_by_access(conn: &mut Conn, hash: &Hash) -> Result<Option<Access>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>, i64, i64, Option<i64>)> = device::table
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
        spaces: spaces_of(conn, user)?,
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
    };
    Ok(())
}
