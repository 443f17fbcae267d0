//! The two cookies of a session. Not the session.

use crate::accounts::tokens::{Fresh, life};
use crate::app::AppState;
use crate::store::rotation::Kind;
use crate::web::actor::ACCESS_COOKIE;
use crate::web::token::Token;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// The cookie with the refresh token.
pub const REFRESH_COOKIE: &str = "krowoc_refresh";
const REFRESH_PATH: &str = "/api/v1/session";

fn cookie<'a>(state: &AppState, name: &'a str, value: String) -> Cookie<'a> {
    let refresh = name == REFRESH_COOKIE;
    Cookie::build(name, value)
        .http_only(true)
        .secure(state.config.is_https())
        .same_site(if refresh {
            SameSite::Strict
        } else {
            SameSite::Lax
        })
        .path(if refresh { REFRESH_PATH } else { "/" })
        .max_age(Duration::milliseconds(life(Kind::Session)))
        .finish()
}

/// The cookies of a pair. The access cookie stays as long as the session: when its token has run out, the server can say so.
#[must_use]
pub fn of(state: &AppState, fresh: &Fresh) -> [Cookie<'static>; 2] {
    [
        cookie(state, ACCESS_COOKIE, fresh.access.as_str().to_owned()),
        cookie(state, REFRESH_COOKIE, fresh.refresh.as_str().to_owned()),
    ]
}

/// Cookies that remove both.
#[must_use]
pub fn removed(state: &AppState) -> [Cookie<'static>; 2] {
    [ACCESS_COOKIE, REFRESH_COOKIE].map(|name| {
        let mut cookie = cookie(state, name, String::new());
        cookie.make_removal();
        cookie
    })
}

/// The refresh token that was sent.
#[must_use]
pub fn refresh_token(request: &HttpRequest) -> Option<Token> {
    let cookie = request.cookie(REFRESH_COOKIE)?;
    Token::parse(cookie.value())
}
