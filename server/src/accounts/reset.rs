//! A forgotten password: a mail with a link, and the new password for it. No answer tells whether an address has an account.

use super::account::needs_mail;
use super::mailing::{Errand, Post};
use super::passkeys::party;
use super::throttle::{self, Door};
use super::ways::Here;
use super::{ending, passwords};
use crate::app::AppState;
use crate::platform::random;
use crate::store::mail_tokens::{self, Purpose};
use crate::store::{Conn, Tx, avatars, factors, identities, passkeys, profiles};
use crate::web::problem::Reply;
use crate::web::routes::Routes;
use crate::web::token::Token;
use crate::web::{Body, Client, email};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use krowoc_shared::accounts::people::{ForgotPassword, ResetPassword, SignInProvider, SignInWays};
use krowoc_shared::error::{ErrorCode, Problem};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(sign_in_ways)
        .service(forgot_password)
        .service(reset_password);
}

/// The ways in that this server has.
#[utoipa::path(
    tag = "accounts",
    responses((status = 200, description = "What a page for signing in shows.", body = SignInWays))
)]
#[get("/sign-in")]
async fn sign_in_ways(state: Data<AppState>) -> Json<SignInWays> {
    Json(SignInWays {
        sign_up: state.config.sign_up,
        reset: state.mailer.is_on(),
        passkeys: party(&state.config).is_some(),
        providers: state
            .federation
            .shown()
            .iter()
            .map(|(id, name)| SignInProvider {
                id: (*id).to_owned(),
                name: name.clone(),
            })
            .collect(),
    })
}

/// Sends a link for a new password to an address, when it has an account. The answer is the same when it has none: nobody has looked yet.
#[utoipa::path(
    tag = "accounts",
    request_body = ForgotPassword,
    responses(
        (status = 202, description = "If the address has an account, a mail is on its way."),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "mail_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/password/forgot")]
async fn forgot_password(
    state: Data<AppState>,
    client: Client,
    body: Body<ForgotPassword>,
) -> Reply<HttpResponse> {
    needs_mail(&state)?;
    let email = email::normalise(&body.0.email)?;
    throttle::begin(&state, Door::Mail, &email, client.address).await?;
    let post = Post::of(&state);
    state
        .store
        .write(move |tx: &mut Tx<'_>| post.put(tx, Errand::Reset { email }))
        .await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Sets a new password for the token of a mail: every session ends, and a mail tells of it. It signs nobody in.
#[utoipa::path(
    tag = "accounts",
    request_body = ResetPassword,
    responses(
        (status = 204, description = "Set. Sign in with it."),
        (status = 410, description = "link_expired", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "weak_password", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/password/reset")]
async fn reset_password(
    state: Data<AppState>,
    _client: Client,
    body: Body<ResetPassword>,
) -> Reply<HttpResponse> {
    let Body(ResetPassword {
        token,
        password,
        everything,
    }) = body;
    let hash = Token::parse(&token).ok_or(ErrorCode::LinkExpired)?.hash();
    let now = state.now();
    // Looked at before anything is hashed, so that guesses cost nothing.
    let (_, email) = state
        .store
        .read(move |conn: &mut Conn| mail_tokens::find(conn, &hash, Purpose::Reset, now))
        .await?
        .ok_or(ErrorCode::LinkExpired)?;
    passwords::check(&password, &email)?;
    let salt = random(state.random.as_ref());
    let password_hash = state.hasher.hash(password, salt).await?;
    let (post, here) = (Post::of(&state), Here::of(&state));
    let set = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        let found = mail_tokens::find(tx, &hash, Purpose::Reset, now)?;
        let (user, email) = found.ok_or(ErrorCode::LinkExpired)?;
        // Held, so that nobody is let in by the old password meanwhile.
        let unproven = profiles::lock(tx, user)?.email_verified_at.is_none();
        if !mail_tokens::spend(tx, &hash)? {
            return Err(ErrorCode::LinkExpired.into());
        }
        mail_tokens::forget(tx, user, Purpose::Reset)?;
        profiles::set_password(tx, user, &password_hash)?;
        // An account that was made in another's name, before its address was proven, opens to nobody who came before its owner, and shows
        // no picture of theirs.
        if unproven {
            factors::remove(tx, user)?;
            avatars::forget(tx, user)?;
        }
        // Whoever has the link reads the mail of the address: it was the account's when the link was made, and a change forgets links.
        profiles::set_verified(tx, user, now)?;
        // Who had the old password may have asked for an address of theirs.
        profiles::set_pending(tx, user, None)?;
        mail_tokens::forget(tx, user, Purpose::Verify)?;
        ending::all_sessions(tx, user, None)?;
        if everything || unproven {
            ending::all_devices(tx, user, now)?;
            ending::all_tokens(tx, user, now)?;
            passkeys::forget(tx, user)?;
            identities::forget(tx, user)?;
        }
        let passkeys = here.still_in(tx, user)?;
        Ok(post.put(tx, Errand::PasswordChanged { email, passkeys })?)
    });
    set.await?;
    Ok(HttpResponse::NoContent().finish())
}
