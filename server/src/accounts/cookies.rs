//! The cookies of accounts, out of reach for scripts: the two of a session, and what other doors make of the same. Not what is in them.

use crate::accounts::tokens::{Fresh, life};
use crate::app::AppState;
use crate::store::rotation::Kind;
use crate::web::actor::ACCESS_COOKIE;
use crate::web::token::Token;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use krowoc_shared::ids::Millis;

/// A kind of cookie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jar {
    pub name: &'static str,
    /// Sent with requests below it alone.
    pub path: &'static str,
    pub same_site: SameSite,
    /// How long browsers keep it.
    pub life: Millis,
}

impl Jar {
    /// One with this in it.
    pub fn cookie(self, state: &AppState, value: String) -> Cookie<'static> {
        Cookie::build(self.name, value)
            .http_only(true)
            .secure(state.config.is_https())
            .same_site(self.same_site)
            .path(self.path)
            .max_age(Duration::milliseconds(self.life))
            .finish()
    }

    /// One that removes it.
    pub fn removed(self, state: &AppState) -> Cookie<'static> {
        let mut cookie = self.cookie(state, String::new());
        cookie.make_removal();
        cookie
    }

    /// The token that was sent in it.
    pub fn sent(self, request: &HttpRequest) -> Option<Token> {
        Token::parse(request.cookie(self.name)?.value())
    }
}

/// With the access token. It stays as long as the session: when its token has run out, the server can say so.
const ACCESS: Jar = Jar {
    name: ACCESS_COOKIE,
    path: "/",
    same_site: SameSite::Lax,
    life: life(Kind::Session),
};
/// With the refresh token.
const REFRESH: Jar = Jar {
    name: "krowoc_refresh",
    path: "/api/v1/session",
    same_site: SameSite::Strict,
    life: life(Kind::Session),
};

/// The cookies of a pair.
#[must_use]
pub fn of(state: &AppState, fresh: &Fresh) -> [Cookie<'static>; 2] {
    [
        ACCESS.cookie(state, fresh.access.as_str().to_owned()),
        REFRESH.cookie(state, fresh.refresh.as_str().to_owned()),
    ]
}

/// Cookies that remove both.
#[must_use]
pub fn removed(state: &AppState) -> [Cookie<'static>; 2] {
    [ACCESS, REFRESH].map(|jar| jar.removed(state))
}

/// The refresh token that was sent.
#[must_use]
pub fn refresh_token(request: &HttpRequest) -> Option<Token> {
    REFRESH.sent(request)
}
