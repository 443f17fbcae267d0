//! The history that an imported document brings along: taken out of the request, and the older part of one that is too large for a
//! single request. Not a person's publishing.

use crate::app::AppState;
use crate::store::{Tx, library, sync, versions};
use crate::web::body::Body;
use crate::web::guard::{self, SpaceQuery, WriteDocuments};
use crate::web::routes::Routes;
use crate::web::{Actor, In, Reply};
use actix_web::post;
use actix_web::web::{Data, Json, Path};
use krowoc_shared::access::Action;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DocId, Millis, SpaceId};
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
        (status = 200, description = "How many were kept: those whose number is free and below the newest. Only an imported document has free numbers.", body = VersionsKept),
        (status = 403, description = "role_too_low", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "too_large: over 8 MiB", body = Problem, content_type = "application/problem+json"),
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
    let adding = Adding {
        space: actor.space(),
        actor: actor.actor(),
        id: id.into_inner(),
        now: state.now(),
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
        if let Some(member) = self.actor.in_team(self.space) {
            guard::within(tx, self.space, member, action)?;
        }
        let there = versions::places(tx, self.space, self.id)?;
        let (Some((first, rev)), Some((newest, _))) = (there.first(), there.last()) else {
            return Ok(0);
        };
        // The revision before that of number 1: an import left one free for each number that it did not bring.
        let Some(begin) = rev.checked_sub(*first) else {
            return Ok(0);
        };
        let context = Context {
            now: self.now,
            next_rev: begin.saturating_add(1),
            device: None,
        };
        let taken: BTreeSet<u64> = there.iter().map(|(number, _)| *number).collect();
        let older = given.iter().filter_map(|version| {
            let free = |number: &u64| number < newest && !taken.contains(number);
            let number = version.number.filter(free)?;
            let row = row(version, number, begin, &context);
            Some(versions::Kept::of(self.id, row))
        });
        let older: Vec<versions::Kept> = older.collect();
        let kept = u64::try_from(older.len()).unwrap_or(u64::MAX);
        versions::add(tx, self.space, None, older)?;
        Ok(kept)
    }
}
