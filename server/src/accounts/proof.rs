//! Proof that who asks is who signed in: the password again, tried as slowly as at the door; of who has none, a sign-in of a moment ago; for
//! what adds a way in, a code of the second step too. Not the session, which anybody at the keyboard has.

use super::codes::{self, Offer};
use super::passwords;
use super::throttle::{self, Door};
use crate::app::AppState;
use crate::store::profiles::{self, Profile};
use crate::store::{Conn, StoreError, Tx, factors, sessions};
use crate::web::problem::{Fault, Reply};
use crate::web::{Client, Person};
use krowoc_shared::accounts::wire::PASSWORD_MAX_BYTES;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::Millis;
use std::net::IpAddr;

/// How long a sign-in is of a moment ago.
const FRESH: Millis = 10 * 60 * 1000;

/// The refusal of a password.
pub(super) fn wrong() -> Fault {
    Fault::new(ErrorCode::WrongCredentials)
        .field("/password")
        .detail("This is not your present password.")
}

/// Checks the password of an account; gives its profile.
///
/// # Errors
/// [`ErrorCode::WrongCredentials`] at `/password`, [`ErrorCode::StaleSignIn`], [`ErrorCode::RateLimited`], or the store's.
pub(super) async fn owner(
    state: &AppState,
    person: &Person,
    password: String,
    address: IpAddr,
) -> Reply<Profile> {
    let (user, session) = (person.user, person.session);
    let (profile, since) = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            Ok((
                profiles::get(conn, user)?,
                sessions::created_at(conn, session)?,
            ))
        })
        .await?;
    if !passwords::is_set(&profile.password_hash) {
        let fresh = state.now().saturating_sub(since) <= FRESH;
        return fresh
            .then_some(profile)
            .ok_or_else(|| ErrorCode::StaleSignIn.into());
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(wrong());
    }
    let attempt = throttle::begin(state, Door::Password, &profile.email, address).await?;
    let hash = Some(profile.password_hash.clone());
    if !state.hasher.verify(password, hash).await? {
        return Err(wrong());
    }
    throttle::succeeded(state, attempt).await?;
    Ok(profile)
}

/// The account of a session, held until the end of the transaction. Another password, or a second step that was turned on elsewhere, ends
/// the session: what was proven in it does not outlive it.
///
/// # Errors
/// [`ErrorCode::Unauthenticated`] when the session has ended, or the store's.
pub(super) fn held(tx: &mut Tx<'_>, person: &Person) -> Reply<Profile> {
    let profile = profiles::lock(tx, person.user)?;
    let lives = sessions::lives(tx, person.user, person.session)?;
    lives
        .then_some(profile)
        .ok_or_else(|| ErrorCode::Unauthenticated.into())
}

/// Who asks, proven as far as what adds a way in needs it. A code is still to be taken.
pub(super) struct Proven {
    person: Person,
    offer: Option<Offer>,
}

/// Checks the password, and a code where signing in has two steps.
///
/// # Errors
/// As [`owner`], [`ErrorCode::WrongCode`] at `/code`, [`ErrorCode::VaultUnavailable`], or the store's.
pub(super) async fn stepped(
    state: &AppState,
    person: Person,
    (password, code): (String, &str),
    client: &Client,
) -> Reply<Proven> {
    let user = person.user;
    owner(state, &person, password, client.address).await?;
    let on = state
        .store
        .read(move |conn: &mut Conn| factors::on_since(conn, user));
    let offer = match on.await? {
        Some(_) => {
            let (offer, _) = codes::offered(state, user, code, client.address).await?;
            Some(offer)
        }
        None => None,
    };
    Ok(Proven { person, offer })
}

impl Proven {
    /// Does what it opens, in one transaction: the account is held and the code is taken. The try is given back once that was done.
    ///
    /// # Errors
    /// As [`held`], [`ErrorCode::WrongCode`] when the code was taken before, or the second step was turned on meanwhile; or those of the work.
    pub async fn open<T, W>(self, state: &AppState, work: W) -> Reply<T>
    where
        T: Send + 'static,
        W: FnOnce(&mut Tx<'_>, Profile) -> Reply<T> + Send + 'static,
    {
        let Self { person, offer } = self;
        let attempt = offer.as_ref().map(Offer::attempt);
        let opened = state.store.write(move |tx: &mut Tx<'_>| -> Reply<T> {
            let profile = held(tx, &person)?;
            match &offer {
                Some(offer) => offer.take(tx)?,
                None if factors::on_since(tx, person.user)?.is_some() => {
                    return Err(codes::wrong());
                }
                None => {}
            }
            work(tx, profile)
        });
        let opened = opened.await?;
        if let Some(attempt) = attempt {
            throttle::succeeded(state, attempt).await?;
        }
        Ok(opened)
    }
}
