//! What OAuth clients ask of tokens: whether one is good (RFC 7662), and that one stop being it (RFC 7009). Not how they are given.
//!
//! Of tokens there are those of devices and personal ones; the cookies of a session are no OAuth tokens and unknown here.

use super::oauth_refusal::{Of, Reader, Refusal};
use crate::app::AppState;
use crate::store::rotation::{self, By, Kind};
use crate::store::sessions::{self, Access, Hash, Holder};
use crate::store::{Conn, Event, StoreError, Tx, devices, tokens};
use crate::web::actor::Anyone;
use crate::web::body::Form;
use crate::web::problem::Reply;
use crate::web::routes::Routes;
use crate::web::token::Token;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, post};
use krowoc_shared::accounts::people::{Introspection, OAuthError, TokenForm};
use krowoc_shared::execution::wire::Scope;
use krowoc_shared::ids::{Millis, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(introspect_token).service(revoke_any_token);
}

/// A token that is looked at.
struct Seen {
    holder: Holder,
    user: UserId,
    expires_at: Millis,
    good: bool,
    kind: &'static str,
    scope: String,
}

fn words(scopes: &[Scope]) -> String {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    names.join(" ")
}

fn seen(access: Access, kind: &'static str, now: Millis) -> Seen {
    let scope = match access.holder {
        Holder::Token(_) => words(&access.scopes),
        Holder::Device(_) | Holder::Session(_) => words(Scope::ALL),
    };
    Seen {
        holder: access.holder,
        user: access.user,
        good: !access.revoked && access.expires_at > now,
        expires_at: access.expires_at,
        kind,
        scope,
    }
}

/// Looks a token up, whatever kind it is.
fn find(conn: &mut Conn, token: &str, now: Millis) -> Result<Option<Seen>, StoreError> {
    if let Some(personal) = Token::parse_personal(token) {
        let access = tokens::by_hash(conn, &personal.hash())?;
        return Ok(access.map(|access| seen(access, "personal_access_token", now)));
    }
    let Some(token) = Token::parse(token) else {
        return Ok(None);
    };
    let hash: Hash = token.hash();
    if let Some(access) = sessions::device_by_access(conn, &hash)? {
        return Ok(Some(seen(access, "access_token", now)));
    }
    let Some(current) = rotation::find(conn, Kind::Device, By::Refresh(&hash))? else {
        return Ok(None);
    };
    let user = UserId::from_slice(&current.account)
        .ok_or_else(|| StoreError::Fault("an id is not 16 bytes".to_owned()))?;
    Ok(Some(Seen {
        holder: current.holder,
        user,
        expires_at: current.refresh_expires_at,
        good: !current.revoked && current.refresh_expires_at > now,
        kind: "refresh_token",
        scope: words(Scope::ALL),
    }))
}

/// Whether a token of one's own is good, and what for (RFC 7662). Of a token that is not, or is somebody else's, it says only that it is
/// not active. Looking at a token is no use of it.
#[utoipa::path(
    tag = "tokens",
    security(("session" = []), ("device" = []), ("token" = [])),
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "What is known of it.", body = Introspection),
        (status = 400, description = "invalid_request", body = OAuthError, content_type = "application/problem+json"),
        (status = 401, description = "invalid_token: no proof of who asks, or one that is not good any more", body = OAuthError, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type", body = OAuthError, content_type = "application/problem+json"),
    )
)]
#[post("/oauth/introspect")]
async fn introspect_token(
    state: Data<AppState>,
    reader: Reader,
    caller: Of<Anyone>,
    form: Of<Form>,
) -> Result<Json<Introspection>, Refusal> {
    let looked = look(&state, caller.0.0.user, &form.0);
    looked.await.map_err(|fault| reader.refusal(fault))
}

async fn look(state: &AppState, user: UserId, form: &Form) -> Reply<Json<Introspection>> {
    let (token, now) = (form.once("token")?.to_owned(), state.now());
    let found = state
        .store
        .read(move |conn: &mut Conn| find(conn, &token, now))
        .await?;
    let found = found.filter(|seen| seen.good && seen.user == user);
    let Some(seen) = found else {
        return Ok(Json(Introspection::default()));
    };
    let (client_id, exp) = match seen.holder {
        Holder::Device(id) => (id.to_string(), seen.expires_at),
        Holder::Token(id) => (id.to_string(), seen.expires_at),
        Holder::Session(id) => (id.to_string(), seen.expires_at),
    };
    Ok(Json(Introspection {
        active: true,
        scope: Some(seen.scope),
        client_id: Some(client_id),
        sub: Some(seen.user.to_string()),
        token_type: Some(seen.kind.to_owned()),
        // Seconds, as the RFC asks; absent when the token never runs out.
        exp: (exp != Millis::MAX).then(|| exp.div_euclid(1000)),
        iss: Some(state.config.origin()),
    }))
}

/// Revokes the token that is sent (RFC 7009): who has it may. With a token of a device the whole device is disconnected. The answer is
/// the same for a token that is not known.
#[utoipa::path(
    tag = "tokens",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is good for nothing, now or already before."),
        (status = 400, description = "invalid_request", body = OAuthError, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type", body = OAuthError, content_type = "application/problem+json"),
    )
)]
#[post("/oauth/revoke")]
async fn revoke_any_token(
    state: Data<AppState>,
    reader: Reader,
    form: Of<Form>,
) -> Result<HttpResponse, Refusal> {
    let revoked = revoke(&state, &form.0);
    revoked.await.map_err(|fault| reader.refusal(fault))
}

async fn revoke(state: &AppState, form: &Form) -> Reply<HttpResponse> {
    let (token, now) = (form.once("token")?.to_owned(), state.now());
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            let Some(seen) = find(tx, &token, now)? else {
                return Ok(());
            };
            let revoked = match seen.holder {
                Holder::Device(id) => devices::revoke(tx, seen.user, id, now)?,
                Holder::Token(id) => tokens::revoke(tx, seen.user, id, now)?,
                Holder::Session(_) => false,
            };
            if revoked {
                tx.after_commit(Event::Revoked(*seen.holder.family()));
            }
            Ok(())
        })
        .await?;
    Ok(HttpResponse::Ok().finish())
}
