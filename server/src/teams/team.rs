//! Teams themselves: made, listed, named, deleted. Not their members.

use super::audit::Scribe;
use super::ending;
use crate::app::AppState;
use crate::platform::random;
use crate::store::members as rows;
use crate::store::teams::{self, NewTeam};
use crate::store::{Conn, Event, StoreError, Tx, publications};
use crate::web::guard::{self, DeleteTeam, RenameTeam, SeeMembers};
use crate::web::routes::Routes;
use crate::web::token::encode;
use crate::web::{Body, Fault, In, Person, Reply};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, get, patch, post};
use krowoc_shared::access::wire::{Deed, NAME_CHARS, TeamName, TeamView};
use krowoc_shared::access::{Action, Role};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::SpaceId;

/// Most teams that an account owns.
const OWNED: u64 = 50;

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(create_team)
        .service(list_teams)
        .service(read_team)
        .service(rename_team)
        .service(delete_team);
}

fn invalid(detail: &str) -> Fault {
    Fault::new(ErrorCode::InvalidField)
        .field("/name")
        .detail(detail)
}

fn named(text: &str) -> Reply<String> {
    let name = text.trim();
    let sane = (1..=NAME_CHARS).contains(&name.chars().count());
    if !sane || name.chars().any(char::is_control) {
        return Err(invalid(&format!("Use 1 to {NAME_CHARS} characters.")));
    }
    Ok(name.to_owned())
}

/// Makes a team. The caller owns it.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    request_body = TeamName,
    responses(
        (status = 201, description = "The team.", body = TeamView),
        (status = 422, description = "invalid_field: the name, or there are 50 already", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/teams")]
async fn create_team(
    state: Data<AppState>,
    person: Person,
    body: Body<TeamName>,
) -> Reply<HttpResponse> {
    let now = state.now();
    let new = NewTeam {
        id: SpaceId::mint(now, state.entropy()),
        name: named(&body.0.name)?,
        epoch: encode(&random::<12>(state.random.as_ref())),
        owner: person.user,
        at: now,
    };
    let scribe = Scribe::of(&state, new.id, Some(person.user));
    let view = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<TeamView> {
            if teams::owned(tx, new.owner)? >= OWNED {
                let detail = format!("You own {OWNED} teams already. Delete one first.");
                return Err(invalid(&detail));
            }
            teams::create(tx, &new)?;
            scribe.wrote(tx, Deed::Created, |event| {
                event.name = Some(new.name.clone())
            })?;
            tx.after_commit(Event::Membership(new.owner));
            Ok(teams::view(tx, new.id, Role::Owner)?)
        })
        .await?;
    Ok(HttpResponse::Created().json(view))
}

/// The teams of the caller, by name.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    responses((status = 200, description = "The teams.", body = Vec<TeamView>))
)]
#[get("/teams")]
async fn list_teams(state: Data<AppState>, person: Person) -> Reply<Json<Vec<TeamView>>> {
    let found = state
        .store
        .read(move |conn: &mut Conn| teams::list(conn, person.user))
        .await?;
    Ok(Json(found))
}

/// A team.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    responses(
        (status = 200, description = "The team.", body = TeamView),
        (status = 404, description = "not_found: it does not exist, or the caller is not in it", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/teams/{team}")]
async fn read_team(state: Data<AppState>, member: In<SeeMembers>) -> Reply<Json<TeamView>> {
    let membership = member.membership();
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            teams::view(conn, membership.space, membership.role)
        })
        .await?;
    Ok(Json(found))
}

/// Gives a team another name.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    request_body = TeamName,
    responses(
        (status = 200, description = "The team.", body = TeamView),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[patch("/teams/{team}")]
async fn rename_team(
    state: Data<AppState>,
    member: In<RenameTeam>,
    body: Body<TeamName>,
) -> Reply<Json<TeamView>> {
    let (team, user, name) = (member.space(), member.user, named(&body.0.name)?);
    let scribe = Scribe::of(&state, team, Some(user));
    let view = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<TeamView> {
            teams::hold(tx, team)?;
            let role = guard::within(tx, team, user, Action::RenameTeam)?;
            teams::rename(tx, team, &name)?;
            scribe.wrote(tx, Deed::Renamed, |event| event.name = Some(name.clone()))?;
            Ok(teams::view(tx, team, role)?)
        })
        .await?;
    // What is public of the team bears its name.
    state.public.forget();
    Ok(Json(view))
}

/// Deletes a team with its library. At once nobody is in it any more and nothing of it is public; what is left is erased in the background.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/teams/{team}")]
async fn delete_team(state: Data<AppState>, member: In<DeleteTeam>) -> Reply<HttpResponse> {
    let (team, user) = (member.space(), member.user);
    let job = ending::job(&state, team);
    let now = state.now();
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            teams::hold(tx, team)?;
            guard::within(tx, team, user, Action::DeleteTeam)?;
            for member in rows::list(tx, team)? {
                tx.after_commit(Event::Membership(member.user));
            }
            // What the team made public is gone with the team; its rows go with its library.
            publications::withdraw_all(tx, team, now)?;
            teams::close(tx, team)?;
            crate::store::jobs::enqueue(tx, &job, now)?;
            Ok(())
        })
        .await?;
    state.public.forget();
    // The log of a team goes with it: who deleted it stands in the server's.
    tracing::info!(%team, %user, "a team was deleted");
    Ok(HttpResponse::NoContent().finish())
}
