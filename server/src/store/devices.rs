//! Rows and queries of connected devices and of the codes that connect them. Not the rules of OAuth.

use super::rotation::Pair;
use super::schema::accounts::{auth_code, device};
use super::sessions::Hash;
use super::{Conn, StoreError};
use diesel::prelude::*;
use krowoc_shared::accounts::wire::DeviceRow;
use krowoc_shared::ids::{DeviceId, Millis, UserId};

/// A code that connects one device, once.
#[derive(Clone, Debug)]
pub struct Code {
    /// Who allowed it.
    pub user: UserId,
    /// BASE64URL(SHA-256(verifier)).
    pub challenge: String,
    /// What the device will be called.
    pub name: String,
    /// When it runs out.
    pub expires_at: Millis,
    /// The device that it connected.
    pub device: Option<DeviceId>,
    /// When it was used.
    pub spent_at: Option<Millis>,
}

/// A new device.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// Its tokens.
    pub pair: Pair,
    /// Now.
    pub at: Millis,
}

/// Stores a code, and removes those that ran out before a time.
///
/// # Errors
/// The database's.
pub fn allow(
    conn: &mut Conn,
    hash: &Hash,
    code: &Code,
    forget_before: Millis,
) -> Result<(), StoreError> {
    diesel::delete(auth_code::table.filter(auth_code::expires_at.lt(forget_before)))
        .execute(conn)?;
    diesel::insert_into(auth_code::table)
        .values((
            auth_code::hash.eq(hash.as_slice()),
            auth_code::account_id.eq(code.user.as_bytes().as_slice()),
            auth_code::challenge.eq(&code.challenge),
            auth_code::name.eq(&code.name),
            auth_code::expires_at.eq(code.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// A code by its hash.
///
/// # Errors
/// The database's.
pub fn code(conn: &mut Conn, hash: &Hash) -> Result<Option<Code>, StoreError> {
    type Row = (Vec<u8>, String, String, i64, Option<Vec<u8>>, Option<i64>);
    let row: Option<Row> = auth_code::table
        .find(hash.as_slice())
        .select((
            auth_code::account_id,
            auth_code::challenge,
            auth_code::name,
            auth_code::expires_at,
            auth_code::device_id,
            auth_code::spent_at,
        ))
        .first(conn)
        .optional()?;
    row.map(|(account, challenge, name, expires_at, device, spent_at)| {
        Ok(Code {
            user: super::accounts::user(&account)?,
            challenge,
            name,
            expires_at,
            device: device.and_then(|bytes| DeviceId::from_slice(&bytes)),
            spent_at,
        })
    })
    .transpose()
}

/// Spends a code; false when it was spent already. `device` is the one that it connects.
///
/// # Errors
/// The database's.
pub fn spend_code(
    conn: &mut Conn,
    hash: &Hash,
    device: Option<DeviceId>,
    now: Millis,
) -> Result<bool, StoreError> {
    let unspent = auth_code::table
        .filter(auth_code::hash.eq(hash.as_slice()))
        .filter(auth_code::spent_at.is_null());
    let changed = diesel::update(unspent)
        .set((
            auth_code::spent_at.eq(now),
            auth_code::device_id.eq(device.map(|id| id.as_bytes().to_vec())),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Stores a device.
///
/// # Errors
/// The database's.
pub fn create(conn: &mut Conn, new: &NewDevice) -> Result<(), StoreError> {
    diesel::insert_into(device::table)
        .values((
            device::id.eq(new.id.as_bytes().as_slice()),
            device::account_id.eq(new.user.as_bytes().as_slice()),
            device::name.eq(&new.name),
            device::access_hash.eq(new.pair.access.as_slice()),
            device::access_expires_at.eq(new.pair.access_expires_at),
            device::refresh_hash.eq(new.pair.refresh.as_slice()),
            device::refresh_expires_at.eq(new.pair.refresh_expires_at),
            device::created_at.eq(new.at),
            device::seen_at.eq(new.at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The connected devices of an account, last seen first.
///
/// # Errors
/// The database's.
pub fn list(conn: &mut Conn, user: UserId) -> Result<Vec<DeviceRow>, StoreError> {
    let rows: Vec<(Vec<u8>, String, i64, i64)> = device::table
        .filter(device::account_id.eq(user.as_bytes().as_slice()))
        .filter(device::revoked_at.is_null())
        .order((device::seen_at.desc(), device::id.desc()))
        .select((
            device::id,
            device::name,
            device::created_at,
            device::seen_at,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, name, created_at, seen_at)| {
            let id = DeviceId::from_slice(&id)
                .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))?;
            Ok(DeviceRow {
                id,
                name,
                created_at,
                seen_at,
            })
        })
        .collect()
}

/// Whether a device of an account is there and was not revoked.
///
/// # Errors
/// The database's.
pub fn is_connected(conn: &mut Conn, user: UserId, id: DeviceId) -> Result<bool, StoreError> {
    let own = device::table
        .filter(device::id.eq(id.as_bytes().as_slice()))
        .filter(device::account_id.eq(user.as_bytes().as_slice()))
        .filter(device::revoked_at.is_null());
    let found: i64 = own.count().get_result(conn)?;
    Ok(found > 0)
}

/// Renames a connected device of an account; false when there is none.
///
/// # Errors
/// The database's.
pub fn rename(conn: &mut Conn, user: UserId, id: DeviceId, name: &str) -> Result<bool, StoreError> {
    let own = device::table
        .filter(device::id.eq(id.as_bytes().as_slice()))
        .filter(device::account_id.eq(user.as_bytes().as_slice()))
        .filter(device::revoked_at.is_null());
    let changed = diesel::update(own)
        .set(device::name.eq(name))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Revokes a device of an account; false when there is none. Its row stays, so that it can be told.
///
/// # Errors
/// The database's.
pub fn revoke(
    conn: &mut Conn,
    user: UserId,
    id: DeviceId,
    now: Millis,
) -> Result<bool, StoreError> {
    let own = device::table
        .filter(device::id.eq(id.as_bytes().as_slice()))
        .filter(device::account_id.eq(user.as_bytes().as_slice()))
        .filter(device::revoked_at.is_null());
    let changed = diesel::update(own)
        .set(device::revoked_at.eq(now))
        .execute(conn)?;
    Ok(changed == 1)
}
