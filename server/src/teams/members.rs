//! Members of a team: seen, given other roles, removed, gone by themselves; and who owns it. Not how they come in.

use super::audit::Scribe;
use crate::app::AppState;
use crate::store::members as rows;
use crate::store::{Conn, Event, Tx, invitations, teams};
use crate::web::guard::{self, ChangeRoles, Leave, RemoveMembers, SeeMembers, TransferOwnership};
use crate::web::routes::Routes;
use crate::web::{Body, Fault, In, Reply};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use krowoc_shared::access::wire::{ChangeRole, Deed, HandOver, MemberView};
use krowoc_shared::access::{Action, Role};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{SpaceId, UserId};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(list_members)
        .service(change_role)
        .service(remove_member)
        .service(leave_team)
        .service(hand_over);
}

/// Who is in a team, in the order in which they came.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    responses(
        (status = 200, description = "The members.", body = Vec<MemberView>),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/teams/{team}/members")]
async fn list_members(
    state: Data<AppState>,
    member: In<SeeMembers>,
) -> Reply<Json<Vec<MemberView>>> {
    let team = member.space();
    let found = state
        .store
        .read(move |conn: &mut Conn| rows::list(conn, team))
        .await?;
    Ok(Json(found))
}

fn member(tx: &mut Tx<'_>, team: SpaceId, user: UserId) -> Reply<MemberView> {
    let mut all = rows::list(tx, team)?;
    all.retain(|member| member.user == user);
    all.pop().ok_or_else(|| ErrorCode::NotFound.into())
}

/// What is above the caller is not theirs to change.
fn above(role: Role) -> Fault {
    let detail = format!("Only {} can do this.", Role::Owner.with_article());
    let detail = match role {
        Role::Owner => detail,
        other => format!("It takes the role {other} or a higher one."),
    };
    Fault::new(ErrorCode::RoleTooLow).detail(detail)
}

/// That a team is not left without an owner.
fn keeps_owner(tx: &mut Tx<'_>, team: SpaceId, user: UserId) -> Reply<()> {
    match rows::has_other_owner(tx, team, user)? {
        true => Ok(()),
        false => Err(ErrorCode::LastOwner.into()),
    }
}

/// Takes invitations back that somebody made to roles that they may not give any more.
fn withdraw(tx: &mut Tx<'_>, team: SpaceId, by: UserId, now: Option<Role>) -> Reply<()> {
    for role in Role::ALL {
        if !now.is_some_and(|now| now.may_give(role)) {
            invitations::withdraw(tx, team, by, role)?;
        }
    }
    Ok(())
}

/// Gives a member another role, at most the caller's own. It counts at once.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team."), ("user" = String, Path, description = "The member.")),
    request_body = ChangeRole,
    responses(
        (status = 200, description = "The member.", body = MemberView),
        (status = 403, description = "role_too_low: the caller's, for that member or that role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_owner", body = Problem, content_type = "application/problem+json"),
    )
)]
#[patch("/teams/{team}/members/{user}")]
async fn change_role(
    state: Data<AppState>,
    caller: In<ChangeRoles>,
    path: Path<(String, UserId)>,
    body: Body<ChangeRole>,
) -> Reply<Json<MemberView>> {
    let (team, by, to) = (caller.space(), caller.user, body.0.role);
    let (_, user) = path.into_inner();
    let scribe = Scribe::of(&state, team, Some(by));
    let view = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<MemberView> {
            teams::hold(tx, team)?;
            let role = guard::within(tx, team, by, Action::ChangeRoles)?;
            let from = rows::role(tx, team, user)?.ok_or(ErrorCode::NotFound)?;
            if !role.may_change(from, to) {
                return Err(above(from.max(to)));
            }
            if from == Role::Owner && to != Role::Owner {
                keeps_owner(tx, team, user)?;
            }
            if from != to {
                rows::set_role(tx, team, user, to)?;
                withdraw(tx, team, user, Some(to))?;
                scribe.wrote(tx, Deed::RoleChanged, |event| {
                    event.on = Some(user);
                    event.role = Some(to);
                    event.role_before = Some(from);
                })?;
                tx.after_commit(Event::Membership(user));
            }
            member(tx, team, user)
        })
        .await?;
    Ok(Json(view))
}

fn go(tx: &mut Tx<'_>, team: SpaceId, user: UserId, role: Role) -> Reply<()> {
    if role == Role::Owner {
        keeps_owner(tx, team, user)?;
    }
    rows::remove(tx, team, user)?;
    withdraw(tx, team, user, None)?;
    tx.after_commit(Event::Membership(user));
    Ok(())
}

/// Removes a member, whose role is at most the caller's own. They see nothing of the team any more.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team."), ("user" = String, Path, description = "The member.")),
    responses(
        (status = 204, description = "Removed."),
        (status = 403, description = "role_too_low: the caller's, for that member", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_owner", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/teams/{team}/members/{user}")]
async fn remove_member(
    state: Data<AppState>,
    caller: In<RemoveMembers>,
    path: Path<(String, UserId)>,
) -> Reply<HttpResponse> {
    let (team, by) = (caller.space(), caller.user);
    let (_, user) = path.into_inner();
    let scribe = Scribe::of(&state, team, Some(by));
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            teams::hold(tx, team)?;
            let role = guard::within(tx, team, by, Action::RemoveMembers)?;
            let theirs = rows::role(tx, team, user)?.ok_or(ErrorCode::NotFound)?;
            if !role.may_remove(theirs) {
                return Err(above(theirs));
            }
            go(tx, team, user, theirs)?;
            let deed = match user == by {
                true => Deed::Left,
                false => Deed::Removed,
            };
            Ok(scribe.wrote(tx, deed, |event| {
                event.on = Some(user);
                event.role_before = Some(theirs);
            })?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Leaves a team. The only owner makes somebody else an owner first, or deletes the team.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    responses(
        (status = 204, description = "Gone."),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_owner", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/teams/{team}/membership")]
async fn leave_team(state: Data<AppState>, caller: In<Leave>) -> Reply<HttpResponse> {
    let (team, user) = (caller.space(), caller.user);
    let scribe = Scribe::of(&state, team, Some(user));
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            teams::hold(tx, team)?;
            let role = guard::within(tx, team, user, Action::Leave)?;
            go(tx, team, user, role)?;
            Ok(scribe.wrote(tx, Deed::Left, |event| {
                event.on = Some(user);
                event.role_before = Some(role);
            })?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes another member the owner; the caller becomes an admin.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    request_body = HandOver,
    responses(
        (status = 200, description = "The new owner.", body = MemberView),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: no such member", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "last_owner: the new one's account is to be deleted", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: the caller is it already", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/teams/{team}/ownership")]
async fn hand_over(
    state: Data<AppState>,
    caller: In<TransferOwnership>,
    body: Body<HandOver>,
) -> Reply<Json<MemberView>> {
    let (team, by, user) = (caller.space(), caller.user, body.0.user);
    if by == user {
        return Err(Fault::new(ErrorCode::InvalidField)
            .field("/user")
            .detail("Name another member."));
    }
    let scribe = Scribe::of(&state, team, Some(by));
    let view = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<MemberView> {
            teams::hold(tx, team)?;
            guard::within(tx, team, by, Action::TransferOwnership)?;
            let before = rows::role(tx, team, user)?.ok_or(ErrorCode::NotFound)?;
            rows::set_role(tx, team, user, Role::Owner)?;
            keeps_owner(tx, team, by)?;
            rows::set_role(tx, team, by, Role::Admin)?;
            withdraw(tx, team, by, Some(Role::Admin))?;
            scribe.wrote(tx, Deed::HandedOver, |event| {
                event.on = Some(user);
                event.role = Some(Role::Owner);
                event.role_before = Some(before);
            })?;
            for changed in [user, by] {
                tx.after_commit(Event::Membership(changed));
            }
            member(tx, team, user)
        })
        .await?;
    Ok(Json(view))
}
