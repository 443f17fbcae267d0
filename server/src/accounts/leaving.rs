//! Leaving: an account is erased by a job, days after its owner asked for it, and can be kept until then. Not one document's deletion.

use super::mailing::{Errand, Post};
use super::{ending, proof};
use crate::app::AppState;
use crate::jobs::{Kind, Outcome};
use crate::store::jobs::{self, NewJob};
use crate::store::{Conn, StoreError, Tx, leaving, profiles, teams};
use crate::web::problem::{Fault, Reply};
use crate::web::routes::Routes;
use crate::web::{Body, Client, Person};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, post};
use futures_util::FutureExt;
use krowoc_shared::accounts::letters::LEAVE_DAYS;
use krowoc_shared::accounts::people::{AccountDeletion, DeleteAccount};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{JobId, UserId};

/// Erases accounts whose time has come. Each step is a transaction of its own, and done again it finds what is left.
pub const KIND: Kind = Kind {
    name: "erase_account",
    every: None,
    attempts: 50,
    run: |state, payload| erase(state, payload).boxed(),
};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(delete_account).service(keep_account);
}

/// Asks for the account to be erased in seven days. All sessions end, devices are disconnected, tokens revoked; who signs in before then
/// can keep it.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    request_body = DeleteAccount,
    responses(
        (status = 202, description = "When it is erased. Signed out everywhere.", body = AccountDeletion),
        (status = 401, description = "wrong_credentials: of the present password", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_owner: of a team that others are in", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/account/deletion")]
async fn delete_account(
    state: Data<AppState>,
    person: Person,
    client: Client,
    body: Body<DeleteAccount>,
) -> Reply<HttpResponse> {
    let profile = proof::owner(&state, &person, body.0.password, client.address).await?;
    let (now, post) = (state.now(), Post::of(&state));
    let delete_at = now.saturating_add(LEAVE_DAYS.saturating_mul(86_400_000));
    let job = NewJob {
        id: JobId::mint(now, state.entropy()),
        kind: KIND.name,
        // Not one at a time: a job of an earlier wish that was taken back finds nothing to do.
        unique_key: None,
        payload: person.user.to_string(),
        due_at: delete_at,
    };
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            owns_none_alone(tx, person.user)?;
            leaving::set(tx, person.user, Some(delete_at))?;
            jobs::enqueue(tx, &job, now)?;
            close(tx, person.user, now)?;
            let email = profile.email;
            Ok(post.put(tx, Errand::Leaving { email })?)
        })
        .await?;
    let [access, refresh] = super::cookies::removed(&state);
    Ok(HttpResponse::Accepted()
        .cookie(access)
        .cookie(refresh)
        .json(AccountDeletion { delete_at }))
}

/// A team with other members never is without an owner.
fn owns_none_alone(tx: &mut Tx<'_>, user: UserId) -> Reply<()> {
    let alone = teams::held_alone(tx, user)?;
    if alone.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = alone.iter().map(|(_, name)| format!("“{name}”")).collect();
    let detail = format!(
        "You alone own {}. Hand it over to another member, or delete it, first.",
        names.join(", ")
    );
    Err(Fault::new(ErrorCode::LastOwner).detail(detail))
}

/// Ends everything that lets somebody in.
fn close(tx: &mut Tx<'_>, user: UserId, now: i64) -> Result<(), StoreError> {
    ending::all_sessions(tx, user, None)?;
    ending::all_devices(tx, user, now)?;
    ending::all_tokens(tx, user, now)
}

/// Keeps the account after all. What was disconnected stays so.
#[utoipa::path(
    tag = "accounts",
    security(("session" = [])),
    responses(
        (status = 204, description = "It stays."),
        (status = 403, description = "forbidden: it is being erased", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/account/deletion")]
async fn keep_account(state: Data<AppState>, person: Person) -> Reply<HttpResponse> {
    let now = state.now();
    let kept = state.store.write(move |tx: &mut Tx<'_>| -> Reply<()> {
        if leaving::at(tx, person.user)?.is_some_and(|at| at <= now) {
            let detail = "The account is being erased. This cannot be stopped any more.";
            return Err(Fault::new(ErrorCode::Forbidden).detail(detail));
        }
        Ok(leaving::set(tx, person.user, None)?)
    });
    kept.await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn erase(state: AppState, payload: String) -> Outcome {
    let user: UserId = payload
        .parse()
        .map_err(|_| "the payload names no account".to_owned())?;
    all(&state, user).await.map_err(|error| error.to_string())
}

/// Erases the account if its time has come, and does nothing when it was kept.
async fn all(state: &AppState, user: UserId) -> Result<(), StoreError> {
    let now = state.now();
    let due = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<bool, StoreError> {
            let due = leaving::at(tx, user)?.is_some_and(|at| at <= now);
            if due {
                close(tx, user, now)?;
            }
            Ok(due)
        });
    if !due.await? {
        return Ok(());
    }
    let spaces = state
        .store
        .read(move |conn: &mut Conn| leaving::own_spaces(conn, user));
    for space in spaces.await? {
        while state
            .store
            .write_again(move |tx: &mut Tx<'_>| leaving::erase_space(tx, space))
            .await?
            > 0
        {}
    }
    while state
        .store
        .write_again(move |tx: &mut Tx<'_>| leaving::erase_executions(tx, user))
        .await?
        > 0
    {}
    let post = Post::of(state);
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Result<(), StoreError> {
            let Some(profile) = profiles::find(tx, user)? else {
                return Ok(());
            };
            // Since it was asked for, another owner may have gone.
            teams::bequeath(tx, user, now)?;
            leaving::erase_account(tx, user, &profile.email)?;
            let email = profile.email;
            post.put(tx, Errand::Gone { email })
        })
        .await?;
    tracing::info!(%user, "an account was erased");
    Ok(())
}
