//! Signing up and signing in. Not what a session may do.

use super::mailing::{Errand, Post};
use super::second::{First, admit};
use super::throttle::Door;
use super::tokens::Fresh;
use super::{cookies, passwords, throttle};
use crate::app::AppState;
use crate::platform::random;
use crate::store::accounts::{self, NewAccount};
use crate::store::rotation::Kind;
use crate::store::sessions::{self, NewSession};
use crate::store::{Conn, StoreError, Tx, avatars};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::{Token, encode};
use crate::web::{Body, Client, email};
use actix_web::cookie::Cookie;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use krowoc_shared::accounts::wire::{Credentials, PASSWORD_MAX_BYTES, SessionView};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{SessionId, SpaceId, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(sign_up).service(sign_in);
}

/// Makes an account with a personal space, and signs in.
#[utoipa::path(
    tag = "accounts",
    request_body = Credentials,
    responses(
        (status = 201, description = "Made and signed in; both cookies are set.", body = SessionView),
        (status = 409, description = "email_taken", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "weak_password, invalid_field", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/accounts")]
async fn sign_up(
    state: Data<AppState>,
    client: Client,
    body: Body<Credentials>,
) -> Reply<HttpResponse> {
    let Body(Credentials { email, password }) = body;
    if !state.config.sign_up {
        return Err(Fault::new(ErrorCode::Forbidden)
            .detail("This server takes no new accounts. Ask its owner."));
    }
    let email = email::normalise(&email)?;
    passwords::check(&password, &email)?;
    let attempt = throttle::begin(&state, Door::Password, &email, client.address).await?;
    // Hashed before the address is looked at: whether it is taken cannot be told by the time.
    let salt = random(state.random.as_ref());
    let password_hash = state.hasher.hash(password, salt).await?;
    let now = state.now();
    let new = NewAccount {
        id: UserId::mint(now, state.entropy()),
        email: email.clone(),
        password_hash,
        space: SpaceId::mint(now, state.entropy()),
        epoch: encode(&random::<12>(state.random.as_ref())),
        at: now,
    };
    let (session, fresh) = new_session(&state, new.id, client.user_agent);
    let view = SessionView {
        user: new.id,
        email,
        space: new.space,
        csrf: session.csrf.clone(),
        expires_at: fresh.pair.access_expires_at,
        picture: None,
    };
    let post = Post::of(&state);
    let made = state.store.write(move |tx| -> Result<(), StoreError> {
        accounts::create(tx, &new)?;
        sessions::create(tx, &session)?;
        let (user, email) = (new.id, new.email);
        post.put(tx, Errand::Verify { user, email })
    });
    made.await.map_err(|error| match error {
        StoreError::Conflict => Fault::new(ErrorCode::EmailTaken).field("/email"),
        other => other.into(),
    })?;
    throttle::succeeded(&state, attempt).await?;
    let [access, refresh] = cookies::of(&state, &fresh);
    Ok(HttpResponse::Created()
        .cookie(access)
        .cookie(refresh)
        .json(view))
}

/// Signs in.
#[utoipa::path(
    tag = "accounts",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in; both cookies are set.", body = SessionView),
        (status = 401, description = "wrong_credentials; second_step_required: go on with `POST /session/code`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/session")]
async fn sign_in(
    state: Data<AppState>,
    client: Client,
    body: Body<Credentials>,
) -> Reply<HttpResponse> {
    let Body(Credentials { email, password }) = body;
    let email = email::normalise(&email).map_err(|_| Fault::new(ErrorCode::WrongCredentials))?;
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(ErrorCode::WrongCredentials.into());
    }
    let attempt = throttle::begin(&state, Door::Password, &email, client.address).await?;
    let account = state
        .store
        .read(move |conn: &mut Conn| accounts::by_email(conn, &email))
        .await?;
    let hash = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let right = state.hasher.verify(password, hash).await?;
    let account = account
        .filter(|_| right)
        .ok_or(ErrorCode::WrongCredentials)?;
    let first = First {
        user: account.id,
        password_hash: Some(account.password_hash),
        claim: None,
        attempt: None,
    };
    let admitted = admit(&state, first, client.user_agent).await?;
    throttle::succeeded(&state, attempt).await?;
    Ok(admitted.answer())
}

/// A session that is about to begin, and its cookies.
pub(super) struct Entry {
    pub session: NewSession,
    pub cookies: [Cookie<'static>; 2],
}

/// A session of an account whose owner proved to be it. It is one once it [begins](begin).
pub(super) fn entry(state: &AppState, user: UserId, user_agent: String) -> Entry {
    let (session, fresh) = new_session(state, user, user_agent);
    let cookies = cookies::of(state, &fresh);
    Entry { session, cookies }
}

/// Begins a session.
pub(super) fn begin(tx: &mut Tx<'_>, session: &NewSession) -> Result<SessionView, StoreError> {
    sessions::create(tx, session)?;
    let user = session.user;
    let (space, _) = accounts::personal_space(tx, user)?;
    Ok(SessionView {
        user,
        email: accounts::email_of(tx, user)?,
        space,
        csrf: session.csrf.clone(),
        expires_at: session.pair.access_expires_at,
        picture: avatars::tag(tx, user)?,
    })
}

fn new_session(state: &AppState, user: UserId, user_agent: String) -> (NewSession, Fresh) {
    let now = state.now();
    let fresh = Fresh::mint(state.random.as_ref(), Kind::Session, now);
    let session = NewSession {
        id: SessionId::mint(now, state.entropy()),
        user,
        pair: fresh.pair,
        csrf: Token::mint(state.random.as_ref()).as_str().to_owned(),
        user_agent,
        at: now,
    };
    (session, fresh)
}
