//! Pictures of accounts: fetched from where a provider says that one is, given by their owners, shown to who knows them. Not what a
//! picture may be.

use super::image;
use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::providers::FetchError;
use crate::store::avatars::{self, Origin, Picture};
use crate::store::jobs::{self, NewJob};
use crate::store::{Conn, StoreError, Tx, identities, profiles};
use crate::web::Person;
use crate::web::body::Raw;
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::token::encode;
use actix_web::http::header;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, delete, get, put};
use futures_util::FutureExt;
use krowoc_shared::accounts::people::{PICTURE_BYTES, PictureView};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{JobId, Millis, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// After so long the same address is asked again: a picture may change under it.
const AGAIN: Millis = 24 * 60 * 60 * 1000;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(read_picture)
        .service(set_picture)
        .service(remove_picture);
}

/// Fetches a picture that a provider named. A sign-in never waits for it.
pub const KIND: Kind = Kind {
    name: "picture",
    every: None,
    attempts: 4,
    run: |state, payload| fetch(state, payload).boxed(),
};

/// A picture that a provider named, and the job that would fetch it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub address: String,
    pub job: JobId,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    user: UserId,
    provider: String,
    address: String,
}

/// Notes that a picture is to be fetched, unless its owner chose one, or it was fetched lately.
///
/// # Errors
/// The store's.
pub(super) fn want(
    tx: &mut Tx<'_>,
    (user, provider): (UserId, &str),
    wanted: &Wanted,
    now: Millis,
) -> Result<(), StoreError> {
    let fetched = match avatars::standing(tx, user)? {
        None => false,
        Some(there) => match there.origin {
            Origin::Own | Origin::None => true,
            Origin::Provider => {
                there.source.as_deref() == Some(wanted.address.as_str())
                    && now.saturating_sub(there.at) < AGAIN
            }
        },
    };
    if fetched {
        return Ok(());
    }
    let payload = Payload {
        user,
        provider: provider.to_owned(),
        address: wanted.address.clone(),
    };
    let payload =
        serde_json::to_string(&payload).map_err(|error| StoreError::Fault(error.to_string()))?;
    let job = NewJob {
        id: wanted.job,
        kind: KIND.name,
        unique_key: Some(user.to_string()),
        payload,
        due_at: now,
    };
    jobs::enqueue(tx, &job, now).map(drop)
}

async fn fetch(state: AppState, payload: String) -> Outcome {
    let Payload {
        user,
        provider,
        address,
    } = serde_json::from_str(&payload).map_err(|error| error.to_string())?;
    let named = (provider.as_str(), address.as_str());
    let found = state
        .federation
        .picture(&state.providers, named, PICTURE_BYTES)
        .await;
    let picture = match found {
        Ok(bytes) => made(bytes).map_err(|why| why.text().to_owned()),
        Err(FetchError::Refused(why)) => Err(why),
        Err(FetchError::Away(why)) => return Err(why),
    };
    let picture = match picture {
        Ok(picture) => picture,
        Err(why) => {
            tracing::info!(%provider, %user, %why, "a picture that a provider named is not taken");
            return Ok(());
        }
    };
    let now = state.now();
    let written = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            // Held: an account that is erased meanwhile, or whose owner chooses meanwhile or parts with the provider, keeps what was decided.
            if profiles::lock(tx, user).is_err() {
                return Ok(());
            }
            let through = identities::list(tx, user)?;
            if through.iter().all(|it| it.provider != provider) {
                return Ok(());
            }
            let chosen =
                avatars::standing(tx, user)?.is_some_and(|it| it.origin != Origin::Provider);
            match chosen {
                true => Ok(()),
                false => {
                    let origin = (Origin::Provider, Some(address.as_str()));
                    avatars::set(tx, user, origin, Some(&picture), now)
                }
            }
        });
    written.await.map_err(|error: StoreError| error.to_string())
}

fn made(bytes: Vec<u8>) -> Result<Picture, image::NoPicture> {
    let kind = image::kind(&bytes)?.to_owned();
    // Half of the hash is enough to tell pictures apart.
    let hash = Sha256::digest(&bytes);
    let tag = encode(hash.get(..16).unwrap_or_default());
    Ok(Picture { kind, bytes, tag })
}

/// The picture of an account: of one's own, or of somebody with whom one is in a team.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    params(("user" = String, Path, description = "The account.")),
    responses(
        (status = 200, description = "The picture, as it was given.", content(
            (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "image/gif")
        )),
        (status = 304, description = "It is as the caller has it (`If-None-Match`)."),
        (status = 404, description = "not_found: there is none, or the caller does not know its owner", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/avatars/{user}")]
async fn read_picture(
    state: Data<AppState>,
    request: HttpRequest,
    person: Person,
    user: Path<UserId>,
) -> Reply<HttpResponse> {
    let (caller, user) = (person.user, user.into_inner());
    let sent = request.headers().get(header::IF_NONE_MATCH);
    let sent = sent.and_then(|it| it.to_str().ok()).map(str::to_owned);
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            if !avatars::know_each_other(conn, caller, user)? {
                return Ok(None);
            }
            // Most who ask have it: the bytes are read for the others.
            match avatars::tag(conn, user)? {
                Some(tag) if sent.is_some_and(|sent| names(&sent, &tag)) => Ok(Some(Err(tag))),
                Some(_) => Ok(avatars::get(conn, user)?.map(Ok)),
                None => Ok(None),
            }
        });
    let headed = |mut response: HttpResponseBuilder, tag: &str| {
        response
            .insert_header((header::ETAG, format!("\"{tag}\"")))
            .insert_header((header::CACHE_CONTROL, "private, no-cache"));
        response
    };
    let picture = match found.await?.ok_or(ErrorCode::NotFound)? {
        Ok(picture) => picture,
        Err(tag) => return Ok(headed(HttpResponse::NotModified(), &tag).finish()),
    };
    Ok(headed(HttpResponse::Ok(), &picture.tag)
        // A picture is small already.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .content_type(picture.kind)
        .body(picture.bytes))
}

/// Whether an `If-None-Match` names a tag (RFC 9110, section 13.1.2).
fn names(sent: &str, tag: &str) -> bool {
    let mut tags = sent.split(',').map(str::trim);
    tags.any(|it| {
        let it = it.strip_prefix("W/").unwrap_or(it);
        it == "*"
            || it
                .strip_prefix('"')
                .and_then(|it| it.strip_suffix('"'))
                .is_some_and(|it| it == tag)
    })
}

/// Gives the account a picture of one's own: a PNG, JPEG, WebP or GIF of at most 256 kB. A provider's does not take its place again.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses(
        (status = 200, description = "It is the account's.", body = PictureView),
        (status = 413, description = "too_large", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: it is no picture, or has too many pixels", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/account/picture")]
async fn set_picture(
    state: Data<AppState>,
    person: Person,
    body: Raw<PICTURE_BYTES>,
) -> Reply<Json<PictureView>> {
    let picture =
        made(body.0).map_err(|why| Fault::new(ErrorCode::InvalidField).detail(why.text()))?;
    let view = PictureView {
        tag: picture.tag.clone(),
    };
    let (user, now) = (person.user, state.now());
    state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            profiles::lock(tx, user)?;
            avatars::set(tx, user, (Origin::Own, None), Some(&picture), now)
        })
        .await?;
    Ok(Json(view))
}

/// Removes the picture. A provider's does not come back.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses((status = 204, description = "There is none."))
)]
#[delete("/account/picture")]
async fn remove_picture(state: Data<AppState>, person: Person) -> Reply<HttpResponse> {
    let (user, now) = (person.user, state.now());
    state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            profiles::lock(tx, user)?;
            avatars::set(tx, user, (Origin::None, None), None, now)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_every_form_in_which_a_browser_names_it() {
        for sent in [
            "\"abc\"",
            "W/\"abc\"",
            "\"x\", \"abc\"",
            "\"x\",W/\"abc\"",
            "*",
        ] {
            assert!(names(sent, "abc"), "{sent}");
        }
        for sent in ["", "abc", "\"abcd\"", "\"ab", "W/", "\"x\", \"y\""] {
            assert!(!names(sent, "abc"), "{sent}");
        }
    }
}
