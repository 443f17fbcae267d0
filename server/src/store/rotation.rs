//! Queries by which a refresh token is exchanged for its successor. Not the decision whether it may be.

use super::schema::accounts::{device, session, spent_token};
use super::sessions::{Hash, Holder};
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::ids::{DeviceId, Millis, SessionId};

/// Sessions or devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Browsers.
    Session,
    /// Devices.
    Device,
}

/// A holder as a refresh sees it.
#[derive(Clone, Debug)]
pub struct Current {
    /// Who.
    pub holder: Holder,
    /// Whose.
    pub account: Vec<u8>,
    /// Its access token.
    pub access_hash: Vec<u8>,
    /// Its refresh token.
    pub refresh_hash: Vec<u8>,
    /// When that runs out.
    pub refresh_expires_at: Millis,
    /// When the access token runs out.
    pub access_expires_at: Millis,
    /// The device was revoked.
    pub revoked: bool,
}

/// How a holder is looked for.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// By its current refresh token.
    Refresh(&'a Hash),
    /// By its id.
    Id(&'a [u8]),
}

type Row = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, i64, i64);

/// Finds a holder.
///
/// # Errors
/// The database's.
pub fn find(conn: &mut Conn, kind: Kind, by: By<'_>) -> Result<Option<Current>, StoreError> {
    let fault = || StoreError::Fault("an id is not 16 bytes".to_owned());
    match kind {
        Kind::Session => {
            let columns = (
                session::id,
                session::account_id,
                session::access_hash,
                session::refresh_hash,
                session::refresh_expires_at,
                session::access_expires_at,
            );
            let query = session::table.select(columns);
            let row: Option<Row> = match by {
                By::Refresh(hash) => query
                    .filter(session::refresh_hash.eq(hash.as_slice()))
                    .first(conn),
                By::Id(id) => query.filter(session::id.eq(id)).first(conn),
            }
            .optional()?;
            row.map(|row| {
                let id = SessionId::from_slice(&row.0).ok_or_else(fault)?;
                Ok(current(Holder::Session(id), row, false))
            })
            .transpose()
        }
        Kind::Device => {
            let columns = (
                device::id,
                device::account_id,
                device::access_hash,
                device::refresh_hash,
                device::refresh_expires_at,
                device::access_expires_at,
            );
            let query = device::table.select((columns, device::revoked_at.is_not_null()));
            let row: Option<(Row, bool)> = match by {
                By::Refresh(hash) => query
                    .filter(device::refresh_hash.eq(hash.as_slice()))
                    .first(conn),
                By::Id(id) => query.filter(device::id.eq(id)).first(conn),
            }
            .optional()?;
            row.map(|(row, revoked)| {
                let id = DeviceId::from_slice(&row.0).ok_or_else(fault)?;
                Ok(current(Holder::Device(id), row, revoked))
            })
            .transpose()
        }
    }
}

fn current(holder: Holder, row: Row, revoked: bool) -> Current {
    let (_, account, access_hash, refresh_hash, refresh_expires_at, access_expires_at) = row;
    Current {
        holder,
        account,
        access_hash,
        refresh_hash,
        refresh_expires_at,
        access_expires_at,
        revoked,
    }
}

/// A pair of tokens, as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The access token.
    pub access: Hash,
    /// When it runs out.
    pub access_expires_at: Millis,
    /// The refresh token.
    pub refresh: Hash,
    /// When it runs out.
    pub refresh_expires_at: Millis,
}

/// Replaces the pair of a holder if its refresh token is still `old`; false when somebody was faster.
///
/// # Errors
/// The database's.
pub fn replace(
    conn: &mut Conn,
    holder: Holder,
    old: &Hash,
    pair: Pair,
    now: Millis,
) -> Result<bool, StoreError> {
    let changed = match holder {
        Holder::Session(id) => {
            let rows = session::table
                .filter(session::id.eq(id.as_bytes().as_slice()))
                .filter(session::refresh_hash.eq(old.as_slice()));
            diesel::update(rows)
                .set((
                    session::access_hash.eq(pair.access.as_slice()),
                    session::access_expires_at.eq(pair.access_expires_at),
                    session::refresh_hash.eq(pair.refresh.as_slice()),
                    session::refresh_expires_at.eq(pair.refresh_expires_at),
                    session::seen_at.eq(now),
                ))
                .execute(conn)?
        }
        Holder::Device(id) => {
            let rows = device::table
                .filter(device::id.eq(id.as_bytes().as_slice()))
                .filter(device::refresh_hash.eq(old.as_slice()));
            diesel::update(rows)
                .set((
                    device::access_hash.eq(pair.access.as_slice()),
                    device::access_expires_at.eq(pair.access_expires_at),
                    device::refresh_hash.eq(pair.refresh.as_slice()),
                    device::refresh_expires_at.eq(pair.refresh_expires_at),
                    device::seen_at.eq(now),
                ))
                .execute(conn)?
        }
        // One token for its whole life: there is nothing to replace it by.
        Holder::Token(_) => 0,
    };
    Ok(changed == 1)
}

/// Remembers a token that was exchanged; `kind` is `access` or `refresh`.
///
/// # Errors
/// The database's.
pub fn spend(
    conn: &mut Conn,
    hash: &[u8],
    kind: &str,
    family: &[u8; 16],
    salt: &[u8],
    (spent_at, expires_at): (Millis, Millis),
) -> Result<(), StoreError> {
    diesel::insert_into(spent_token::table)
        .values((
            spent_token::hash.eq(hash),
            spent_token::kind.eq(kind),
            spent_token::family.eq(family.as_slice()),
            spent_token::salt.eq(salt),
            spent_token::spent_at.eq(spent_at),
            spent_token::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes what is of no more use: tokens long spent and sessions long expired.
///
/// # Errors
/// The database's.
pub fn tidy(conn: &mut Conn, now: Millis) -> Result<(), StoreError> {
    diesel::delete(spent_token::table.filter(spent_token::expires_at.lt(now))).execute(conn)?;
    diesel::delete(session::table.filter(session::refresh_expires_at.lt(now))).execute(conn)?;
    Ok(())
}
