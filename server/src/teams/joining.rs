//! An invitation in the hands of whoever has its link: looked at, accepted, declined. Not its making.

use super::audit::Scribe;
use crate::app::AppState;
use crate::store::invitations::{self, Invitation};
use crate::store::{Conn, Event, Tx, members, profiles, teams};
use crate::web::routes::Routes;
use crate::web::token::Token;
use crate::web::{Body, Client, Fault, Person, Reply};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, post};
use krowoc_shared::access::wire::{Deed, InvitationLook, InvitationToken, TeamView};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{Millis, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(look_at_invitation)
        .service(accept_invitation)
        .service(decline_invitation);
}

/// Most members of a team.
const MEMBERS: u64 = 500;

type Hash = crate::store::sessions::Hash;

fn hash(body: Body<InvitationToken>) -> Reply<Hash> {
    let token = Token::parse(&body.0.token).ok_or(ErrorCode::LinkExpired)?;
    Ok(token.hash())
}

fn find(conn: &mut Conn, hash: &Hash, now: Millis) -> Reply<Invitation> {
    let found = invitations::by_token(conn, hash, now)?;
    found.ok_or_else(|| ErrorCode::LinkExpired.into())
}

/// What an invitation says to who has its link, signed in or not.
#[utoipa::path(
    tag = "teams",
    request_body = InvitationToken,
    responses(
        (status = 200, description = "The team, the role, and who invites.", body = InvitationLook),
        (status = 410, description = "link_expired: it was used or taken back, has run out, or never was", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/invitations/look")]
async fn look_at_invitation(
    state: Data<AppState>,
    _client: Client,
    body: Body<InvitationToken>,
) -> Reply<Json<InvitationLook>> {
    let (hash, now) = (hash(body)?, state.now());
    let look = state
        .store
        .read(move |conn: &mut Conn| -> Reply<InvitationLook> {
            let found = find(conn, &hash, now)?;
            let look = invitations::look(conn, found.id, now)?;
            look.ok_or_else(|| ErrorCode::LinkExpired.into())
        })
        .await?;
    Ok(Json(look))
}

/// Holds the team of an invitation and reads the invitation anew: of two who use it at once, one finds it gone.
fn held(tx: &mut Tx<'_>, hash: &Hash, user: UserId, now: Millis) -> Reply<Invitation> {
    let team = find(tx, hash, now)?.team;
    teams::hold(tx, team).map_err(|_| ErrorCode::LinkExpired)?;
    let found = find(tx, hash, now)?;
    let profile = profiles::get(tx, user)?;
    if let Some(email) = found.email.as_ref().filter(|it| **it != profile.email) {
        let detail =
            format!("This invitation is for {email}. Sign in with the account of that address.");
        return Err(Fault::new(ErrorCode::Forbidden).detail(detail));
    }
    Ok(found)
}

/// The caller joins the team. The link opens nothing any more.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    request_body = InvitationToken,
    responses(
        (status = 200, description = "The team.", body = TeamView),
        (status = 403, description = "forbidden: it is for another address", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: the caller is in the team", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "link_expired", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: the team is full", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/invitations/accept")]
async fn accept_invitation(
    state: Data<AppState>,
    person: Person,
    body: Body<InvitationToken>,
) -> Reply<Json<TeamView>> {
    let (hash, now, user) = (hash(body)?, state.now(), person.user);
    let its = state.clone();
    let view = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<TeamView> {
            let Invitation { id, team, role, .. } = held(tx, &hash, user, now)?;
            if members::role(tx, team, user)?.is_some() {
                let detail = "You are in this team already.";
                return Err(Fault::new(ErrorCode::AlreadyExists).detail(detail));
            }
            if members::count(tx, team)? >= MEMBERS {
                let detail = format!("The team has {MEMBERS} members, and no room for more.");
                return Err(Fault::new(ErrorCode::InvalidField).detail(detail));
            }
            invitations::remove(tx, team, id)?;
            members::add(tx, team, user, role, now)?;
            Scribe::of(&its, team, Some(user)).wrote(tx, Deed::Joined, |event| {
                event.on = Some(user);
                event.role = Some(role);
            })?;
            tx.after_commit(Event::Membership(user));
            Ok(teams::view(tx, team, role)?)
        })
        .await?;
    Ok(Json(view))
}

/// The caller does not want to join. The link opens nothing any more.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    request_body = InvitationToken,
    responses(
        (status = 204, description = "Declined."),
        (status = 403, description = "forbidden: it is for another address", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "link_expired", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/invitations/decline")]
async fn decline_invitation(
    state: Data<AppState>,
    person: Person,
    body: Body<InvitationToken>,
) -> Reply<HttpResponse> {
    let (hash, now, user) = (hash(body)?, state.now(), person.user);
    let its = state.clone();
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            let found = held(tx, &hash, user, now)?;
            invitations::remove(tx, found.team, found.id)?;
            let scribe = Scribe::of(&its, found.team, Some(user));
            Ok(scribe.wrote(tx, Deed::Declined, |event| {
                event.role = Some(found.role);
            })?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
