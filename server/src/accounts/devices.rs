//! Devices of an account: connecting (OAuth 2.0 authorization code with PKCE), tokens, names, revocation. Not sessions.

use super::tokens::{self, ACCESS, Fresh, Rotated, rotate};
use crate::app::AppState;
use crate::store::devices::{self, Code, NewDevice};
use crate::store::rotation::Kind;
use crate::store::sessions::Holder;
use crate::store::{Conn, Event, StoreError, Tx, accounts};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::{Token, encode, same};
use crate::web::{Actor, Body, Client, Person};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use krowoc_shared::accounts::wire::{
    AuthorizeDevice, AuthorizedDevice, DeviceRow, DeviceTokens, RenameDevice, TokenRequest,
};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DeviceId, Millis, UserId};
use sha2::{Digest, Sha256};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(authorize_device)
        .service(device_token)
        .service(list_devices)
        .service(rename_device)
        .service(revoke_device);
}

/// Life of a code.
const CODE: Millis = 60_000;
/// A code is remembered for so long after it ran out, so that its second use is recognised.
const CODE_REMEMBERED: Millis = 24 * 60 * 60 * 1000;

fn is_base64url(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn field(field: &str, detail: &str) -> Fault {
    Fault::new(ErrorCode::InvalidField)
        .field(field)
        .detail(detail)
}

fn device_name(text: &str) -> Reply<String> {
    let name = text.trim();
    let sane = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    sane.then(|| name.to_owned())
        .ok_or_else(|| field("/name", "Use 1 to 100 characters."))
}

/// Allows a device: gives the address with a code that lives a minute and is useless without the verifier.
#[utoipa::path(
    tag = "devices",
    security(("session" = [])),
    request_body = AuthorizeDevice,
    responses(
        (status = 200, description = "Where to send the tab.", body = AuthorizedDevice),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/devices/authorize")]
async fn authorize_device(
    state: Data<AppState>,
    person: Person,
    body: Body<AuthorizeDevice>,
) -> Reply<Json<AuthorizedDevice>> {
    let Body(wanted) = body;
    if wanted.code_challenge.len() != 43 || !is_base64url(&wanted.code_challenge) {
        let detail = "Send BASE64URL(SHA-256(verifier)) without padding: 43 characters.";
        return Err(field("/code_challenge", detail));
    }
    if !(1..=200).contains(&wanted.state.len()) || !is_base64url(&wanted.state) {
        let detail = "Use 1 to 200 letters, digits, hyphens and underscores.";
        return Err(field("/state", detail));
    }
    let now = state.now();
    let token = Token::mint(state.random.as_ref());
    let hash = token.hash();
    let code = Code {
        user: person.user,
        challenge: wanted.code_challenge,
        name: device_name(&wanted.name)?,
        expires_at: now.saturating_add(CODE),
        device: None,
        spent_at: None,
    };
    let forget_before = now.saturating_sub(CODE_REMEMBERED);
    state
        .store
        .write(move |tx: &mut Tx<'_>| devices::allow(tx, &hash, &code, forget_before))
        .await?;
    let redirect = format!(
        "/connect/done#code={}&state={}",
        token.as_str(),
        wanted.state
    );
    Ok(Json(AuthorizedDevice { redirect }))
}

/// Gives tokens for a code, or the next tokens for a refresh token.
///
/// A refresh may be repeated within ten seconds, while the new pair is unused; any other second use revokes the device.
#[utoipa::path(
    tag = "devices",
    request_body = TokenRequest,
    responses(
        (status = 200, description = "The tokens.", body = DeviceTokens),
        (status = 400, description = "invalid_grant", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "token_reused, device_revoked", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/devices/token")]
async fn device_token(
    state: Data<AppState>,
    _client: Client,
    body: Body<TokenRequest>,
) -> Reply<Json<DeviceTokens>> {
    let granted = match body.0 {
        TokenRequest::AuthorizationCode {
            code,
            code_verifier,
        } => connect(&state, &code, code_verifier).await?,
        TokenRequest::RefreshToken { refresh_token } => renew(&state, &refresh_token).await?,
    };
    Ok(Json(granted))
}

/// The verifier's challenge (RFC 7636, section 4.6); `None` when it is not 43 to 128 characters.
fn challenge(verifier: &str) -> Option<String> {
    let sane = (43..=128).contains(&verifier.len());
    sane.then(|| encode(&Sha256::digest(verifier.as_bytes())))
}

async fn connect(state: &AppState, code: &str, verifier: String) -> Reply<DeviceTokens> {
    let hash = Token::parse(code).ok_or(ErrorCode::InvalidGrant)?.hash();
    let now = state.now();
    let id = DeviceId::mint(now, state.entropy());
    let fresh = Fresh::mint(state.random.as_ref(), Kind::Device, now);
    let granted = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            let Some(code) = devices::code(tx, &hash)? else {
                return Ok(None);
            };
            let right = challenge(&verifier).is_some_and(|sent| same(&sent, &code.challenge));
            if !right || code.expires_at <= now {
                // A code that met a wrong verifier was stolen: it is spent.
                devices::spend_code(tx, &hash, None, now)?;
                return Ok(None);
            }
            if !devices::spend_code(tx, &hash, Some(id), now)? {
                revoke_of_code(tx, &code, now)?;
                return Ok(None);
            }
            let new = NewDevice {
                id,
                user: code.user,
                name: code.name,
                pair: fresh.pair,
                at: now,
            };
            devices::create(tx, &new)?;
            answer(tx, code.user, id, &fresh).map(Some)
        })
        .await?;
    granted.ok_or_else(|| ErrorCode::InvalidGrant.into())
}

/// A code used twice with its verifier: what it gave the first time is taken back (RFC 6749, section 4.1.2).
fn revoke_of_code(tx: &mut Tx<'_>, code: &Code, now: Millis) -> Result<(), StoreError> {
    let Some(device) = code.device else {
        return Ok(());
    };
    if devices::revoke(tx, code.user, device, now)? {
        tx.after_commit(Event::Revoked(*device.as_bytes()));
    }
    Ok(())
}

async fn renew(state: &AppState, refresh_token: &str) -> Reply<DeviceTokens> {
    let token = Token::parse(refresh_token).ok_or(ErrorCode::InvalidGrant)?;
    let salt = tokens::salt(state.random.as_ref());
    let now = state.now();
    let granted = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            Ok(match rotate(tx, Kind::Device, &token, &salt, now)? {
                Rotated::Next(Holder::Device(id), user, fresh) => Ok(answer(tx, user, id, &fresh)?),
                Rotated::Reused => Err(ErrorCode::TokenReused),
                Rotated::Revoked => Err(ErrorCode::DeviceRevoked),
                _ => Err(ErrorCode::InvalidGrant),
            })
        })
        .await?;
    Ok(granted?)
}

fn answer(
    conn: &mut Conn,
    user: UserId,
    device: DeviceId,
    fresh: &Fresh,
) -> Result<DeviceTokens, StoreError> {
    let (space, epoch) = accounts::personal_space(conn, user)?;
    Ok(DeviceTokens {
        access_token: fresh.access.as_str().to_owned(),
        refresh_token: fresh.refresh.as_str().to_owned(),
        expires_in: u32::try_from(ACCESS / 1000).unwrap_or_default(),
        device,
        email: accounts::email_of(conn, user)?,
        space,
        epoch,
    })
}

/// The connected devices.
#[utoipa::path(
    tag = "devices",
    security(("session" = [])),
    responses((status = 200, description = "Last seen first.", body = Vec<DeviceRow>))
)]
#[get("/devices")]
async fn list_devices(state: Data<AppState>, person: Person) -> Reply<Json<Vec<DeviceRow>>> {
    let rows = state
        .store
        .read(move |conn: &mut Conn| devices::list(conn, person.user))
        .await?;
    Ok(Json(rows))
}

/// Renames a device.
#[utoipa::path(
    tag = "devices",
    security(("session" = [])),
    params(("id" = String, Path, description = "The device.")),
    request_body = RenameDevice,
    responses(
        (status = 200, description = "The device.", body = DeviceRow),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: 1 to 100 characters", body = Problem, content_type = "application/problem+json"),
    )
)]
#[patch("/devices/{id}")]
async fn rename_device(
    state: Data<AppState>,
    person: Person,
    id: Path<DeviceId>,
    body: Body<RenameDevice>,
) -> Reply<Json<DeviceRow>> {
    let id = id.into_inner();
    let name = device_name(&body.0.name)?;
    let renamed = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<_, StoreError> {
            devices::rename(tx, person.user, id, &name)?;
            let rows = devices::list(tx, person.user)?;
            Ok(rows.into_iter().find(|row| row.id == id))
        })
        .await?;
    renamed.map(Json).ok_or_else(|| ErrorCode::NotFound.into())
}

/// Disconnects a device: its tokens die at once. A device may disconnect itself.
#[utoipa::path(
    tag = "devices",
    security(("session" = []), ("device" = [])),
    params(("id" = String, Path, description = "The device.")),
    responses(
        (status = 204, description = "Disconnected."),
        (status = 403, description = "forbidden: a device asks for another", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/devices/{id}")]
async fn revoke_device(
    state: Data<AppState>,
    actor: Actor,
    id: Path<DeviceId>,
) -> Reply<HttpResponse> {
    let id = id.into_inner();
    if actor.device().is_some_and(|own| own != id) {
        return Err(Fault::new(ErrorCode::Forbidden)
            .detail("A device can disconnect only itself. Use the dashboard."));
    }
    let now = state.now();
    let revoked = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<bool, StoreError> {
            let revoked = devices::revoke(tx, actor.user, id, now)?;
            if revoked {
                tx.after_commit(Event::Revoked(*id.as_bytes()));
            }
            Ok(revoked)
        })
        .await?;
    if revoked {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(ErrorCode::NotFound.into())
    }
}
