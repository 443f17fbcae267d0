//! The history that an imported document brings along: taken out of the request, and the older part of one that is too large for a
//! single request. Not a person's publishing.

use super::batch::at_most;
use crate::app::AppState;
use crate::store::team_events::{self, NewEvent};
use crate::store::{StoreError, Tx, library, sync, versions};
use crate::web::body::Body;
use crate::web::guard::{self, SpaceQuery, WriteDocuments};
use crate::web::problem::correlation;
use crate::web::routes::Routes;
use crate::web::{Actor, In, Reply};
use actix_web::post;
use actix_web::web::{Data, Json, Path};
use krowoc_shared::access::Action;
use krowoc_shared::access::wire::Deed;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DocId, Millis, SpaceId, UserId};
use krowoc_shared::library::lifecycle::PastVersion;
use krowoc_shared::library::limits;
use krowoc_shared::library::wire::{CreateDocument, EarlierVersions, VersionsKept};
use krowoc_shared::sync::past::{Past, check_versions, row};
use krowoc_shared::sync::server::Context;
use std::collections::BTreeSet;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(earlier_versions);
}

/// Takes the past out of a document that is to be made. Nothing when it has none.
pub(super) fn past(wanted: &mut CreateDocument) -> Option<Past> {
    let past = Past {
        versions: std::mem::take(&mut wanted.history),
        updated_at: wanted.updated_at.take(),
        uses: std::mem::take(&mut wanted.uses),
        edited: std::mem::take(&mut wanted.edited),
        archived: std::mem::take(&mut wanted.archived),
    };
    (past != Past::default()).then_some(past)
}

/// Adds versions that an import left out of its document: the rest of a history that is larger than a request.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery, ("id" = String, Path, description = "The document.")),
    request_body = EarlierVersions,
    responses(
        (status = 200, description = "How many were kept: those whose number is free and below the newest, and a published one only below the version published last. Only an imported document has free numbers.", body = VersionsKept),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "too_large: over 5,000 versions or 8 MiB", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "invalid_field", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/{id}/history")]
async fn earlier_versions(
    state: Data<AppState>,
    actor: In<WriteDocuments>,
    id: Path<DocId>,
    body: Body<EarlierVersions, { limits::IMPORT_BYTES }>,
) -> Reply<Json<VersionsKept>> {
    let Body(wanted) = body;
    at_most(wanted.versions.len(), limits::IMPORT_VERSIONS, "/versions")?;
    let adding = Adding {
        space: actor.space(),
        actor: actor.actor(),
        id: id.into_inner(),
        now: state.now(),
        correlation_id: correlation(),
        wanted,
    };
    let kept = state
        .store
        .write_again(move |tx: &mut Tx<'_>| adding.done(tx))
        .await?;
    Ok(Json(VersionsKept { kept }))
}

/// Older versions on their way.
struct Adding {
    space: SpaceId,
    actor: Actor,
    id: DocId,
    now: Millis,
    correlation_id: String,
    wanted: EarlierVersions,
}

impl Adding {
    fn done(&self, tx: &mut Tx<'_>) -> Reply<u64> {
        // The space is taken first, as by everything that writes: its members and its documents are as they are now.
        sync::take(tx, self.space)?;
        let document = library::get(tx, self.space, self.id)?.document;
        if document.purged {
            return Err(ErrorCode::NotFound.into());
        }
        let given = &self.wanted.versions;
        check_versions(document.kind, "/versions", given)?;
        let action = match given.iter().any(|version| version.published) {
            true => Action::PublishPrompts,
            false => Action::WriteDocuments,
        };
        let member = self.actor.in_team(self.space);
        if let Some(member) = member {
            guard::within(tx, self.space, member, action)?;
        }
        let older = self.fitting(tx)?;
        let kept = u64::try_from(older.len()).unwrap_or(u64::MAX);
        versions::add(tx, self.space, None, older)?;
        if let Some(member) = member.filter(|_| kept > 0) {
            self.tell(tx, member, document.title())?;
        }
        Ok(kept)
    }

    /// Those that fit into what is there: a number that is free and below the newest, and of a published one below that of the version
    /// published last, which is what everybody reads.
    fn fitting(&self, tx: &mut Tx<'_>) -> Result<Vec<versions::Kept>, StoreError> {
        let there = versions::places(tx, self.space, self.id)?;
        let (Some((first, rev)), Some((newest, _))) = (there.first(), there.last()) else {
            return Ok(Vec::new());
        };
        // The revision before that of number 1: an import left one free for each number that it did not bring.
        let Some(begin) = rev.checked_sub(*first) else {
            return Ok(Vec::new());
        };
        let published = versions::published(tx, self.space, self.id)?.map(|(number, _)| number);
        let context = Context {
            now: self.now,
            next_rev: begin.saturating_add(1),
            device: None,
        };
        let taken: BTreeSet<u64> = there.iter().map(|(number, _)| *number).collect();
        let older = |version: &PastVersion| {
            let free = |number: &u64| number < newest && !taken.contains(number);
            let number = version.number.filter(free)?;
            if version.published && published.is_none_or(|last| number > last) {
                return None;
            }
            let row = row(version, number, begin, &context);
            Some(versions::Kept::of(self.id, row))
        };
        Ok(self.wanted.versions.iter().filter_map(older).collect())
    }

    /// A line of the team's audit log.
    fn tell(&self, tx: &mut Tx<'_>, member: UserId, title: &str) -> Result<(), StoreError> {
        let event = NewEvent {
            team: self.space,
            at: self.now,
            deed: Deed::Imported,
            by: Some(member),
            on: None,
            email: None,
            role: None,
            role_before: None,
            name: Some(title.to_owned()).filter(|title| !title.is_empty()),
            documents: None,
            correlation_id: self.correlation_id.clone(),
        };
        team_events::add(tx, &event)
    }
}
