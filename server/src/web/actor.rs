//! Who asks: a session by cookie, or a device by bearer token. Not what they may do beyond their own spaces.

use super::problem::{Fault, Reply};
use super::token::{Token, same};
use crate::app::AppState;
use crate::store::Conn;
use crate::store::sessions::{self, Access, Hash, Holder};
use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DeviceId, Millis, SessionId, SpaceId, UserId};

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
    /// The spaces of the account, the personal one first.
    pub spaces: Vec<SpaceId>,
    /// When the access token runs out: a stream must end then.
    pub expires_at: Millis,
}

impl Actor {
    /// The device that asks; `None` for the dashboard.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        match self.holder {
            Holder::Device(id) => Some(id),
            Holder::Session(_) => None,
        }
    }

    /// The personal space.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the account has none.
    pub fn personal(&self) -> Reply<SpaceId> {
        let first = self.spaces.first().copied();
        first.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The space, when it is one of the actor's.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a space of somebody else, as for one that does not exist.
    pub fn space(&self, space: SpaceId) -> Reply<SpaceId> {
        let own = self.spaces.contains(&space);
        own.then_some(space)
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

impl FromRequest for Actor {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await })
    }
}

impl FromRequest for Person {
    type Error = Fault;
    type Future = LocalBoxFuture<'static, Reply<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = identify(&request).await?;
            match actor.holder {
                Holder::Session(session) => Ok(Self {
                    user: actor.user,
                    session,
                    expires_at: actor.expires_at,
                }),
                Holder::Device(_) => Err(Fault::new(ErrorCode::Forbidden)
                    .detail("A device cannot do this. Use the dashboard.")),
            }
        })
    }
}

/// What proves the identity.
enum Proof {
    Cookie(Token),
    Bearer(Token),
}

fn proof(request: &HttpRequest) -> Reply<Proof> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let token = value
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
            .and_then(|text| Token::parse(text.trim()));
        return token
            .map(Proof::Bearer)
            .ok_or_else(|| ErrorCode::Unauthenticated.into());
    }
    request
        .cookie(ACCESS_COOKIE)
        .and_then(|cookie| Token::parse(cookie.value()))
        .map(Proof::Cookie)
        .ok_or_else(|| ErrorCode::Unauthenticated.into())
}

async fn identify(request: &HttpRequest) -> Reply<Actor> {
    let state = request
        .app_data::<web::Data<AppState>>()
        .cloned()
        .ok_or(ErrorCode::Internal)?;
    let now = state.clock.now();
    let (hash, by_cookie) = match proof(request)? {
        Proof::Cookie(token) => (token.hash(), true),
        Proof::Bearer(token) => (token.hash(), false),
    };
    let access = state
        .store
        .read(move |conn| find(conn, &hash, by_cookie))
        .await?;
    if access.revoked {
        return Err(ErrorCode::DeviceRevoked.into());
    }
    if access.expires_at <= now {
        return Err(ErrorCode::TokenExpired.into());
    }
    if by_cookie {
        check_csrf(request, &access.csrf)?;
    }
    if now.saturating_sub(access.seen_at) >= SEEN_EVERY {
        let holder = access.holder;
        let seen = state
            .store
            .write(move |tx| sessions::touch(tx, holder, now));
        if let Err(error) = seen.await {
            tracing::warn!(%error, "seen_at was not written");
        }
    }
    Ok(Actor {
        user: access.user,
        holder: access.holder,
        spaces: access.spaces,
        expires_at: access.expires_at,
    })
}

fn find(conn: &mut Conn, hash: &Hash, by_cookie: bool) -> Reply<Access> {
    let access = if by_cookie {
        sessions::session_by_access(conn, hash)?
    } else {
        sessions::device_by_access(conn, hash)?
    };
    if let Some(access) = access {
        return Ok(access);
    }
    // A token that was replaced by a refresh: the holder has, or can get, a newer one.
    match sessions::spent(conn, hash, "access")? {
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
