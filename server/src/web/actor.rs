//! Who asks: a session by cookie, a device or a program by bearer token. Not what they may do beyond their own spaces and scopes.

use super::problem::{Fault, Reply};
use super::proven::Proven;
use super::token::{Token, same};
use crate::app::AppState;
use crate::store::Conn;
use crate::store::members::Membership;
use crate::store::profiles::{self, Profile};
use crate::store::sessions::{self, Access, Holder};
use crate::store::tokens;
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::wire::Scope;
use krowoc_shared::ids::{DeviceId, Millis, SessionId, SpaceId, TokenId, UserId};
use std::marker::PhantomData;
use std::ops::Deref;

/// The cookie with the access token.
pub const ACCESS_COOKIE: &str = "krowoc_access";
/// The header with the CSRF token.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// How exact `seen_at` is.
const SEEN_EVERY: Millis = 60_000;

/// Who asks, proven: an unrevoked session or device, its CSRF token checked where a cookie was used to change something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub user: UserId,
    /// The session or the device.
    pub holder: Holder,
    /// The spaces of the account with what it is there, the personal one first.
    pub spaces: Vec<Membership>,
    /// When the access token runs out: a stream must end then.
    pub expires_at: Millis,
    /// What a personal access token may do.
    scopes: Vec<Scope>,
}

impl Actor {
    /// The device that asks; `None` for the dashboard.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        match self.holder {
            Holder::Device(id) => Some(id),
            Holder::Session(_) | Holder::Token(_) => None,
        }
    }

    /// Whether they may do this: a session and a device may, a personal access token with the scope. Who may change the library may
    /// read it: each change is answered with what it meets.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        let has = |scope| self.scopes.contains(&scope);
        match self.holder {
            Holder::Session(_) | Holder::Device(_) => true,
            Holder::Token(_) => {
                has(scope) || (scope == Scope::LibraryRead && has(Scope::LibraryWrite))
            }
        }
    }

    /// The personal access token that asks; `None` for a person and a device.
    #[must_use]
    pub fn token(&self) -> Option<TokenId> {
        match self.holder {
            Holder::Token(id) => Some(id),
            Holder::Session(_) | Holder::Device(_) => None,
        }
    }

    /// The session of a person in a browser.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`] for a device and a token.
    pub fn session(&self) -> Reply<SessionId> {
        match self.holder {
            Holder::Session(session) => Ok(session),
            Holder::Device(_) => Err(refused("A device")),
            Holder::Token(_) => Err(refused("A token")),
        }
    }

    /// That it is a program: doors for programs take no cookie and no device.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthenticated`], with the scope that a token needs here.
    pub fn program(&self, scope: Scope) -> Reply<()> {
        if self.token().is_some() {
            return Ok(());
        }
        let detail = format!(
            "Use a personal access token with the scope {}, made in the settings.",
            scope.as_str()
        );
        Err(Fault::new(ErrorCode::Unauthenticated).detail(detail))
    }

    /// The personal space.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the account has none.
    pub fn personal(&self) -> Reply<SpaceId> {
        let first = self.spaces.iter().find(|membership| !membership.team);
        first
            .map(|membership| membership.space)
            .ok_or_else(|| ErrorCode::NotFound.into())
    }
}

/// An actor that is a person in a browser: what only the owner may do, such as revoking devices.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// When the access token runs out.
    pub expires_at: Millis,
}

/// What a route asks of a personal access token.
pub trait Grant: 'static {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! grants {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl Grant for $name {
            const SCOPE: Scope = Scope::$name;
        })*
    };
}

grants! {
    /// Runs prompts and models, and reads the runs.
    Executions;
    /// Reads the library.
    LibraryRead;
    /// Changes the library.
    LibraryWrite;
}

/// An actor on a route that personal access tokens with a scope may use, such as `May<LibraryRead>`. A route that takes a plain
/// [`Actor`] refuses them all.
#[derive(Clone, Debug)]
pub struct May<G>(Actor, PhantomData<fn() -> G>);

impl<G> May<G> {
    /// Who it is.
    #[must_use]
    pub fn actor(self) -> Actor {
        self.0
    }
}

impl<G> Deref for May<G> {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

/// As [`May`], for a route that asks [`still_holds`] in each of its own transactions: a personal access token that was read within the
/// last minute is not read again beforehand.
#[derive(Clone, Debug)]
pub struct Recent<G>(May<G>);

impl<G> Recent<G> {
    /// Who it is.
    #[must_use]
    pub fn actor(self) -> Actor {
        self.0.actor()
    }
}

impl<G> Deref for Recent<G> {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl<G: Grant> FromRequest for May<G> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = granted::<G>(identify(&request).await?)?;
            Ok(Self(actor, PhantomData))
        })
    }
}

impl<G: Grant> FromRequest for Recent<G> {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = match recent(&request)? {
                Some(actor) => actor,
                None => identify(&request).await?,
            };
            Ok(Self(May(granted::<G>(actor)?, PhantomData)))
        })
    }
}

fn granted<G: Grant>(actor: Actor) -> Reply<Actor> {
    scoped(actor, G::SCOPE)
}

/// The actor, when a token that they use has the scope.
pub(super) fn scoped(actor: Actor, scope: Scope) -> Reply<Actor> {
    if actor.may(scope) {
        return Ok(actor);
    }
    let detail = format!(
        "The token lacks the scope {}. Make one that has it in the settings.",
        scope.as_str()
    );
    Err(Fault::new(ErrorCode::MissingScope).detail(detail))
}

impl FromRequest for Actor {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = identify(&request).await?;
            match actor.holder {
                Holder::Session(_) | Holder::Device(_) => Ok(actor),
                Holder::Token(_) => Err(refused("A token")),
            }
        })
    }
}

fn refused(who: &str) -> Fault {
    Fault::new(ErrorCode::Forbidden).detail(format!("{who} cannot do this. Use the dashboard."))
}

/// Whoever proves who they are, a personal access token of any scope among them: for what gives nothing away but what they know already.
#[derive(Clone, Debug)]
pub struct Anyone(pub Actor);

impl FromRequest for Anyone {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await.map(Self) })
    }
}

/// A person who looks after the server: named by the setting `admin_emails`.
#[derive(Clone, Debug)]
pub struct Admin(pub Person);

impl FromRequest for Admin {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = Person::from_request(request, payload);
        let state = state(request);
        Box::pin(async move {
            let person = person.await?;
            if is_admin(&*state?, person.user).await? {
                Ok(Self(person))
            } else {
                let detail =
                    "Only who looks after this server may do this (the setting admin_emails).";
                Err(Fault::new(ErrorCode::Forbidden).detail(detail))
            }
        })
    }
}

/// Whether an account looks after the server.
///
/// # Errors
/// The store's.
pub async fn is_admin(state: &AppState, user: UserId) -> Reply<bool> {
    if state.config.admin_emails.is_empty() {
        return Ok(false);
    }
    let profile = state.store.read(move |conn| profiles::get(conn, user));
    Ok(looks_after(state, &profile.await?))
}

/// Whether the account of a profile looks after the server.
#[must_use]
pub fn looks_after(state: &AppState, profile: &Profile) -> bool {
    // Where mail is sent, an address alone proves nothing: anybody may type it.
    let proven = profile.email_verified_at.is_some() || !state.mailer.is_on();
    proven && state.config.admin_emails.contains(&profile.email)
}

fn state(request: &HttpRequest) -> Reply<web::Data<AppState>> {
    let state = request.app_data::<web::Data<AppState>>();
    state.cloned().ok_or_else(|| ErrorCode::Internal.into())
}

impl FromRequest for Person {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = identify(&request).await?;
            Ok(Self {
                user: actor.user,
                session: actor.session()?,
                expires_at: actor.expires_at,
            })
        })
    }
}

/// What proves the identity.
enum Proof {
    Cookie(Token),
    Bearer(Token),
    Personal(Token),
}

fn proof(request: &HttpRequest) -> Reply<Proof> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let text = value.to_str().ok();
        let text = text.and_then(|text| text.strip_prefix("Bearer "));
        let text = text.unwrap_or_default().trim();
        let personal = || Token::parse_personal(text).map(Proof::Personal);
        return Token::parse(text)
            .map(Proof::Bearer)
            .or_else(personal)
            .ok_or_else(|| ErrorCode::Unauthenticated.into());
    }
    request
        .cookie(ACCESS_COOKIE)
        .and_then(|cookie| Token::parse(cookie.value()))
        .map(Proof::Cookie)
        .ok_or_else(|| ErrorCode::Unauthenticated.into())
}

/// Who asks with a personal access token that was read lately.
fn recent(request: &HttpRequest) -> Reply<Option<Actor>> {
    let state = state(request)?;
    Ok(match proof(request)? {
        Proof::Personal(token) => state.tokens.find(&token.hash(), state.clock.now()),
        Proof::Cookie(_) | Proof::Bearer(_) => None,
    })
}

/// Checks inside a transaction that a personal access token still holds: another server may have revoked it.
///
/// # Errors
/// [`ErrorCode::Unauthenticated`], or the store's.
pub fn still_holds(conn: &mut Conn, token: Option<TokenId>, now: Millis) -> Reply<()> {
    let Some(id) = token else {
        return Ok(());
    };
    let standing = tokens::standing(conn, id)?.ok_or(ErrorCode::Unauthenticated)?;
    check_token(standing.revoked, standing.expires_at, now)
}

pub(super) async fn identify(request: &HttpRequest) -> Reply<Actor> {
    let state = state(request)?;
    let now = state.clock.now();
    if let Some(actor) = Proven::of(request, now) {
        return Ok(actor);
    }
    let proof = proof(request)?;
    let by_cookie = matches!(proof, Proof::Cookie(_));
    let personal = match &proof {
        Proof::Personal(token) => Some(token.hash()),
        Proof::Cookie(_) | Proof::Bearer(_) => None,
    };
    let access = state.store.read(move |conn| find(conn, &proof)).await?;
    check_life(&access, now)?;
    if by_cookie {
        check_csrf(request, &access.csrf)?;
    }
    let mut seen_at = access.seen_at;
    if now.saturating_sub(seen_at) >= SEEN_EVERY {
        seen_at = now;
        let holder = access.holder;
        let seen = state
            .store
            .write(move |tx| sessions::touch(tx, holder, now));
        if let Err(error) = seen.await {
            tracing::warn!(%error, "seen_at was not written");
        }
    }
    let actor = Actor {
        user: access.user,
        holder: access.holder,
        spaces: access.spaces,
        expires_at: access.expires_at,
        scopes: access.scopes,
    };
    if let Some(hash) = personal {
        let until = seen_at.saturating_add(SEEN_EVERY);
        state.tokens.remember(hash, &actor, until);
    }
    Ok(actor)
}

/// Whether what was shown is still good.
fn check_life(access: &Access, now: Millis) -> Reply<()> {
    if matches!(access.holder, Holder::Token(_)) {
        return check_token(access.revoked, access.expires_at, now);
    }
    match (access.revoked, access.expires_at <= now) {
        (true, _) => Err(ErrorCode::DeviceRevoked.into()),
        (_, true) => Err(ErrorCode::TokenExpired.into()),
        (false, false) => Ok(()),
    }
}

fn check_token(revoked: bool, expires_at: Millis, now: Millis) -> Reply<()> {
    let gone = |why: &str| Err(Fault::new(ErrorCode::Unauthenticated).detail(why));
    match (revoked, expires_at <= now) {
        (true, _) => gone("This token was revoked. Make another in the settings."),
        (_, true) => gone("This token has run out. Make another in the settings."),
        (false, false) => Ok(()),
    }
}

fn find(conn: &mut Conn, proof: &Proof) -> Reply<Access> {
    let (access, hash) = match proof {
        Proof::Cookie(token) => (
            sessions::session_by_access(conn, &token.hash())?,
            token.hash(),
        ),
        Proof::Bearer(token) => (
            sessions::device_by_access(conn, &token.hash())?,
            token.hash(),
        ),
        Proof::Personal(token) => {
            let access = tokens::by_hash(conn, &token.hash())?;
            return access.ok_or_else(|| ErrorCode::Unauthenticated.into());
        }
    };
    if let Some(access) = access {
        return Ok(access);
    }
    // A token that was replaced by a refresh: the holder has, or can get, a newer one.
    match sessions::spent(conn, &hash, "access")? {
        Some(_) => Err(ErrorCode::TokenExpired.into()),
        None => Err(ErrorCode::Unauthenticated.into()),
    }
}

fn check_csrf(request: &HttpRequest, expected: &str) -> Reply<()> {
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return Ok(());
    }
    let sent = request.headers().get(CSRF_HEADER);
    let matches = sent
        .and_then(|value| value.to_str().ok())
        .is_some_and(|sent| same(sent, expected));
    matches
        .then_some(())
        .ok_or_else(|| ErrorCode::CsrfRejected.into())
}
