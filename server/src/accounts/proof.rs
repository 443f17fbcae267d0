//! Proof that who asks is who signed in: the password again, tried as slowly as at the door; of who has none, a sign-in of a moment ago.
//! Not the session, which anybody at the keyboard has.

use super::passwords;
use super::throttle::{self, Door};
use crate::app::AppState;
use crate::store::profiles::{self, Profile};
use crate::store::{Conn, StoreError, sessions};
use crate::web::Person;
use crate::web::problem::{Fault, Reply};
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
