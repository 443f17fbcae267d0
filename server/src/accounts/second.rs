//! The door of two steps: whoever proved the first is let in, or is asked for the second, and the second one. Not what proves the first.
//!
//! Between the steps a secret in a cookie holds the sign-in: for its browser alone, for ten minutes and a few tries.

use super::codes;
use super::sign_in::{self, Entry, entry};
use super::throttle;
use crate::app::AppState;
use crate::store::{Conn, Tx, factors, leaving, pending};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::Token;
use crate::web::{Body, Client};
use actix_web::cookie::time::Duration;
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

/// The cookie with the secret of a sign-in between its steps.
const COOKIE: &str = "krowoc_pending";
const COOKIE_PATH: &str = "/api/v1/session";
/// How long the second step may take.
const LIFE: Millis = 10 * 60 * 1000;
/// How often it may be tried.
const TRIES: i64 = 5;

fn cookie(state: &AppState, value: String) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .http_only(true)
        .secure(state.config.is_https())
        .same_site(SameSite::Strict)
        .path(COOKIE_PATH)
        .max_age(Duration::milliseconds(LIFE))
        .finish()
}

fn removed(state: &AppState) -> Cookie<'static> {
    let mut cookie = cookie(state, String::new());
    cookie.make_removal();
    cookie
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

/// Lets in whoever proved the first step, if the account asks for no second one.
pub(super) async fn admit(state: &AppState, user: UserId, user_agent: String) -> Reply<Admitted> {
    let Entry { session, cookies } = entry(state, user, user_agent);
    let (token, now) = (Token::mint(state.random.as_ref()), state.now());
    let hash = token.hash();
    let let_in = state.store.write(move |tx: &mut Tx<'_>| -> Reply<_> {
        if factors::on_since(tx, user)?.is_some() {
            pending::begin(tx, &hash, user, (now, now.saturating_add(LIFE)))?;
            return Ok(None);
        }
        Ok(Some(sign_in::begin(tx, &session)?))
    });
    Ok(match let_in.await? {
        Some(view) => Admitted::In(Box::new(view), cookies),
        None => Admitted::Asked(cookie(state, token.as_str().to_owned())),
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
    let expired = || Fault::new(ErrorCode::SignInExpired);
    let sent = request.cookie(COOKIE);
    let token = sent.and_then(|it| Token::parse(it.value()));
    let (hash, now) = (token.ok_or_else(expired)?.hash(), state.now());
    let found = state
        .store
        .read(move |conn: &mut Conn| pending::find(conn, &hash, (TRIES, now)))
        .await?;
    let user = found.ok_or_else(expired)?;
    let counted = state
        .store
        .write(move |tx: &mut Tx<'_>| pending::count(tx, &hash, TRIES));
    if !counted.await? {
        return Err(expired());
    }
    let offered = codes::offered(&state, user, &body.0.code, client.address).await;
    let (offer, _) = offered.map_err(|fault| match fault.code {
        // It was turned off meanwhile.
        ErrorCode::NotFound => expired(),
        _ => fault,
    })?;
    let Entry { session, cookies } = entry(&state, user, client.user_agent);
    let attempt = offer.attempt();
    let finished = state.store.write(move |tx: &mut Tx<'_>| -> Reply<_> {
        // It is being erased: for whoever signs in it is gone.
        let over = leaving::at(tx, user)?.is_some_and(|at| at <= now);
        if over || !pending::spend(tx, &hash)? {
            return Err(Fault::new(ErrorCode::SignInExpired));
        }
        offer.take(tx)?;
        Ok(sign_in::begin(tx, &session)?)
    });
    let view = finished.await?;
    throttle::succeeded(&state, attempt).await?;
    let [access, refresh] = cookies;
    Ok(HttpResponse::Ok()
        .cookie(removed(&state))
        .cookie(access)
        .cookie(refresh)
        .json(view))
}
