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

/// Wrong codes in a row after which the owner is told: by then it is no slip, and whoever types them passed the first step.
const TOLD: i64 = 10;
/// And again after each so many.
const TOLD_AGAIN: i64 = 100;

/// A try that may be made at the authenticator that is on. It is counted.
pub(super) struct Knock {
    user: UserId,
    secret: Secret,
    attempt: Attempt,
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

/// Counts a try, before any code is looked at.
///
/// # Errors
/// [`ErrorCode::NotFound`] when no authenticator is on, [`ErrorCode::RateLimited`], [`ErrorCode::VaultUnavailable`], or the store's.
pub(super) async fn knock(state: &AppState, user: UserId, address: IpAddr) -> Reply<Knock> {
    let attempt = throttle::begin(state, Door::Code, &user.to_string(), address).await?;
    let found = authenticator(state, user).await?;
    let (_, secret) = found
        .filter(|(totp, _)| totp.confirmed_at.is_some())
        .ok_or(ErrorCode::NotFound)?;
    Ok(Knock {
        user,
        secret,
        attempt,
    })
}

/// Checks a code against the authenticator that is on; every try is counted before it is looked at.
///
/// # Errors
/// [`ErrorCode::WrongCode`], or as [`knock`].
pub(super) async fn offered(
    state: &AppState,
    user: UserId,
    code: &str,
    address: IpAddr,
) -> Reply<(Offer, Secret)> {
    knock(state, user, address).await?.offer(state, code).await
}

impl Knock {
    /// Checks a code.
    ///
    /// # Errors
    /// [`ErrorCode::WrongCode`], or the store's.
    pub async fn offer(self, state: &AppState, code: &str) -> Reply<(Offer, Secret)> {
        let Self {
            user,
            secret,
            attempt,
        } = self;
        let what = match totp::typed(code) {
            Some(Typed::Digits(digits)) => {
                totp::matching(&secret, &digits, state.now()).map(What::Step)
            }
            Some(Typed::Recovery(code)) => totp::hash(&secret, &code).map(What::Recovery),
            None => None,
        };
        let Some(what) = what else {
            missed(state, user, attempt).await?;
            return Err(wrong());
        };
        let offer = Offer {
            user,
            what,
            post: Post::of(state),
            attempt,
        };
        Ok((offer, secret))
    }
}

/// Tells the owner of wrong codes when they are many.
async fn missed(state: &AppState, user: UserId, attempt: Attempt) -> Reply<()> {
    let many = attempt.failures == TOLD || attempt.failures % TOLD_AGAIN == 0;
    if !many {
        return Ok(());
    }
    let post = Post::of(state);
    let told = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            let Some(profile) = profiles::find(tx, user)? else {
                return Ok(());
            };
            let email = profile.email;
            post.put(tx, Errand::WrongCodes { email })
        });
    Ok(told.await?)
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
