//! The account itself: what it is, its address, its password. Not its sessions, and not a forgotten password.

use super::mailing::{Errand, Post};
use super::throttle::{self, Door};
use super::ways::{Here, has_password};
use super::{ending, passwords, proof};
use crate::app::AppState;
use crate::platform::random;
use crate::store::identities::{self, Identity};
use crate::store::mail_tokens::{self, Purpose};
use crate::store::profiles::{self, Profile};
use crate::store::{Conn, StoreError, Tx, accounts, avatars, factors};
use crate::web::actor::looks_after;
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::Token;
use crate::web::{Body, Client, Person, email};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post, put};
use krowoc_shared::accounts::people::{
    AccountName, AccountView, ChangeEmail, ChangePassword, NAME_CHARS, VerifiedEmail, VerifyEmail,
};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::UserId;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(read_account)
        .service(rename_account)
        .service(change_password)
        .service(change_email)
        .service(keep_email)
        .service(send_verification)
        .service(verify_email);
}

/// Refuses where no mail is sent.
pub(super) fn needs_mail(state: &AppState) -> Reply<()> {
    let on = state.mailer.is_on();
    on.then_some(())
        .ok_or_else(|| ErrorCode::MailUnavailable.into())
}

/// The account.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 200, description = "The account.", body = AccountView))
)]
#[get("/account")]
async fn read_account(state: Data<AppState>, person: Person) -> Reply<Json<AccountView>> {
    let profile = state
        .store
        .read(move |conn: &mut Conn| known(conn, person.user))
        .await?;
    Ok(Json(view(&state, person.user, profile)))
}

/// A name as it is kept: in one line, without what stands around it; nothing for an empty one.
fn named(text: Option<String>) -> Reply<Option<String>> {
    let name = text.map(|text| text.trim().to_owned());
    let name = name.filter(|name| !name.is_empty());
    let odd =
        |name: &String| name.chars().count() > NAME_CHARS || name.chars().any(char::is_control);
    if name.as_ref().is_some_and(odd) {
        let detail = format!("Use up to {NAME_CHARS} characters, in one line.");
        return Err(Fault::new(ErrorCode::InvalidField)
            .field("/name")
            .detail(detail));
    }
    Ok(name)
}

/// Says what the owner is called, or takes the name away. Where a provider says it, it is changed there: each sign-in would bring it back.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = AccountName,
    responses(
        (status = 200, description = "The account.", body = AccountView),
        (status = 409, description = "already_exists: a provider says the name", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[patch("/account")]
async fn rename_account(
    state: Data<AppState>,
    person: Person,
    body: Body<AccountName>,
) -> Reply<Json<AccountView>> {
    let (name, user) = (named(body.0.name)?, person.user);
    let here = Here::of(&state);
    let known = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<Known> {
            // Held: a sign-in through a provider at the same moment comes before or after.
            profiles::lock(tx, user)?;
            let told = identities::list(tx, user)?.into_iter();
            let mut told = told.map(|it| here.identity(it));
            if told.any(|it| it.lets_in && it.name.is_some()) {
                let detail = "A provider that lets you in says your name: change it there.";
                return Err(Fault::new(ErrorCode::AlreadyExists)
                    .field("/name")
                    .detail(detail));
            }
            profiles::set_name(tx, user, name.as_deref())?;
            Ok(known(tx, user)?)
        })
        .await?;
    Ok(Json(view(&state, user, known)))
}

/// What is known of an account beside its sessions.
pub(super) struct Known {
    profile: Profile,
    two_steps: bool,
    identities: Vec<Identity>,
    /// The tag of its picture.
    picture: Option<String>,
}

/// Reads it.
///
/// # Errors
/// The store's.
pub(super) fn known(conn: &mut Conn, user: UserId) -> Result<Known, StoreError> {
    Ok(Known {
        profile: profiles::get(conn, user)?,
        two_steps: factors::on_since(conn, user)?.is_some(),
        identities: identities::list(conn, user)?,
        picture: avatars::tag(conn, user)?,
    })
}

/// An account as its owner sees it.
pub(super) fn view(
    state: &AppState,
    user: UserId,
    Known {
        profile,
        two_steps,
        identities,
        picture,
    }: Known,
) -> AccountView {
    let here = Here::of(state);
    let identities = identities.into_iter().map(|it| here.identity(it));
    let admin = looks_after(state, &profile);
    AccountView {
        has_password: has_password(&profile),
        name: profile.name,
        picture,
        two_steps,
        identities: identities.collect(),
        user,
        email: profile.email,
        email_verified: profile.email_verified_at.is_some(),
        pending_email: profile.pending_email,
        created_at: profile.created_at,
        mail: state.mailer.is_on(),
        admin,
        delete_at: profile.delete_at,
    }
}

/// Changes the password: all other sessions end, and a mail tells of it.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = ChangePassword,
    responses(
        (status = 204, description = "Changed."),
        (status = 401, description = "wrong_credentials: of the present password", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "weak_password", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/account/password")]
async fn change_password(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<ChangePassword>,
) -> Reply<HttpResponse> {
    let Body(ChangePassword {
        password,
        new_password,
    }) = body;
    let profile = proof::owner(&state, &person, password, client.address).await?;
    passwords::check(&new_password, &profile.email)
        .map_err(|fault| fault.field("/new_password"))?;
    let salt = random(state.random.as_ref());
    let hash = state.hasher.hash(new_password, salt).await?;
    let (post, here) = (Post::of(&state), Here::of(&state));
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            // Held, so that nobody is let in by the old password meanwhile; and what was proven must still be the password.
            if profiles::lock(tx, person.user)?.password_hash != profile.password_hash {
                return Err(proof::wrong());
            }
            profiles::set_password(tx, person.user, &hash)?;
            mail_tokens::forget(tx, person.user, Purpose::Reset)?;
            ending::all_sessions(tx, person.user, Some(person.session))?;
            let passkeys = here.still_in(tx, person.user)?;
            let email = profile.email;
            Ok(post.put(tx, Errand::PasswordChanged { email, passkeys })?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Asks for another address: a mail goes there, and the address counts once its link was used.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = ChangeEmail,
    responses(
        (status = 202, description = "A mail is on its way."),
        (status = 401, description = "wrong_credentials: of the present password", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "email_taken", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "mail_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/account/email")]
async fn change_email(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<ChangeEmail>,
) -> Reply<HttpResponse> {
    needs_mail(&state)?;
    let Body(ChangeEmail { email, password }) = body;
    let email = email::normalise(&email)?;
    let profile = proof::owner(&state, &person, password, client.address).await?;
    if profile.email == email {
        let detail = "This is your address already.";
        return Err(Fault::new(ErrorCode::InvalidField)
            .field("/email")
            .detail(detail));
    }
    throttle::begin(&state, Door::Mail, &email, client.address).await?;
    let post = Post::of(&state);
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            if accounts::by_email(tx, &email)?.is_some() {
                return Err(Fault::new(ErrorCode::EmailTaken).field("/email"));
            }
            profiles::set_pending(tx, person.user, Some(&email))?;
            mail_tokens::forget(tx, person.user, Purpose::Verify)?;
            let user = person.user;
            Ok(post.put(tx, Errand::Verify { user, email })?)
        })
        .await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Keeps the present address: the one that waits is given up, and its link opens nothing.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 204, description = "No address waits."))
)]
#[delete("/account/email")]
async fn keep_email(state: Data<AppState>, person: Person) -> Reply<HttpResponse> {
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            profiles::set_pending(tx, person.user, None)?;
            mail_tokens::forget(tx, person.user, Purpose::Verify)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends the link that verifies the address: of the one that waits, or of the present one.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses(
        (status = 202, description = "A mail is on its way, unless the address was verified already."),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "mail_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/verification")]
async fn send_verification(
    state: Data<AppState>,
    person: Person,
    client: Client,
) -> Reply<HttpResponse> {
    needs_mail(&state)?;
    let user = person.user;
    let profile = state
        .store
        .read(move |conn: &mut Conn| profiles::get(conn, user))
        .await?;
    let email = profile.pending_email.unwrap_or(profile.email);
    throttle::begin(&state, Door::Mail, &email, client.address).await?;
    let post = Post::of(&state);
    state
        .store
        .write(move |tx: &mut Tx<'_>| post.put(tx, Errand::Verify { user, email }))
        .await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Uses the link of a mail: the address it was sent to is verified, and takes the place of the present one where it waited for that.
#[utoipa::path(
    tag = "accounts",
    request_body = VerifyEmail,
    responses(
        (status = 200, description = "Verified.", body = VerifiedEmail),
        (status = 409, description = "email_taken: by another account, meanwhile", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "link_expired", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/email/verify")]
async fn verify_email(
    state: Data<AppState>,
    _client: Client,
    body: Body<VerifyEmail>,
) -> Reply<Json<VerifiedEmail>> {
    let hash = Token::parse(&body.0.token)
        .ok_or(ErrorCode::LinkExpired)?
        .hash();
    let (now, post) = (state.now(), Post::of(&state));
    let verified = state.store.write(move |tx: &mut Tx<'_>| -> Reply<String> {
        let found = mail_tokens::find(tx, &hash, Purpose::Verify, now)?;
        let (user, email) = found.ok_or(ErrorCode::LinkExpired)?;
        // The account before its links, as everywhere: two changes at once cannot wait for each other.
        let profile = profiles::lock(tx, user)?;
        if !mail_tokens::spend(tx, &hash)? {
            return Err(ErrorCode::LinkExpired.into());
        }
        if profile.email == email {
            profiles::set_verified(tx, user, now)?;
        } else if profile.pending_email.as_deref() == Some(email.as_str()) {
            let taken = |error| match error {
                StoreError::Conflict => Fault::new(ErrorCode::EmailTaken),
                other => other.into(),
            };
            profiles::set_email(tx, user, &email, now).map_err(taken)?;
            mail_tokens::forget(tx, user, Purpose::Reset)?;
            post.put(
                tx,
                Errand::EmailChanged {
                    email: profile.email,
                    to: email.clone(),
                },
            )?;
        } else {
            return Err(ErrorCode::LinkExpired.into());
        }
        mail_tokens::forget(tx, user, Purpose::Verify)?;
        Ok(email)
    });
    Ok(Json(VerifiedEmail {
        email: verified.await?,
    }))
}
