//! Lists, the overview, a document, its versions. Changes nothing.

use crate::app::AppState;
use crate::store::library_filter::Filter;
use crate::store::library_list::{COUNTED, Key, List, Place};
use crate::store::{
    Conn, Store, StoreError, indexing, library, library_overview, sync, versions, waiting,
};
use crate::web::guard::{ReadLibrary, SpaceQuery};
use crate::web::routes::Routes;
use crate::web::{Fault, In, Reply};
use actix_web::get;
use actix_web::web::{Data, Json, Path, Query};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::wire::{
    DocumentView, ListQuery, Overview, Page, Sort, Version, Versions,
};
use krowoc_shared::text;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(documents)
        .service(overview)
        .service(version_list)
        .service(view);
}

/// A page's `next`, readable: where it ended, and the total that was counted for the first page.
#[derive(Serialize, Deserialize)]
struct Cursor {
    sort: Sort,
    hit: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    id: DocId,
    total: u64,
}

impl Cursor {
    fn read(text: &str) -> Reply<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        cursor.ok_or_else(|| {
            let detail = "Send the `next` of the page before, or none.";
            Fault::new(ErrorCode::InvalidField)
                .field("/cursor")
                .detail(detail)
        })
    }

    fn write(&self) -> Reply<String> {
        let bytes = serde_json::to_vec(self).map_err(|_| ErrorCode::Internal)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn of(sort: Sort, place: Place, total: u64) -> Self {
        let (number, title) = match place.key {
            Key::Number(number) => (Some(number), None),
            Key::Title(title) => (None, Some(title)),
        };
        Self {
            sort,
            hit: place.hit,
            number,
            title,
            id: place.id,
            total,
        }
    }

    fn place(&self) -> Place {
        let key = match (&self.title, self.sort) {
            (Some(title), Sort::Title) => Key::Title(title.clone()),
            (_, Sort::Title) => Key::Title(String::new()),
            _ => Key::Number(self.number.unwrap_or_default()),
        };
        Place {
            hit: self.hit,
            key,
            id: self.id,
        }
    }
}

/// PostgreSQL has no text with a zero character. Nor has a tag or a site any control character: another finds as little.
fn without_zeros(name: String) -> String {
    match name.contains('\0') {
        true => name.replace('\0', "\u{1}"),
        false => name,
    }
}

/// `name=value`, one a line; what has no `=` fits nothing.
fn metadata(text: &str) -> Vec<(String, String)> {
    let part = |line: &str| {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        (name.to_owned(), value.to_owned())
    };
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| part(&without_zeros(line.to_owned())))
        .collect()
}

fn filter(query: &ListQuery) -> Filter {
    let mut parsed = text::query(query.q.as_deref().unwrap_or_default());
    let excluded = parsed.excluded_tags.into_iter().map(without_zeros);
    parsed.excluded_tags = excluded.collect();
    let tags = parsed.tags.iter().chain(&query.tag).cloned();
    let tags = tags.map(without_zeros).collect();
    let sites = parsed.sites.iter().chain(&query.site).cloned();
    let sites = sites.map(without_zeros).collect();
    let mut kinds: Vec<Kind> = parsed
        .kinds
        .iter()
        .filter_map(|kind| Kind::parse(kind))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if let Some(kind) = query.kind {
        kinds = vec![kind];
    }
    if query.status.is_some() {
        kinds = vec![Kind::Prompt];
    }
    Filter {
        shelf: if query.trash == Some(true) {
            library::TRASH
        } else {
            library::LIBRARY
        },
        kinds,
        tags,
        meta: query.meta.as_deref().map(metadata).unwrap_or_default(),
        collection: query.collection,
        sites,
        favourite: query.favourite.or(parsed.favourite),
        conflict: query.conflict.or(parsed.conflict),
        status: query.status,
        since: query.since,
        query: parsed,
    }
}

/// A page of a space's library or trash. A search finds all that was acknowledged before it.
///
/// # Errors
/// [`ErrorCode::InvalidField`] for a cursor that no page gave; the store's.
pub async fn list(store: &Store, space: SpaceId, query: ListQuery) -> Reply<Page> {
    let cursor = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let asked = Arc::new((query, cursor));
    let read = |checks: bool| {
        let asked = Arc::clone(&asked);
        store.read(move |conn: &mut Conn| -> Reply<Option<Page>> {
            let (query, cursor) = &*asked;
            let waits = checks && searches(query) && waiting::any(conn, space)?;
            let found = (!waits).then(|| page(conn, space, query, cursor.as_ref()));
            found.transpose()
        })
    };
    let mut found = read(true).await?;
    if found.is_none() {
        indexing::catch_up(store, Some(space)).await?;
        // What others write meanwhile may wait for the next search.
        found = read(false).await?;
    }
    found.ok_or_else(|| ErrorCode::Internal.into())
}

fn page(
    conn: &mut Conn,
    space: SpaceId,
    query: &ListQuery,
    cursor: Option<&Cursor>,
) -> Reply<Page> {
    let filter = filter(query);
    let (shelf, kind) = (filter.shelf, filter.kinds.first().copied());
    let default = if filter.query.has_text() {
        Sort::Relevance
    } else {
        Sort::Edited
    };
    let list = List::new(conn, space, filter, cursor.is_none())?;
    let sort = cursor.map_or(list.sort(query.sort.unwrap_or(default)), |cursor| {
        cursor.sort
    });
    let limit = usize::try_from(query.limit.unwrap_or(50).clamp(1, 200)).unwrap_or(50);
    let place = cursor.map(Cursor::place);
    let (items, last) = list.page(conn, sort, place.as_ref(), limit)?;
    let total = match cursor {
        Some(cursor) => cursor.total,
        None if last.is_none() => u64::try_from(items.len()).unwrap_or(0),
        None => total(conn, space, &list, shelf, kind)?,
    };
    let next = last
        .map(|place| Cursor::of(sort, place, total).write())
        .transpose()?;
    Ok(Page { items, next, total })
}

/// True when the index of texts is asked.
fn searches(query: &ListQuery) -> bool {
    let q = query.q.as_deref();
    q.is_some_and(|q| text::query(q).has_text())
}

fn total(
    conn: &mut Conn,
    space: SpaceId,
    list: &List,
    shelf: i16,
    kind: Option<Kind>,
) -> Result<u64, StoreError> {
    let counted = match list.total(conn)? {
        Some(counted) => Some(counted),
        None => sync::stand(conn, space)?.tally.total(shelf, kind),
    };
    Ok(u64::try_from(counted.unwrap_or(COUNTED)).unwrap_or(0))
}

/// One page of the library or the trash.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery, ListQuery),
    responses(
        (status = 200, description = "The page; `next` continues it, also while documents are added.", body = Page),
        (status = 422, description = "invalid_field: the cursor is none", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library")]
async fn documents(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    query: Query<ListQuery>,
) -> Reply<Json<Page>> {
    let space = actor.space();
    let page = list(&state.store, space, query.into_inner()).await?;
    Ok(Json(page))
}

/// The numbers beside the navigation, tags and sites for filters.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery),
    responses((status = 200, description = "The numbers.", body = Overview))
)]
#[get("/library/overview")]
async fn overview(state: Data<AppState>, actor: In<ReadLibrary>) -> Reply<Json<Overview>> {
    let space = actor.space();
    let (team, usual) = (actor.membership().team, state.config.default_tier);
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<Overview, StoreError> {
            let stand = sync::stand(conn, space)?;
            let tier = sync::tier(conn, &stand, team, usual)?;
            library_overview::overview(conn, &stand, tier)
        })
        .await?;
    Ok(Json(found))
}

pub(super) fn there(
    conn: &mut Conn,
    space: SpaceId,
    id: DocId,
) -> Result<library::Stored, StoreError> {
    let stored = library::get(conn, space, id)?;
    if stored.document.purged {
        return Err(StoreError::NotFound);
    }
    Ok(stored)
}

/// A document with what a page about it needs.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery, ("id" = String, Path, description = "The document.")),
    responses(
        (status = 200, description = "The document.", body = DocumentView),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/{id}")]
async fn view(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    id: Path<DocId>,
) -> Reply<Json<DocumentView>> {
    let (space, id) = (actor.space(), id.into_inner());
    let found = state
        .store
        .read(move |conn: &mut Conn| -> Result<DocumentView, StoreError> {
            let stored = there(conn, space, id)?;
            let collection = match stored.document.collection() {
                Some(collection) => library::find(conn, space, &[collection])?.remove(&collection),
                None => None,
            };
            let title = |stored: library::Stored| stored.document.title().to_owned();
            let published = match stored.document.lifecycle.published {
                Some(published) => versions::number_at(conn, space, id, published.rev)?,
                None => None,
            };
            Ok(DocumentView {
                document: stored.document,
                collection_title: collection.filter(|it| !it.document.purged).map(title),
                versions: stored.versions,
                published,
            })
        })
        .await?;
    Ok(Json(found))
}

/// Which versions.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
struct VersionQuery {
    /// Only versions before this revision: `next` of the page before.
    before: Option<u64>,
    /// 1 to 50, 20 when absent.
    limit: Option<u32>,
}

/// The texts a document had, newest first, the present one included.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery, ("id" = String, Path, description = "The document."), VersionQuery),
    responses(
        (status = 200, description = "The versions.", body = Versions),
        (status = 404, description = "not_found", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/{id}/versions")]
async fn version_list(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    id: Path<DocId>,
    query: Query<VersionQuery>,
) -> Reply<Json<Versions>> {
    let (space, id) = (actor.space(), id.into_inner());
    let limit = query.limit.unwrap_or(20).clamp(1, 50);
    let before = query.before.unwrap_or(u64::MAX);
    let mut items = state
        .store
        .read(move |conn: &mut Conn| -> Result<Vec<Version>, StoreError> {
            there(conn, space, id)?;
            let most = i64::from(limit).saturating_add(1);
            versions::list(conn, space, id, before, most)
        })
        .await?;
    let limit = usize::try_from(limit).unwrap_or(1);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|version| version.rev);
    Ok(Json(Versions { items, next }))
}
