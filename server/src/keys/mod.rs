//! Provider keys: stored sealed, listed by their ends, tested, rotated, removed. Not how they are sealed, and not what calls with them.

mod wanted;

use crate::app::AppState;
use crate::providers::Target;
use crate::store::provider_key_views;
use crate::store::provider_keys::{self, StoredKey};
use crate::store::{Conn, StoreError, Tx};
use crate::web::routes::Routes;
use crate::web::{Actor, Body, Fault, Person, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::wire::{ChangeProviderKey, KeyTest, NewProviderKey, ProviderKeyView};
use krowoc_shared::ids::{KeyId, Millis, UserId};
use std::time::Duration;
use url::Url;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(create_provider_key)
        .service(list_provider_keys)
        .service(change_provider_key)
        .service(remove_provider_key)
        .service(test_provider_key);
}

/// Most keys of an account.
const MOST: i64 = 100;
/// How long a test may take.
const TEST: Duration = Duration::from_secs(20);

fn view(
    conn: &mut Conn,
    user: UserId,
    id: KeyId,
    now: Millis,
) -> Result<ProviderKeyView, StoreError> {
    let views = provider_key_views::list(conn, user, now)?;
    let found = views.into_iter().find(|view| view.id == id);
    found.ok_or(StoreError::NotFound)
}

/// A name that is taken is the field at fault, when it was chosen.
fn taken(error: StoreError) -> Fault {
    match error {
        StoreError::Conflict => Fault::new(ErrorCode::AlreadyExists)
            .field("/name")
            .detail("Another key of this provider has the name. Choose another."),
        other => other.into(),
    }
}

/// Stores a key, sealed. The first one of a provider is the preferred one.
#[utoipa::path(
    tag = "keys",
    security(("session" = [])),
    request_body = NewProviderKey,
    responses(
        (status = 201, description = "The key, by its end.", body = ProviderKeyView),
        (status = 409, description = "already_exists: the name is taken", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field, address_refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/provider-keys")]
async fn create_provider_key(
    state: Data<AppState>,
    person: Person,
    body: Body<NewProviderKey>,
) -> Reply<HttpResponse> {
    let (user, now) = (person.user, state.now());
    let provider = body.0.provider;
    let secret = wanted::key(body.0.key, provider)?;
    let name = wanted::name(&body.0.name)?;
    let base_url = wanted::address(&state.providers, provider, body.0.base_url).await?;
    let id = KeyId::mint(now, state.entropy());
    let key = StoredKey {
        id,
        owner: Some(user),
        provider,
        name,
        base_url,
        sealed: state.vault.seal(id, Some(user), &secret).await?,
        hint: secret.hint(),
        preferred: false,
        created_at: now,
        rotated_at: None,
        used_at: None,
    };
    let view = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<ProviderKeyView> {
            let own = provider_keys::of_account(tx, user)?;
            if i64::try_from(own.len()).unwrap_or(MOST) >= MOST {
                let detail = format!("There are {MOST} keys already. Remove one first.");
                return Err(Fault::new(ErrorCode::InvalidField)
                    .field("/name")
                    .detail(detail));
            }
            let name = if key.name.is_empty() {
                wanted::free_name(&own, provider)
            } else {
                key.name.clone()
            };
            provider_keys::create(
                tx,
                &StoredKey {
                    name,
                    ..key.clone()
                },
            )
            .map_err(taken)?;
            Ok(view(tx, user, id, now)?)
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}

/// The keys of the account, oldest first, then those that the operator holds for everybody.
#[utoipa::path(
    tag = "keys",
    security(("session" = []), ("device" = [])),
    responses((status = 200, description = "By their ends, with what was used of each this month.", body = Vec<ProviderKeyView>))
)]
#[get("/provider-keys")]
async fn list_provider_keys(
    state: Data<AppState>,
    actor: Actor,
) -> Reply<Json<Vec<ProviderKeyView>>> {
    let (user, now) = (actor.user, state.now());
    let views = state
        .store
        .read(move |conn: &mut Conn| provider_key_views::list(conn, user, now))
        .await?;
    Ok(Json(views))
}

/// Renames a key, makes it the preferred one, or puts a new key in its place.
#[utoipa::path(
    tag = "keys",
    security(("session" = [])),
    params(("id" = String, Path, description = "The key's id.")),
    request_body = ChangeProviderKey,
    responses(
        (status = 200, description = "As it is now.", body = ProviderKeyView),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the name is taken", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[patch("/provider-keys/{id}")]
async fn change_provider_key(
    state: Data<AppState>,
    person: Person,
    id: Path<KeyId>,
    body: Body<ChangeProviderKey>,
) -> Reply<Json<ProviderKeyView>> {
    let (user, id, now) = (person.user, id.into_inner(), state.now());
    let key = own(&state, user, id).await?;
    let wanted = body.0;
    let name = wanted.name.as_deref().map(wanted::name).transpose()?;
    if name.as_deref() == Some("") {
        return Err(wanted::field("/name", "Use 1 to 100 characters."));
    }
    let replaced = match wanted.key {
        None => None,
        Some(text) => {
            let secret = wanted::key(text, key.provider)?;
            let sealed = state.vault.seal(id, key.owner, &secret).await?;
            Some((sealed, secret.hint()))
        }
    };
    let view = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<ProviderKeyView> {
            // It may have been removed meanwhile.
            let key = provider_keys::find(tx, user, id)?.ok_or(ErrorCode::NotFound)?;
            if let Some(name) = &name {
                provider_keys::rename(tx, id, name).map_err(taken)?;
            }
            if let Some((sealed, hint)) = &replaced {
                provider_keys::replace(tx, id, sealed, hint, now)?;
            }
            if let Some(preferred) = wanted.preferred {
                provider_keys::prefer(tx, &key, preferred)?;
            }
            Ok(view(tx, user, id, now)?)
        })
        .await?;
    Ok(Json(view))
}

async fn own(state: &AppState, user: UserId, id: KeyId) -> Reply<StoredKey> {
    let found = state
        .store
        .read(move |conn: &mut Conn| provider_keys::find(conn, user, id))
        .await?;
    found.ok_or_else(|| ErrorCode::NotFound.into())
}

/// Removes a key: it cannot be brought back. What was run with it stays, with its name.
#[utoipa::path(
    tag = "keys",
    security(("session" = [])),
    params(("id" = String, Path, description = "The key's id.")),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/provider-keys/{id}")]
async fn remove_provider_key(
    state: Data<AppState>,
    person: Person,
    id: Path<KeyId>,
) -> Reply<HttpResponse> {
    let (user, id, now) = (person.user, id.into_inner(), state.now());
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            let key = provider_keys::find(tx, user, id)?.ok_or(ErrorCode::NotFound)?;
            Ok(provider_keys::remove(tx, &key, now)?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Tests a key with the cheapest call that a wrong one would fail: it lists the models, which costs nothing.
#[utoipa::path(
    tag = "keys",
    security(("session" = [])),
    params(("id" = String, Path, description = "The key's id.")),
    responses(
        (status = 200, description = "What the provider said.", body = KeyTest),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "vault_unavailable", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/providers/{id}/test")]
async fn test_provider_key(
    state: Data<AppState>,
    person: Person,
    id: Path<KeyId>,
) -> Reply<Json<KeyTest>> {
    let (user, id) = (person.user, id.into_inner());
    let key = state
        .store
        .read(move |conn: &mut Conn| provider_keys::usable(conn, user, id))
        .await?
        .ok_or(ErrorCode::NotFound)?;
    let target = Target {
        provider: key.provider,
        base_url: Url::parse(&key.base_url).map_err(|_| ErrorCode::AddressRefused)?,
        key: state.vault.open(&key).await?,
        timeout: TEST,
    };
    let begun = state.now();
    let outcome = state.providers.test(&target).await;
    let latency_ms = state.now().saturating_sub(begun);
    Ok(Json(match outcome {
        Ok(models) => KeyTest {
            works: true,
            failure: None,
            latency_ms,
            models,
        },
        Err(failure) => KeyTest {
            works: false,
            failure: Some(failure),
            latency_ms,
            models: None,
        },
    }))
}
