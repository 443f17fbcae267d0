//! Personal access tokens: made, listed, revoked. Not the tokens of sessions and devices, and not what a scope allows.

use crate::app::AppState;
use crate::store::tokens::{self, NewRow};
use crate::store::{Conn, Event, StoreError, Tx};
use crate::web::routes::Routes;
use crate::web::token::Token;
use crate::web::{Body, Fault, Person, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::wire::{CreatedToken, NewToken, Scope, TokenView};
use krowoc_shared::ids::{Millis, TokenId};

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(create_token)
        .service(list_tokens)
        .service(revoke_token);
}

/// Most tokens of an account.
const MOST: usize = 100;

fn field(field: &str, detail: &str) -> Fault {
    Fault::new(ErrorCode::InvalidField)
        .field(field)
        .detail(detail)
}

fn check(wanted: NewToken, now: Millis) -> Reply<(String, Vec<Scope>)> {
    let name = wanted.name.trim();
    if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(field("/name", "Use 1 to 100 characters."));
    }
    if wanted.expires_at.is_some_and(|at| at <= now) {
        return Err(field("/expires_at", "Name a time to come, or none."));
    }
    let mut scopes = wanted.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(field("/scopes", "Choose at least one."));
    }
    Ok((name.to_owned(), scopes))
}

/// Makes a token. It is shown in this answer and never again.
#[utoipa::path(
    tag = "tokens",
    security(("session" = [])),
    request_body = NewToken,
    responses(
        (status = 201, description = "The token.", body = CreatedToken),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/tokens")]
async fn create_token(
    state: Data<AppState>,
    person: Person,
    body: Body<NewToken>,
) -> Reply<HttpResponse> {
    let now = state.now();
    let expires_at = body.0.expires_at;
    let (name, scopes) = check(body.0, now)?;
    let token = Token::mint_personal(state.random.as_ref());
    let text = token.as_str();
    let end = text.get(text.len().saturating_sub(4)..).unwrap_or_default();
    let view = TokenView {
        id: TokenId::mint(now, state.entropy()),
        name,
        hint: format!("…{end}"),
        scopes,
        created_at: now,
        expires_at,
        used_at: None,
    };
    let row = NewRow {
        view: view.clone(),
        user: person.user,
        hash: token.hash(),
    };
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            if tokens::list(tx, row.user)?.len() >= MOST {
                let detail = format!("There are {MOST} tokens already. Revoke one first.");
                return Err(field("/name", &detail));
            }
            Ok(tokens::create(tx, &row)?)
        })
        .await?;
    Ok(HttpResponse::Created().json(CreatedToken {
        token: text.to_owned(),
        view,
    }))
}

/// The tokens that were not revoked.
#[utoipa::path(
    tag = "tokens",
    security(("session" = [])),
    responses((status = 200, description = "Newest first.", body = Vec<TokenView>))
)]
#[get("/tokens")]
async fn list_tokens(state: Data<AppState>, person: Person) -> Reply<Json<Vec<TokenView>>> {
    let views = state
        .store
        .read(move |conn: &mut Conn| tokens::list(conn, person.user))
        .await?;
    Ok(Json(views))
}

/// Revokes a token: the next request with it is refused, and its open streams end.
#[utoipa::path(
    tag = "tokens",
    security(("session" = [])),
    params(("id" = String, Path, description = "The token's id.")),
    responses(
        (status = 204, description = "Revoked."),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/tokens/{id}")]
async fn revoke_token(
    state: Data<AppState>,
    person: Person,
    id: Path<TokenId>,
) -> Reply<HttpResponse> {
    let (id, now) = (id.into_inner(), state.now());
    let revoked = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<bool, StoreError> {
            let revoked = tokens::revoke(tx, person.user, id, now)?;
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
