//! The sessions of a signed-in person: looking, refreshing, ending. Not signing in.

use super::tokens::{self, Rotated, rotate};
use super::{cookies, ending};
use crate::app::AppState;
use crate::store::rotation::Kind;
use crate::store::sessions::{self, Holder};
use crate::store::{Conn, StoreError, Tx, accounts, avatars};
use crate::web::problem::Reply;
use crate::web::routes::Routes;
use crate::web::{Client, Person};
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use krowoc_shared::accounts::wire::{SessionRow, SessionView};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{SessionId, UserId};
use serde::Deserialize;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(current_session)
        .service(refresh_session)
        .service(sign_out)
        .service(list_sessions)
        .service(end_session)
        .service(end_sessions);
}

fn view(conn: &mut Conn, user: UserId, session: SessionId) -> Result<SessionView, StoreError> {
    let (csrf, expires_at) = sessions::view(conn, session)?;
    let (space, _) = accounts::personal_space(conn, user)?;
    Ok(SessionView {
        user,
        email: accounts::email_of(conn, user)?,
        space,
        csrf,
        expires_at,
        picture: avatars::tag(conn, user)?,
    })
}

/// Who is signed in.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses(
        (status = 200, description = "The session.", body = SessionView),
        (status = 401, description = "unauthenticated, token_expired", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/session")]
async fn current_session(state: Data<AppState>, person: Person) -> Reply<Json<SessionView>> {
    let found = state
        .store
        .read(move |conn: &mut Conn| view(conn, person.user, person.session))
        .await?;
    Ok(Json(found))
}

/// Exchanges the refresh cookie for the next pair of cookies. Needs no CSRF token: its cookie is SameSite=Strict.
///
/// A repeat within ten seconds, while the new pair is unused, gets the same pair: a lost answer signs nobody out.
#[utoipa::path(
    tag = "accounts",
    responses(
        (status = 200, description = "The session; both cookies are replaced.", body = SessionView),
        (status = 401, description = "unauthenticated; token_reused: the session is revoked", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/session/refresh")]
async fn refresh_session(
    state: Data<AppState>,
    request: HttpRequest,
    _client: Client,
) -> Reply<HttpResponse> {
    let token = cookies::refresh_token(&request).ok_or(ErrorCode::Unauthenticated)?;
    let salt = tokens::salt(state.random.as_ref());
    let now = state.now();
    let rotated = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            Ok(match rotate(tx, Kind::Session, &token, &salt, now)? {
                Rotated::Next(Holder::Session(id), user, fresh) => Ok((view(tx, user, id)?, fresh)),
                Rotated::Reused => Err(ErrorCode::TokenReused),
                _ => Err(ErrorCode::Unauthenticated),
            })
        })
        .await?;
    let (view, fresh) = rotated?;
    let [access, refresh] = cookies::of(&state, &fresh);
    Ok(HttpResponse::Ok().cookie(access).cookie(refresh).json(view))
}

/// Signs out.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 204, description = "Signed out; both cookies are removed."))
)]
#[delete("/session")]
async fn sign_out(state: Data<AppState>, person: Person) -> Reply<HttpResponse> {
    state
        .store
        .write(move |tx: &mut Tx<'_>| ending::session(tx, person.user, person.session))
        .await?;
    Ok(signed_out(&state))
}

/// The sessions of the account.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 200, description = "Last used first.", body = Vec<SessionRow>))
)]
#[get("/sessions")]
async fn list_sessions(state: Data<AppState>, person: Person) -> Reply<Json<Vec<SessionRow>>> {
    let rows = state
        .store
        .read(move |conn: &mut Conn| sessions::list(conn, person.user, person.session))
        .await?;
    Ok(Json(rows))
}

/// Ends one session.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("id" = String, Path, description = "The session.")),
    responses(
        (status = 204, description = "Ended."),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/sessions/{id}")]
async fn end_session(
    state: Data<AppState>,
    person: Person,
    id: Path<SessionId>,
) -> Reply<HttpResponse> {
    let id = id.into_inner();
    let ended = state
        .store
        .write(move |tx: &mut Tx<'_>| ending::session(tx, person.user, id))
        .await?;
    if !ended {
        return Err(ErrorCode::NotFound.into());
    }
    if id == person.session {
        return Ok(signed_out(&state));
    }
    Ok(HttpResponse::NoContent().finish())
}

/// What else is ended.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Everywhere {
    /// Disconnects all devices as well.
    #[serde(default)]
    devices: bool,
    /// Revokes all personal access tokens as well.
    #[serde(default)]
    tokens: bool,
    /// Keeps the session that asks.
    #[serde(default)]
    others: bool,
}

/// Signs out everywhere, or everywhere else: ends the sessions, and disconnects devices and revokes tokens when asked.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(Everywhere),
    responses((status = 204, description = "Signed out; both cookies are removed, unless this session was kept."))
)]
#[delete("/sessions")]
async fn end_sessions(
    state: Data<AppState>,
    person: Person,
    query: Query<Everywhere>,
) -> Reply<HttpResponse> {
    let now = state.now();
    let Everywhere {
        devices,
        tokens,
        others,
    } = query.into_inner();
    let kept = others.then_some(person.session);
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            ending::all_sessions(tx, person.user, kept)?;
            if devices {
                ending::all_devices(tx, person.user, now)?;
            }
            if tokens {
                ending::all_tokens(tx, person.user, now)?;
            }
            Ok(())
        })
        .await?;
    if others {
        return Ok(HttpResponse::NoContent().finish());
    }
    Ok(signed_out(&state))
}

fn signed_out(state: &AppState) -> HttpResponse {
    let [access, refresh] = cookies::removed(state);
    HttpResponse::NoContent()
        .cookie(access)
        .cookie(refresh)
        .finish()
}
