//! The library as a download, read in pages while it is sent. Never whole in memory, and not a backup.
//!
//! Pages follow the documents' ids, so that an edit during the download moves no document to another page.

use crate::app::AppState;
use crate::store::library::{self, Stored};
use crate::store::pages::{self, Histories, Mark, Piece, Room};
use crate::store::{Conn, StoreError};
use crate::web::guard::{ReadLibrary, SpaceQuery};
use crate::web::routes::Routes;
use crate::web::{Fault, In, Reply};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpResponse, get};
use futures_util::stream;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::exchange::{ExportItem, ImportKind, MarkdownWriter, json, write_markdown};
use krowoc_shared::ids::{DocId, SpaceId};
use krowoc_shared::library::document::{Counter, Field};
use krowoc_shared::library::lifecycle::PastVersion;
use krowoc_shared::library::wire::Version;
use serde::Deserialize;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// What is read at a time.
const PAGE: Room = Room {
    documents: 100,
    bytes: 4 * 1024 * 1024,
    measured: 10_000,
};

/// Its routes.
pub fn configure(cfg: &mut Routes<'_>) {
    cfg.service(export);
}

/// What a download is.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// `krowoc.library` version 1, which the import takes.
    Json,
    /// A zip of Markdown files with their fields in front.
    Markdown,
}

#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
struct ExportQuery {
    /// The format.
    #[param(inline)]
    format: Format,
}

/// The bytes that a writer made and that were not sent yet.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Bytes {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Bytes::from(std::mem::take(&mut *bytes))
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

enum Writer {
    Json { first: bool },
    Markdown(Box<MarkdownWriter<Sink>>),
}

/// A download under way.
struct Download {
    state: Data<AppState>,
    space: SpaceId,
    /// Where the next page begins; `None` after the last.
    next: Option<Mark>,
    titles: HashMap<DocId, String>,
    sink: Sink,
    writer: Writer,
}

fn broken(_: impl std::fmt::Display) -> Fault {
    ErrorCode::Internal.into()
}

impl Download {
    fn add(&mut self, pieces: Vec<Piece>) -> Reply<()> {
        for piece in pieces {
            let item = piece.document.map(|stored| {
                let collection = stored.document.collection();
                item(&stored, collection.and_then(|id| self.titles.get(&id)))
            });
            match &mut self.writer {
                Writer::Json { first } => {
                    let mut text = String::new();
                    if let Some(item) = item {
                        text = json::begun(item, *first).map_err(broken)?;
                        *first = false;
                    }
                    let mut has_versions = piece.begun;
                    for version in piece.versions {
                        let next = json::version(&past(version), !has_versions);
                        text.push_str(&next.map_err(broken)?);
                        has_versions = true;
                    }
                    if piece.whole {
                        text.push_str(json::ended(has_versions));
                    }
                    self.sink.write_all(text.as_bytes()).map_err(broken)?;
                }
                Writer::Markdown(zip) => {
                    if let Some(item) = &item {
                        zip.add(item).map_err(broken)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Reply<()> {
        let end = Writer::Json { first: false };
        match std::mem::replace(&mut self.writer, end) {
            Writer::Json { .. } => self
                .sink
                .write_all(json::footer().as_bytes())
                .map_err(broken),
            Writer::Markdown(zip) => zip.finish().map(|_| ()).map_err(broken),
        }
    }

    /// The next bytes; `None` at the end. A failure breaks the download off, so that it cannot pass for a whole one.
    async fn next(mut self) -> Reply<Option<(Bytes, Self)>> {
        let Some(mark) = self.next else {
            return Ok(None);
        };
        let space = self.space;
        let which = match self.writer {
            // Each document tells who wrote its text and when, though it has but one.
            Writer::Json { .. } => Histories::Texts,
            Writer::Markdown(_) => Histories::Nothing,
        };
        let page = self
            .state
            .store
            .read(move |conn: &mut Conn| pages::read(conn, space, mark, which, PAGE))
            .await?;
        self.next = page.next;
        self.add(page.pieces)?;
        if self.next.is_none() {
            self.end()?;
        }
        let bytes = self.sink.take();
        Ok(Some((bytes, self)))
    }
}

fn past(version: Version) -> PastVersion {
    PastVersion {
        title: version.title,
        text: version.text,
        number: Some(version.number),
        at: version.hlc.at,
        author: version.author,
        published: version.published_at.is_some(),
        published_at: version.published_at,
        note: version.note,
        snapshot: version.snapshot,
    }
}

/// A document as the writers take it, its versions left out.
fn item(stored: &Stored, collection_title: Option<&String>) -> ExportItem {
    let document = &stored.document;
    ExportItem {
        id: document.id.to_string(),
        kind: ImportKind::parse(document.kind.as_str()).unwrap_or_default(),
        title: document.title().to_owned(),
        body: document.body.text.clone(),
        tags: document.present_tags().map(str::to_owned).collect(),
        meta: document
            .metadata()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        collection: document.collection().map(|id| id.to_string()),
        collection_title: collection_title.cloned(),
        note: document.text(Field::Note).to_owned(),
        description: document.text(Field::Description).to_owned(),
        favourite: document.favourite(),
        source: document.value(Field::Source).clone(),
        variables: document.value(Field::Variables).clone(),
        execution: document.value(Field::Execution).clone(),
        created_at: document.created_at(),
        updated_at: stored.updated_at,
        deleted_at: document.deleted_at(),
        uses: document.counter(Counter::Uses),
        edited: document.lifecycle.edited,
        archived: document.lifecycle.is_archived(),
        versions: Vec::new(),
    }
}

/// Downloads the library, the trash included.
#[utoipa::path(
    tag = "library",
    security(("session" = []), ("device" = []), ("token" = ["library:read"])),
    params(SpaceQuery, ExportQuery),
    responses(
        (status = 200, description = "The download: one document, or an archive of Markdown files.",
            content((json::LibraryExport = "application/json"), (String = "application/zip"))),
        (status = 400, description = "invalid_request: the format is not known", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/library/export")]
async fn export(
    state: Data<AppState>,
    actor: In<ReadLibrary>,
    query: Query<ExportQuery>,
) -> Reply<HttpResponse> {
    let space = actor.space();
    let titles = state
        .store
        .read(move |conn: &mut Conn| -> Result<_, StoreError> {
            library::collection_titles(conn, space)
        })
        .await?;
    let sink = Sink::default();
    let (writer, media, name) = match query.format {
        Format::Json => {
            let mut start = sink.clone();
            let header = json::header(state.now());
            start.write_all(header.as_bytes()).map_err(broken)?;
            (
                Writer::Json { first: true },
                json::MEDIA_TYPE,
                "krowoc-library.json",
            )
        }
        Format::Markdown => {
            let zip = MarkdownWriter::new(sink.clone());
            (
                Writer::Markdown(Box::new(zip)),
                write_markdown::MEDIA_TYPE,
                "krowoc-library.zip",
            )
        }
    };
    let download = Download {
        state,
        space,
        next: Some(Mark::Begin),
        titles,
        sink,
        writer,
    };
    Ok(HttpResponse::Ok()
        .content_type(media)
        .insert_header((
            "content-disposition",
            format!("attachment; filename=\"{name}\""),
        ))
        .streaming(stream::try_unfold(download, Download::next)))
}
