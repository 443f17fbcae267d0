//! A typed code against an account's authenticator and recovery codes: whether it is right, and that it is taken once. Not what it opens.

use super::mailing::{Errand, Post};
use super::throttle::{self, Attempt, Door};
use super::totp::{self, Typed};
use crate::app::AppState;
use crate::store::factors::{self, Totp};
use crate::store::sessions::Hash;
use crate::store::{Conn, StoreError, Tx, profiles};
use crate::vault::Secret;
use crate::web::problem::{Fault, Reply};
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::UserId;
use std::net::IpAddr;

/// What a right code takes.
enum What {
    Step(i64),
    Recovery(Hash),
}

/// A code that is right, and may have been taken before.
pub(super) struct Offer {
    user: UserId,
    what: What,
    post: Post,
    attempt: Attempt,
}

/// The authenticator of an account with its secret; `None` when it has none.
pub(super) async fn authenticator(state: &AppState, user: UserId) -> Reply<Option<(Totp, Secret)>> {
    let found = state
        .store
        .read(move |conn: &mut Conn| factors::find(conn, user));
    let Some(totp) = found.await? else {
        return Ok(None);
    };
    let secret = state.vault.open_authenticator(user, &totp.sealed).await?;
    Ok(Some((totp, secret)))
}

pub(super) fn wrong() -> Fault {
    Fault::new(ErrorCode::WrongCode).field("/code")
}

/// Checks a code against the authenticator that is on; every try is counted before it is looked at.
///
/// # Errors
/// [`ErrorCode::WrongCode`], [`ErrorCode::NotFound`] when none is on, [`ErrorCode::RateLimited`], [`ErrorCode::VaultUnavailable`], or the
/// store's.
pub(super) async fn offered(
    state: &AppState,
    user: UserId,
    code: &str,
    address: IpAddr,
) -> Reply<(Offer, Secret)> {
    let attempt = throttle::begin(state, Door::Code, &user.to_string(), address).await?;
    let found = authenticator(state, user).await?;
    let (_, secret) = found
        .filter(|(totp, _)| totp.confirmed_at.is_some())
        .ok_or(ErrorCode::NotFound)?;
    let what = match totp::typed(code) {
        Some(Typed::Digits(digits)) => {
            totp::matching(&secret, &digits, state.now()).map(What::Step)
        }
        Some(Typed::Recovery(code)) => totp::hash(&secret, &code).map(What::Recovery),
        None => None,
    };
    let offer = Offer {
        user,
        what: what.ok_or_else(wrong)?,
        post: Post::of(state),
        attempt,
    };
    Ok((offer, secret))
}

impl Offer {
    /// Takes the code, in the transaction of what it opens. A recovery code is told of by mail.
    ///
    /// # Errors
    /// [`ErrorCode::WrongCode`] when it was taken before, or the store's.
    pub fn take(&self, tx: &mut Tx<'_>) -> Reply<()> {
        let taken = match &self.what {
            What::Step(step) => factors::take_step(tx, self.user, *step)?,
            What::Recovery(hash) => {
                let taken = factors::take_recovery(tx, self.user, hash)?;
                if taken {
                    self.tell(tx)?;
                }
                taken
            }
        };
        taken.then_some(()).ok_or_else(wrong)
    }

    fn tell(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let email = profiles::get(tx, self.user)?.email;
        let left = factors::recovery_left(tx, self.user)?;
        self.post.put(tx, Errand::RecoveryUsed { email, left })
    }

    /// What was counted, to be given back once the code was taken.
    pub fn attempt(&self) -> Attempt {
        self.attempt
    }
}
