//! Invitations to a team: made by mail or as a link, listed, taken back. Not their acceptance.

use super::audit::Scribe;
use super::mailing;
use crate::app::AppState;
use crate::store::invitations::{self, NewInvitation};
use crate::store::{Conn, Tx, accounts, jobs, members, profiles, teams, throttle};
use crate::web::guard::{self, Invite as Inviting};
use crate::web::routes::Routes;
use crate::web::token::Token;
use crate::web::{Body, Fault, In, Reply, email};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use krowoc_shared::access::Action;
use krowoc_shared::access::wire::{
    CreatedInvitation, Deed, INVITATION_DAYS, InvitationView, Invite,
};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{InvitationId, Millis};

/// Its routes.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(list_invitations)
        .service(invite)
        .service(revoke_invitation);
}

/// A day in milliseconds.
const DAY: Millis = 86_400_000;
/// Most invitations of a team that wait.
const WAITING: usize = 100;
/// Most people whom an account invites by mail in a day, into all teams.
const MAILS: i64 = 50;

/// The invitations of a team that wait, newest first.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    responses(
        (status = 200, description = "The invitations.", body = Vec<InvitationView>),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/teams/{team}/invitations")]
async fn list_invitations(
    state: Data<AppState>,
    member: In<Inviting>,
) -> Reply<Json<Vec<InvitationView>>> {
    let (team, now) = (member.space(), state.now());
    let found = state
        .store
        .read(move |conn: &mut Conn| invitations::list(conn, team, now))
        .await?;
    Ok(Json(found))
}

/// What must be true before somebody is invited; who waits for the same address already is replaced.
fn check(tx: &mut Tx<'_>, new: &NewInvitation) -> Reply<()> {
    let role = guard::within(tx, new.team, new.by, Action::Invite)?;
    if !role.may_give(new.role) {
        let detail = format!(
            "As {} you cannot invite {}.",
            role.with_article(),
            new.role.with_article()
        );
        return Err(Fault::new(ErrorCode::RoleTooLow)
            .field("/role")
            .detail(detail));
    }
    let waiting = invitations::list(tx, new.team, new.at)?;
    let others = waiting
        .iter()
        .filter(|it| it.email.is_none() || it.email != new.email);
    if others.count() >= WAITING {
        let detail = format!("{WAITING} invitations wait already. Take one back first.");
        return Err(Fault::new(ErrorCode::InvalidField).detail(detail));
    }
    let Some(email) = &new.email else {
        return Ok(());
    };
    let known = accounts::by_email(tx, email)?;
    let inside = match known {
        Some(account) => members::role(tx, new.team, account.id)?,
        None => None,
    };
    if inside.is_some() {
        let detail = "They are in the team already.";
        return Err(Fault::new(ErrorCode::AlreadyExists)
            .field("/email")
            .detail(detail));
    }
    // Of the account, and not of its teams: those may be deleted, and the mails are sent.
    let subject = throttle::subject("invitation", &new.by.to_string());
    throttle::take(tx, &subject, MAILS, DAY, new.at)?.map_err(|wait| {
        let detail =
            format!("You may invite {MAILS} people by mail in a day. Make a link instead.");
        Fault::rate_limited(wait).detail(detail)
    })
}

/// Invites somebody, to a role that is at most the caller's own: by mail, or with a link that works once.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team.")),
    request_body = Invite,
    responses(
        (status = 201, description = "The invitation, and the link when it is one.", body = CreatedInvitation),
        (status = 403, description = "role_too_low: the caller's, or for that role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "already_exists: they are in the team", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field: the address, or too many wait", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "rate_limited: too many by mail in a day", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "mail_unavailable: make a link instead", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/teams/{team}/invitations")]
async fn invite(
    state: Data<AppState>,
    member: In<Inviting>,
    body: Body<Invite>,
) -> Reply<HttpResponse> {
    let Body(Invite { role, email }) = body;
    let email = email.map(|text| email::normalise(&text)).transpose()?;
    if email.is_some() && !state.mailer.is_on() {
        let detail = "This server sends no mail. Make a link and pass it on.";
        return Err(Fault::new(ErrorCode::MailUnavailable).detail(detail));
    }
    let now = state.now();
    let new = NewInvitation {
        id: InvitationId::mint(now, state.entropy()),
        team: member.space(),
        email,
        role,
        by: member.user,
        at: now,
        expires_at: now.saturating_add(INVITATION_DAYS.saturating_mul(DAY)),
    };
    let token = new
        .email
        .is_none()
        .then(|| Token::mint(state.random.as_ref()));
    let hash = token.as_ref().map(Token::hash);
    let path = token.map(|token| format!("/join#token={}", token.as_str()));
    let job = mailing::job(&state, new.id);
    let scribe = Scribe::of(&state, new.team, Some(new.by));
    let invitation = state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<InvitationView> {
            teams::hold(tx, new.team)?;
            check(tx, &new)?;
            invitations::create(tx, &new)?;
            match hash {
                Some(hash) => invitations::open_with(tx, new.id, &hash)?,
                None => {
                    jobs::enqueue(tx, &job, now)?;
                }
            }
            scribe.wrote(tx, Deed::Invited, |event| {
                event.role = Some(role);
                event.email.clone_from(&new.email);
            })?;
            made(tx, &new)
        })
        .await?;
    Ok(HttpResponse::Created().json(CreatedInvitation { invitation, path }))
}

fn made(tx: &mut Tx<'_>, new: &NewInvitation) -> Reply<InvitationView> {
    Ok(InvitationView {
        id: new.id,
        role: new.role,
        email: new.email.clone(),
        invited_by: Some(profiles::get(tx, new.by)?.email),
        created_at: new.at,
        expires_at: new.expires_at,
    })
}

/// Takes an invitation back: what was sent opens nothing any more.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team."), ("id" = String, Path, description = "The invitation.")),
    responses(
        (status = 204, description = "Taken back."),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found: it was used, has run out, or never was", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/teams/{team}/invitations/{id}")]
async fn revoke_invitation(
    state: Data<AppState>,
    member: In<Inviting>,
    path: Path<(String, InvitationId)>,
) -> Reply<HttpResponse> {
    let (team, by) = (member.space(), member.user);
    let (_, id) = path.into_inner();
    let scribe = Scribe::of(&state, team, Some(by));
    state
        .store
        .write(move |tx: &mut Tx<'_>| -> Reply<()> {
            teams::hold(tx, team)?;
            guard::within(tx, team, by, Action::Invite)?;
            let (email, role) = invitations::remove(tx, team, id)?.ok_or(ErrorCode::NotFound)?;
            Ok(scribe.wrote(tx, Deed::Revoked, |event| {
                event.email = email;
                event.role = Some(role);
            })?)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
