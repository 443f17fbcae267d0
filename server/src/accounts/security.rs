//! What an account asks for beside the password: turning the second step on and off, and its recovery codes. Not the door that asks.

use super::codes::{self, Offer, authenticator};
use super::mailing::{Errand, Post};
use super::throttle::{self, Door};
use super::totp::{self, Typed};
use super::ways::{Here, has_password};
use super::{ending, proof};
use crate::app::AppState;
use crate::store::profiles;
use crate::store::{Conn, StoreError, Tx, factors, passkeys};
use crate::vault::Secret;
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::{Body, Client, Person};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use krowoc_shared::accounts::factors::{
    BeginTotp, PasswordAndCode, RecoveryCodes, SecurityView, TotpSetup, TotpView, TypedCode,
};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::UserId;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(read_security)
        .service(begin_totp)
        .service(confirm_totp)
        .service(remove_totp)
        .service(renew_recovery_codes);
}

/// What an account asks for, as its owner sees it.
pub(super) fn view(conn: &mut Conn, user: UserId, here: &Here) -> Result<SecurityView, StoreError> {
    let has_password = has_password(&profiles::get(conn, user)?);
    let since = factors::on_since(conn, user)?;
    let recovery_left = factors::recovery_left(conn, user)?;
    let passkeys = passkeys::list(conn, user)?.into_iter();
    Ok(SecurityView {
        has_password,
        totp: since.map(|since| TotpView {
            since,
            recovery_left,
        }),
        passkeys_here: here.takes_passkeys(),
        passkeys: passkeys.map(|it| here.passkey(it)).collect(),
    })
}

/// What is asked for beside the password.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 200, description = "No secret in it.", body = SecurityView))
)]
#[get("/account/security")]
async fn read_security(state: Data<AppState>, person: Person) -> Reply<Json<SecurityView>> {
    let here = Here::of(&state);
    let found = state
        .store
        .read(move |conn: &mut Conn| view(conn, person.user, &here));
    Ok(Json(found.await?))
}

/// Makes a secret for an authenticator. It asks for nothing until a code of it was typed.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = BeginTotp,
    responses(
        (status = 201, description = "To be taken over by the authenticator; shown this once.", body = TotpSetup),
        (status = 401, description = "wrong_credentials: of the present password", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the second step is on", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/totp")]
async fn begin_totp(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<BeginTotp>,
) -> Reply<HttpResponse> {
    let profile = proof::owner(&state, &person, body.0.password, client.address).await?;
    let (user, now) = (person.user, state.now());
    let secret = totp::mint(state.random.as_ref());
    let sealed = state.vault.seal_authenticator(user, &secret).await?;
    let begun = state
        .store
        .write(move |tx: &mut Tx<'_>| factors::begin(tx, user, &sealed, now));
    begun.await.map_err(|error| match error {
        StoreError::Conflict => Fault::new(ErrorCode::AlreadyExists)
            .detail("Two-step sign-in is on. Turn it off first, with a code of the old authenticator or a recovery code."),
        other => other.into(),
    })?;
    let setup = totp::setup(&secret, &profile.email).ok_or(ErrorCode::Internal)?;
    Ok(HttpResponse::Created().json(setup))
}

/// Turns the second step on with a code of the authenticator: proof that it took the secret over.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = TypedCode,
    responses(
        (status = 200, description = "On from now on. The recovery codes are shown this once.", body = RecoveryCodes),
        (status = 401, description = "wrong_code", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: nothing waits to be turned on", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/totp/confirmation")]
async fn confirm_totp(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<TypedCode>,
) -> Reply<Json<RecoveryCodes>> {
    let (user, now) = (person.user, state.now());
    let found = authenticator(&state, user).await?;
    let (waiting, secret) = found
        .filter(|(totp, _)| totp.confirmed_at.is_none())
        .ok_or(ErrorCode::NotFound)?;
    let attempt = throttle::begin(&state, Door::Code, &user.to_string(), client.address).await?;
    let step = match totp::typed(&body.0.code) {
        Some(Typed::Digits(digits)) => totp::matching(&secret, &digits, now),
        _ => None,
    };
    let step = step.ok_or_else(codes::wrong)?;
    let (shown, hashes) = totp::recovery(&secret, state.random.as_ref());
    let post = Post::of(&state);
    let on = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        // Held, so that whoever is being let in by one step is in before their session ends here, or is asked for the second.
        let email = proof::held(tx, &person)?.email;
        if !factors::confirm(tx, user, &waiting.sealed, (step, now))? {
            return Err(ErrorCode::NotFound.into());
        }
        factors::set_recovery(tx, user, &hashes)?;
        // Other browsers came in by one step alone.
        ending::all_sessions(tx, user, Some(person.session))?;
        Ok(post.put(tx, Errand::SecondStep { email, on: true })?)
    });
    on.await?;
    throttle::succeeded(&state, attempt).await?;
    Ok(Json(RecoveryCodes { codes: shown }))
}

/// Checks the password and a code of either kind; the code is still to be taken, in the transaction of what both open.
async fn proven(
    state: &AppState,
    person: &Person,
    client: &Client,
    sent: PasswordAndCode,
) -> Reply<(Offer, Secret)> {
    proof::owner(state, person, sent.password, client.address).await?;
    codes::offered(state, person.user, &sent.code, client.address).await
}

/// Turns the second step off, with the password and a code.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = PasswordAndCode,
    responses(
        (status = 204, description = "Off. Signing in has one step."),
        (status = 401, description = "wrong_credentials, wrong_code", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: it is off", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/totp/removal")]
async fn remove_totp(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<PasswordAndCode>,
) -> Reply<HttpResponse> {
    let (offer, _) = proven(&state, &person, &client, body.0).await?;
    let (user, attempt, post) = (person.user, offer.attempt(), Post::of(&state));
    let off = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        let email = proof::held(tx, &person)?.email;
        offer.take(tx)?;
        factors::remove(tx, user)?;
        Ok(post.put(tx, Errand::SecondStep { email, on: false })?)
    });
    off.await?;
    throttle::succeeded(&state, attempt).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes ten new recovery codes, with the password and a code. Earlier ones open nothing any more.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = PasswordAndCode,
    responses(
        (status = 200, description = "Shown this once.", body = RecoveryCodes),
        (status = 401, description = "wrong_credentials, wrong_code", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "stale_sign_in: of an account without a password", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: the second step is off", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/recovery-codes")]
async fn renew_recovery_codes(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<PasswordAndCode>,
) -> Reply<Json<RecoveryCodes>> {
    let (offer, secret) = proven(&state, &person, &client, body.0).await?;
    let (user, attempt) = (person.user, offer.attempt());
    let (shown, hashes) = totp::recovery(&secret, state.random.as_ref());
    let renewed = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        proof::held(tx, &person)?;
        offer.take(tx)?;
        Ok(factors::set_recovery(tx, user, &hashes)?)
    });
    renewed.await?;
    throttle::succeeded(&state, attempt).await?;
    Ok(Json(RecoveryCodes { codes: shown }))
}
