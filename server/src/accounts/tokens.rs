//! Pairs of tokens: how they are made, exchanged, and what a second use of a spent one means. Not cookies and not OAuth.
//!
//! A refresh token is spent once. Its successors are derived from the token itself and a stored salt, so that a client whose
//! answer was lost may ask again within ten seconds and gets the very same pair; neither the database nor the spent token alone
//! tells the successor. Any later use, or one after the successor was spent, is a theft: the whole family is revoked.

use crate::platform::{Random, random};
use crate::store::rotation::{self, By, Current, Kind, Pair};
use crate::store::sessions::{self, Holder, Spent};
use crate::store::{Event, StoreError, Tx, devices};
use crate::web::token::Token;
use krowoc_shared::ids::{Millis, UserId};

/// Life of an access token.
pub const ACCESS: Millis = 15 * 60 * 1000;
/// Life of a session without a refresh.
const SESSION: Millis = 30 * DAY;
/// Life of a device without a refresh: it may lie in a drawer for half a year.
const DEVICE: Millis = 180 * DAY;
/// How long a spent token is recognised.
const REMEMBERED: Millis = 30 * DAY;
/// How long a client may repeat a refresh whose answer was lost.
const GRACE: Millis = 10_000;
const DAY: Millis = 24 * 60 * 60 * 1000;

/// A pair in clear, for the one answer that carries it.
pub struct Fresh {
    /// The access token.
    pub access: Token,
    /// The refresh token.
    pub refresh: Token,
    /// As it is stored.
    pub pair: Pair,
}

impl Fresh {
    fn new(access: Token, refresh: Token, kind: Kind, now: Millis) -> Self {
        let pair = Pair {
            access: access.hash(),
            access_expires_at: now.saturating_add(ACCESS),
            refresh: refresh.hash(),
            refresh_expires_at: now.saturating_add(life(kind)),
        };
        Self {
            access,
            refresh,
            pair,
        }
    }

    /// The first pair of a holder.
    #[must_use]
    pub fn mint(source: &dyn Random, kind: Kind, now: Millis) -> Self {
        Self::new(Token::mint(source), Token::mint(source), kind, now)
    }
}

/// How long a refresh token of this kind lives.
#[must_use]
pub const fn life(kind: Kind) -> Millis {
    match kind {
        Kind::Session => SESSION,
        Kind::Device => DEVICE,
    }
}

/// What became of a refresh.
pub enum Rotated {
    /// The next pair.
    Next(Holder, UserId, Box<Fresh>),
    /// The token was used before: its family is revoked now.
    Reused,
    /// The device was revoked before.
    Revoked,
    /// Not a token of ours, or one that ran out.
    Unknown,
}

/// Salt of one exchange.
#[must_use]
pub fn salt(source: &dyn Random) -> [u8; 32] {
    random(source)
}

fn successors(token: &Token, salt: &[u8], kind: Kind, now: Millis) -> Fresh {
    let access = token.successor("access", salt);
    let refresh = token.successor("refresh", salt);
    Fresh::new(access, refresh, kind, now)
}

/// Exchanges a refresh token for the next pair, inside one transaction.
///
/// # Errors
/// The store's.
pub fn rotate(
    tx: &mut Tx<'_>,
    kind: Kind,
    token: &Token,
    salt: &[u8; 32],
    now: Millis,
) -> Result<Rotated, StoreError> {
    let hash = token.hash();
    if let Some(current) = rotation::find(tx, kind, By::Refresh(&hash))? {
        if current.revoked {
            return Ok(Rotated::Revoked);
        }
        if current.refresh_expires_at <= now {
            return Ok(Rotated::Unknown);
        }
        let fresh = successors(token, salt, kind, now);
        if rotation::replace(tx, current.holder, &hash, fresh.pair, now)? {
            remember(tx, &current, salt, now)?;
            return next(&current, fresh);
        }
    }
    match sessions::spent(tx, &hash, "refresh")? {
        Some(spent) => again(tx, kind, token, &spent, now),
        None => Ok(Rotated::Unknown),
    }
}

fn next(current: &Current, fresh: Fresh) -> Result<Rotated, StoreError> {
    let user = UserId::from_slice(&current.account)
        .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))?;
    Ok(Rotated::Next(current.holder, user, Box::new(fresh)))
}

fn remember(
    tx: &mut Tx<'_>,
    current: &Current,
    salt: &[u8],
    now: Millis,
) -> Result<(), StoreError> {
    let family = *current.holder.family();
    let until = now.saturating_add(REMEMBERED);
    rotation::spend(
        tx,
        &current.refresh_hash,
        "refresh",
        &family,
        salt,
        (now, until),
    )?;
    let until = now.saturating_add(DAY);
    rotation::spend(
        tx,
        &current.access_hash,
        "access",
        &family,
        &[],
        (now, until),
    )?;
    rotation::tidy(tx, now)
}

/// A spent token again: a retry while its successor is unused and young, a theft otherwise.
fn again(
    tx: &mut Tx<'_>,
    kind: Kind,
    token: &Token,
    spent: &Spent,
    now: Millis,
) -> Result<Rotated, StoreError> {
    let Some(current) = rotation::find(tx, kind, By::Id(&spent.family))? else {
        return Ok(Rotated::Unknown);
    };
    if current.revoked {
        return Ok(Rotated::Revoked);
    }
    // Lives from the first exchange, so that asking again gives the very same pair.
    let fresh = successors(token, &spent.salt, kind, spent.spent_at);
    let unused = fresh.pair.refresh.as_slice() == current.refresh_hash;
    if unused && now <= spent.spent_at.saturating_add(GRACE) {
        return next(&current, fresh);
    }
    let user = UserId::from_slice(&current.account)
        .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))?;
    match current.holder {
        Holder::Session(id) => sessions::end(tx, user, id)?,
        Holder::Device(id) => devices::revoke(tx, user, id, now)?,
        Holder::Token(_) => false,
    };
    tx.after_commit(Event::Revoked(*current.holder.family()));
    tracing::warn!(holder = ?current.holder, "a spent refresh token was used again; its family is revoked");
    Ok(Rotated::Reused)
}
