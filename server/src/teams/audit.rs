//! The log of who did what in a team: written in the transaction that does it, read in pages. Nothing changes or removes an entry.

use crate::app::AppState;
use crate::store::team_events::{self, Filter, NewEvent};
use crate::store::{Conn, StoreError, Tx};
use crate::web::guard::SeeAudit;
use crate::web::problem::correlation;
use crate::web::routes::Routes;
use crate::web::{In, Reply};
use actix_web::get;
use actix_web::web::{Data, Json, Query};
use krowoc_shared::access::wire::{AuditPage, Deed};
use krowoc_shared::error::Problem;
use krowoc_shared::ids::{SpaceId, UserId};
use serde::Deserialize;

/// Its route.
pub(super) fn configure(cfg: &mut Routes<'_>) {
    cfg.service(audit_log);
}

/// Writes entries of one request.
#[derive(Clone, Debug)]
pub(super) struct Scribe(NewEvent);

impl Scribe {
    /// For what somebody does in a team; `None` is the server.
    pub fn of(state: &AppState, team: SpaceId, by: Option<UserId>) -> Self {
        let at = state.now();
        Self(NewEvent {
            team,
            at,
            deed: Deed::Created,
            by,
            on: None,
            email: None,
            role: None,
            role_before: None,
            name: None,
            documents: None,
            correlation_id: correlation(),
        })
    }

    /// Writes an entry, with what `fill` adds.
    pub fn wrote(
        &self,
        tx: &mut Tx<'_>,
        deed: Deed,
        fill: impl FnOnce(&mut NewEvent),
    ) -> Result<(), StoreError> {
        let mut event = self.0.clone();
        event.deed = deed;
        fill(&mut event);
        team_events::add(tx, &event)
    }
}

/// Which entries; what is absent does not count.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct AuditQuery {
    /// What was done.
    #[param(inline)]
    deed: Option<Deed>,
    /// Who did it.
    #[param(value_type = Option<String>)]
    by: Option<UserId>,
    /// On whom.
    #[param(value_type = Option<String>)]
    on: Option<UserId>,
    /// The `next` of the page before.
    before: Option<u64>,
    /// 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// One page of a team's audit log, newest first.
#[utoipa::path(
    tag = "teams",
    security(("session" = [])),
    params(("team" = String, Path, description = "The team."), AuditQuery),
    responses(
        (status = 200, description = "The page; `next` continues it.", body = AuditPage),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/teams/{team}/audit")]
async fn audit_log(
    state: Data<AppState>,
    member: In<SeeAudit>,
    query: Query<AuditQuery>,
) -> Reply<Json<AuditPage>> {
    let (team, query) = (member.space(), query.into_inner());
    let limit = i64::from(query.limit.unwrap_or(50).clamp(1, 200));
    let filter = Filter {
        deed: query.deed,
        by: query.by,
        on: query.on,
        before: query.before,
    };
    let mut entries = state
        .store
        .read(move |conn: &mut Conn| {
            team_events::list(conn, team, &filter, limit.saturating_add(1))
        })
        .await?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = entries.len() > most;
    entries.truncate(most);
    let next = entries.last().filter(|_| more).map(|entry| entry.number);
    Ok(Json(AuditPage { entries, next }))
}
