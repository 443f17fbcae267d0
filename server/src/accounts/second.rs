//! The door of two steps: whoever proved the first is let in, or is asked for the second, and the second one. Not what proves the first.
//!
//! Between the steps a secret in a cookie holds the sign-in: for its browser alone, for ten minutes and a few tries.

use super::claim::Claim;
use super::codes;
use super::cookies::Jar;
use super::mailing::Post;
use super::sign_in::{self, Entry, entry};
use super::throttle;
use crate::app::AppState;
use crate::store::sessions::Hash;
use crate::store::{Conn, StoreError, Tx, factors, identities, pending, profiles};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::Token;
use crate::web::{Body, Client};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError, post};
use krowoc_shared::accounts::factors::TypedCode;
use krowoc_shared::accounts::wire::SessionView;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{Millis, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(finish_by_code);
}

/// How long the second step may take.
const LIFE: Millis = 10 * 60 * 1000;
/// How often it may be tried.
const TRIES: i64 = 5;
/// The cookie with the secret of a sign-in between its steps.
pub(super) const PENDING: Jar = Jar {
    name: "krowoc_pending",
    path: "/api/v1/session",
    same_site: SameSite::Strict,
    life: LIFE,
};

pub(super) fn expired() -> Fault {
    Fault::new(ErrorCode::SignInExpired)
}

/// Whose sign-in a browser goes on with.
///
/// # Errors
/// [`ErrorCode::SignInExpired`], or the store's.
pub(super) async fn whose(state: &AppState, request: &HttpRequest) -> Reply<(Hash, UserId)> {
    let (hash, now) = (
        PENDING.sent(request).ok_or_else(expired)?.hash(),
        state.now(),
    );
    let found = state
        .store
        .read(move |conn: &mut Conn| pending::find(conn, &hash, (TRIES, now)));
    Ok((hash, found.await?.ok_or_else(expired)?))
}

/// Ends what waits between the steps, for whoever is let in by the second one in the same transaction: it is used up, and what a provider
/// says of them counts from now on.
///
/// # Errors
/// [`ErrorCode::SignInExpired`] when it was used already, or the store's.
pub(super) fn close(
    tx: &mut Tx<'_>,
    hash: &Hash,
    user: UserId,
    (now, post): (Millis, Post),
) -> Reply<()> {
    if !pending::spend(tx, hash)? {
        return Err(expired());
    }
    match Claim::held(tx, hash, user, now)? {
        Some(claim) if !claim.settle(tx, user, (now, post))? => Err(expired()),
        _ => Ok(()),
    }
}

/// What became of who proved the first step.
pub(super) enum Admitted {
    /// They are in.
    In(Box<SessionView>, [Cookie<'static>; 2]),
    /// The account asks for a second step, which this cookie goes on with.
    Asked(Cookie<'static>),
}

impl Admitted {
    /// As a page for signing in takes it: the session, or a problem that says what is missing.
    pub fn answer(self) -> HttpResponse {
        match self {
            Self::In(view, [access, refresh]) => {
                HttpResponse::Ok().cookie(access).cookie(refresh).json(view)
            }
            Self::Asked(cookie) => {
                let fault = Fault::new(ErrorCode::SecondStepRequired);
                let mut response = fault.error_response();
                if let Err(error) = response.add_cookie(&cookie) {
                    tracing::error!(%error, "a cookie was not set");
                }
                response
            }
        }
    }
}

/// The first step, as it was proven.
pub(super) struct First {
    /// Whose account.
    pub user: UserId,
    /// The hash that a typed password was right for.
    pub password_hash: Option<String>,
    /// Who a provider says it is: this counts once they are in.
    pub claim: Option<Claim>,
    /// The sign-in through a provider that the password was asked for; used up by it.
    pub attempt: Option<Hash>,
}

impl First {
    /// Whether it is good still. The account is held until the end of the transaction, so that no other password, and no second step
    /// that is turned on, comes between this and the session.
    fn check(&self, tx: &mut Tx<'_>, now: Millis) -> Reply<()> {
        let profile = match profiles::lock(tx, self.user) {
            Err(StoreError::NotFound) => return Err(self.refused()),
            found => found?,
        };
        // It is being erased: for whoever signs in it is gone.
        let over = profile.delete_at.is_some_and(|at| at <= now);
        let typed = self.password_hash.as_ref();
        if over || typed.is_some_and(|hash| *hash != profile.password_hash) {
            return Err(self.refused());
        }
        match &self.attempt {
            Some(attempt) if !identities::spend(tx, attempt)? => Err(ErrorCode::LinkExpired.into()),
            _ => Ok(()),
        }
    }

    fn refused(&self) -> Fault {
        match self.password_hash {
            Some(_) => Fault::new(ErrorCode::WrongCredentials),
            None => Fault::new(ErrorCode::SignInFailed).detail("refused"),
        }
    }
}

/// Lets in whoever proved the first step, if the account asks for no second one.
///
/// # Errors
/// [`ErrorCode::WrongCredentials`] or [`ErrorCode::SignInFailed`] when the proof is not good any more, [`ErrorCode::LinkExpired`] when what
/// the password was asked for was used, or the store's.
pub(super) async fn admit(state: &AppState, first: First, user_agent: String) -> Reply<Admitted> {
    let user = first.user;
    let Entry { session, cookies } = entry(state, user, user_agent);
    let (token, now) = (Token::mint(state.random.as_ref()), state.now());
    let (hash, post) = (token.hash(), Post::of(state));
    let let_in = state.store.write_again(move |tx: &mut Tx<'_>| -> Reply<_> {
        first.check(tx, now)?;
        if factors::on_since(tx, user)?.is_some() {
            let times = (now, now.saturating_add(LIFE));
            pending::begin(tx, &hash, user, times)?;
            if let Some(claim) = &first.claim {
                claim.hold(tx, &hash, user, times)?;
            }
            return Ok(None);
        }
        if let Some(claim) = &first.claim
            && !claim.settle(tx, user, (now, post))?
        {
            return Err(match first.attempt {
                Some(_) => ErrorCode::LinkExpired.into(),
                None => first.refused(),
            });
        }
        Ok(Some(sign_in::begin(tx, &session)?))
    });
    Ok(match let_in.await? {
        Some(view) => Admitted::In(Box::new(view), cookies),
        None => Admitted::Asked(PENDING.cookie(state, token.as_str().to_owned())),
    })
}

/// Finishes signing in with a code of the authenticator, or a recovery code.
#[utoipa::path(
    tag = "accounts",
    request_body = TypedCode,
    responses(
        (status = 200, description = "Signed in; both cookies are set.", body = SessionView),
        (status = 401, description = "wrong_code", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "sign_in_expired: begin again with the first step", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/session/code")]
async fn finish_by_code(
    state: Data<AppState>,
    request: HttpRequest,
    client: Client,
    body: Body<TypedCode>,
) -> Reply<HttpResponse> {
    let (hash, user) = whose(&state, &request).await?;
    let now = state.now();
    let knock = codes::knock(&state, user, client.address).await;
    let knock = knock.map_err(|fault| match fault.code {
        // It was turned off meanwhile.
        ErrorCode::NotFound => expired(),
        _ => fault,
    })?;
    // Before the code is looked at, and after all that puts a try off: one that was not looked at is none.
    let counted = state
        .store
        .write(move |tx: &mut Tx<'_>| pending::count(tx, &hash, TRIES));
    if !counted.await? {
        return Err(expired());
    }
    let (offer, _) = knock.offer(&state, &body.0.code).await?;
    let Entry { session, cookies } = entry(&state, user, client.user_agent);
    let (attempt, post) = (offer.attempt(), Post::of(&state));
    let finished = state.store.write(move |tx: &mut Tx<'_>| -> Reply<_> {
        let profile = match profiles::lock(tx, user) {
            Err(StoreError::NotFound) => return Err(expired()),
            found => found?,
        };
        // It is being erased: for whoever signs in it is gone.
        if profile.delete_at.is_some_and(|at| at <= now) {
            return Err(expired());
        }
        close(tx, &hash, user, (now, post))?;
        offer.take(tx)?;
        Ok(sign_in::begin(tx, &session)?)
    });
    let view = finished.await?;
    throttle::succeeded(&state, attempt).await?;
    let [access, refresh] = cookies;
    Ok(HttpResponse::Ok()
        .cookie(PENDING.removed(&state))
        .cookie(access)
        .cookie(refresh)
        .json(view))
}
