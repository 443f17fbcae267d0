//! Many documents at once: the same edit for many, import, duplicates. Not a second way to write, and an import changes nothing that is there.

use super::edit::{batch, creation, ids};
use super::history;
use crate::app::AppState;
use crate::store::{Conn, StoreError, Tx, derived, library, library_overview};
use crate::sync::ahead::Ahead;
use crate::sync::push::{Batch, Pasts, Way, apply, apply_with_pasts};
use crate::web::body::Body;
use crate::web::guard::{ReadLibrary, SpaceQuery, WriteDocuments};
use crate::web::routes::Routes;
use crate::web::{Fault, In, Reply};
use actix_web::post;
use actix_web::web::{Data, Json};
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DocId, OpId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::limits;
use krowoc_shared::library::wire::{
    BatchResult, BulkEdit, DuplicateQuery, Duplicates, ImportBatch,
};
use krowoc_shared::sync::wire::{Op, OpResult};
use std::collections::HashMap;

/// Most fingerprints of one question.
const FINGERPRINTS: usize = 1_000;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(bulk).service(import).service(duplicates);
}

/// Refuses more than that.
pub(super) fn at_most(count: usize, most: usize, field: &str) -> Reply<()> {
    if count <= most {
        return Ok(());
    }
    let detail = format!("Send at most {most} at a time.");
    Err(Fault::new(ErrorCode::TooLarge).field(field).detail(detail))
}

/// Makes the same edit to many documents: tag, move, publish, archive, trash, restore.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery),
    request_body = BulkEdit,
    responses(
        (status = 200, description = "One result a document, in order; an unknown one is refused with not_found.", body = BatchResult),
        (status = 413, description = "too_large: over 100 documents", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/bulk")]
async fn bulk(
    state: Data<AppState>,
    actor: In<WriteDocuments>,
    body: Body<BulkEdit>,
) -> Reply<Json<BatchResult>> {
    let Body(wanted) = body;
    at_most(wanted.ids.len(), limits::PUSH_OPS, "/ids")?;
    let space = actor.space();
    let now = state.now();
    let mint = |id: &DocId| (*id, OpId::mint(now, state.entropy()));
    let ids: Vec<(DocId, OpId)> = wanted.ids.iter().map(mint).collect();
    let blank = Batch {
        way: Way::Bulk,
        ..batch(space, &actor, state.config.default_tier, now, Vec::new())
    };
    let results = state
        .store
        .write_again(move |tx: &mut Tx<'_>| bulk_edit(tx, &blank, &ids, &wanted))
        .await?;
    Ok(Json(BatchResult { results }))
}

fn bulk_edit(
    tx: &mut Tx<'_>,
    blank: &Batch,
    ids: &[(DocId, OpId)],
    wanted: &BulkEdit,
) -> Reply<Vec<OpResult>> {
    let stored = library::find(tx, blank.space, &wanted.ids)?;
    let op = |(id, op_id): &(DocId, OpId)| {
        let there = stored.get(id).filter(|stored| !stored.document.purged);
        let mut op = Op::new(
            *op_id,
            *id,
            there.map_or(Kind::Prompt, |stored| stored.document.kind),
        );
        op.set.clone_from(&wanted.set);
        op.tags.clone_from(&wanted.tags);
        op.meta.clone_from(&wanted.meta);
        let rev = there.map_or(0, |stored| stored.document.body.rev);
        op.act = wanted.step.map(|step| step.act(rev, &wanted.note));
        there.map(|_| op.clone()).ok_or_else(|| {
            OpResult::rejected(
                &op,
                ErrorCode::NotFound,
                "/ids",
                ErrorCode::NotFound.title(),
            )
        })
    };
    let wanted: Vec<Result<Op, OpResult>> = ids.iter().map(op).collect();
    let ops: Vec<Op> = wanted.iter().flatten().cloned().collect();
    let batch = Batch {
        ops,
        ..blank.clone()
    };
    let applied = apply(tx, &batch)?;
    let mut done = applied.results.into_iter();
    let results = wanted.into_iter().filter_map(|wanted| match wanted {
        Ok(_) => done.next(),
        Err(refused) => Some(refused),
    });
    Ok(results.collect())
}

/// Makes many documents. One whose id exists is refused with already_exists and left as it is.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:write"])),
    params(SpaceQuery),
    request_body = ImportBatch,
    responses(
        (status = 200, description = "One result a document, in order.", body = BatchResult),
        (status = 413, description = "too_large: over 100 documents, 5,000 versions or 8 MiB", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/import")]
async fn import(
    state: Data<AppState>,
    actor: In<WriteDocuments>,
    body: Body<ImportBatch, { limits::IMPORT_BYTES }>,
) -> Reply<Json<BatchResult>> {
    let Body(wanted) = body;
    at_most(wanted.items.len(), limits::PUSH_OPS, "/items")?;
    let versions: usize = wanted.items.iter().map(|item| item.history.len()).sum();
    at_most(versions, limits::IMPORT_VERSIONS, "/items")?;
    let space = actor.space();
    let now = state.now();
    let (mut ops, mut pasts) = (Vec::new(), Pasts::new());
    let mut places: Vec<Result<(), OpResult>> = Vec::new();
    for mut item in wanted.items {
        let ids = ids(&state, &item, now);
        let past = history::past(&mut item);
        let op = creation(item, ids, now);
        let checked = past.as_ref().map_or(Ok(()), |past| past.check(op.kind));
        places.push(checked.map_err(|it| OpResult::rejected(&op, it.code, &it.field, &it.message)));
        if places.last().is_some_and(Result::is_ok) {
            pasts.extend(past.map(|past| (op.op_id, past)));
            ops.push(op);
        }
    }
    let batch = Batch {
        create_only: true,
        way: Way::Import,
        ..batch(space, &actor, state.config.default_tier, now, ops)
    };
    let prepare = move || (Ahead::work_out_with(&batch, &pasts), batch, pasts);
    type Prepared = (Ahead, Batch, Pasts);
    let work = |tx: &mut Tx<'_>, (ahead, batch, pasts): &Prepared| {
        Reply::Ok(apply_with_pasts(tx, batch, ahead, pasts)?.into_results())
    };
    let (results, _) = state.store.prepare_and_write(prepare, work).await?;
    let mut done = results.into_iter();
    let results = places
        .into_iter()
        .filter_map(|place| match place {
            Ok(()) => done.next(),
            Err(refused) => Some(refused),
        })
        .collect();
    Ok(Json(BatchResult { results }))
}

/// Tells which of these fingerprints the library holds, outside the trash.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery),
    request_body = DuplicateQuery,
    responses(
        (status = 200, description = "Those found, each with a document that has it.", body = Duplicates),
        (status = 413, description = "too_large: over 1,000 fingerprints", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/library/duplicates")]
async fn duplicates(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    body: Body<DuplicateQuery>,
) -> Reply<Json<Duplicates>> {
    let wanted = body.0.fingerprints;
    at_most(wanted.len(), FINGERPRINTS, "/fingerprints")?;
    let space = actor.space();
    let mut asked: HashMap<Vec<u8>, Vec<String>> = HashMap::new();
    for print in wanted {
        if let Some(key) = derived::fingerprint_key(&print) {
            asked.entry(key).or_default().push(print);
        }
    }
    let keys: Vec<Vec<u8>> = asked.keys().cloned().collect();
    let rows = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            library_overview::with_fingerprints(conn, space, &keys)
        })
        .await?;
    let mut found = std::collections::BTreeMap::new();
    for (key, id) in rows {
        for print in asked.get(&key).into_iter().flatten() {
            found.insert(print.clone(), id);
        }
    }
    Ok(Json(Duplicates { found }))
}
