//! Proof that who asks is who signed in: the password again, tried as slowly as at the door. Not the session, which anybody at the
//! keyboard has.

use super::throttle::{self, Door};
use crate::app::AppState;
use crate::store::Conn;
use crate::store::profiles::{self, Profile};
use crate::web::problem::{Fault, Reply};
use krowoc_shared::accounts::wire::PASSWORD_MAX_BYTES;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::UserId;
use std::net::IpAddr;

/// Checks the password of an account; gives its profile.
///
/// # Errors
/// [`ErrorCode::WrongCredentials`] at `/password`, [`ErrorCode::RateLimited`], or the store's.
pub(super) async fn password(
    state: &AppState,
    user: UserId,
    password: String,
    address: IpAddr,
) -> Reply<Profile> {
    let wrong = || {
        Fault::new(ErrorCode::WrongCredentials)
            .field("/password")
            .detail("This is not your present password.")
    };
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(wrong());
    }
    let profile = state
        .store
        .read(move |conn: &mut Conn| profiles::get(conn, user))
        .await?;
    let attempt = throttle::begin(state, Door::Password, &profile.email, address).await?;
    let hash = Some(profile.password_hash.clone());
    if !state.hasher.verify(password, hash).await? {
        return Err(wrong());
    }
    throttle::succeeded(state, attempt).await?;
    Ok(profile)
}
