//! Votes: one an account and prompt, changed and taken back at any time. Not their counting.

use crate::app::AppState;
use crate::store::{Conn, StoreError, Tx, logs, publications, throttle, ties};
use crate::web::body::Body;
use crate::web::origin::Origin;
use crate::web::routes::Routes;
use crate::web::{Client, Fault, Person, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{delete, get, put};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{Millis, PublicationId, UserId};
use krowoc_shared::leaderboard::window::HOUR;
use krowoc_shared::leaderboard::wire::{CastVote, MyVotes, Vote, VoteView};

/// How often an account may say something else of prompts in an hour: each time is a line of the log for ever.
const CHANGES: i64 = 120;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(my_votes)
        .service(my_vote)
        .service(cast_vote)
        .service(withdraw_vote);
}

/// The caller's votes for prompts that are public now, and which of these are not theirs to judge.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    responses((status = 200, description = "The votes, by slug.", body = MyVotes))
)]
#[get("/votes")]
async fn my_votes(state: Data<AppState>, person: Person) -> Reply<Json<MyVotes>> {
    let catalogue = state.public.catalogue(&state).await?;
    let user = person.user;
    let (votes, ties) = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            Ok((logs::votes_of(conn, user)?, ties::in_all(conn, user)?))
        })
        .await?;
    let slug = |id: PublicationId| Some(catalogue.item(id)?.listed.slug.clone());
    let votes = votes
        .into_iter()
        .filter_map(|(id, vote)| Some((slug(id)?, vote)));
    let ties = ties
        .into_iter()
        .filter_map(|(id, tie)| Some((slug(id)?, tie)));
    Ok(Json(MyVotes {
        votes: votes.collect(),
        ties: ties.collect(),
    }))
}

/// Whether what somebody says of a prompt counts.
fn counts(
    conn: &mut Conn,
    id: PublicationId,
    user: UserId,
    confirmed_only: bool,
) -> Result<bool, StoreError> {
    let confirmed = !confirmed_only || publications::is_confirmed(conn, user)?;
    Ok(confirmed && ties::in_one(conn, id, user)?.is_none())
}

/// What the caller said of a prompt.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("slug" = String, Path, description = "The prompt's name in addresses.")),
    responses(
        (status = 200, description = "Their vote, or none.", body = VoteView),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/public/prompts/{slug}/vote")]
async fn my_vote(
    state: Data<AppState>,
    person: Person,
    slug: Path<String>,
) -> Reply<Json<VoteView>> {
    let (slug, user) = (slug.into_inner(), person.user);
    let confirmed_only = state.mailer.is_on();
    let view = state
        .store
        .read(move |conn: &mut Conn| -> Result<VoteView, StoreError> {
            let id = publications::by_slug(conn, &slug)?.id;
            Ok(VoteView {
                vote: logs::vote_of(conn, id, user)?,
                counts: counts(conn, id, user, confirmed_only)?,
            })
        })
        .await?;
    Ok(Json(view))
}

/// Votes for a prompt or against it, instead of what was said before. One's own prompts, and those of one's team, are for others to judge.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("slug" = String, Path, description = "The prompt's name in addresses.")),
    request_body = CastVote,
    responses(
        (status = 200, description = "The vote. It is counted with the next hour.", body = VoteView),
        (status = 403, description = "forbidden: it is the caller's own, or of a team that they are in or were in while it was public", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: too many changes in an hour", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/public/prompts/{slug}/vote")]
async fn cast_vote(
    state: Data<AppState>,
    person: Person,
    client: Client,
    slug: Path<String>,
    body: Body<CastVote>,
) -> Reply<Json<VoteView>> {
    said(
        &state,
        person.user,
        &client,
        slug.into_inner(),
        Some(body.0.vote),
    )
    .await
}

/// Takes a vote back.
#[utoipa::path(
    tag = "leaderboard",
    security(("session" = [])),
    params(("slug" = String, Path, description = "The prompt's name in addresses.")),
    responses(
        (status = 200, description = "No vote any more.", body = VoteView),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: too many changes in an hour", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/public/prompts/{slug}/vote")]
async fn withdraw_vote(
    state: Data<AppState>,
    person: Person,
    client: Client,
    slug: Path<String>,
) -> Reply<Json<VoteView>> {
    said(&state, person.user, &client, slug.into_inner(), None).await
}

async fn said(
    state: &AppState,
    user: UserId,
    client: &Client,
    slug: String,
    vote: Option<Vote>,
) -> Reply<Json<VoteView>> {
    let origin = Origin::of(state, client.address);
    let (now, confirmed_only): (Millis, bool) = (state.now(), state.mailer.is_on());
    let view = state
        .store
        .write_again(move |tx: &mut Tx<'_>| -> Reply<VoteView> {
            let id = publications::by_slug(tx, &slug)?.id;
            if vote.is_some()
                && let Some(tie) = ties::in_one(tx, id, user)?
            {
                return Err(Fault::new(ErrorCode::Forbidden).detail(tie.why()));
            }
            // What is said again is no new line.
            if logs::vote_of(tx, id, user)? != vote {
                let subject = throttle::subject("vote", &user.to_string());
                throttle::take(tx, &subject, CHANGES, HOUR, now)?.map_err(Fault::rate_limited)?;
                let network = origin.hash(tx, id)?;
                logs::vote(tx, id, user, vote, &network, now)?;
            }
            Ok(VoteView {
                vote,
                counts: counts(tx, id, user, confirmed_only)?,
            })
        })
        .await?;
    Ok(Json(view))
}
