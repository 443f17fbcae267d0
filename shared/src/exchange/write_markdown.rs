//! Writes a library as a zip of Markdown, one file a document, for any sink that bytes can be pushed into. Not a backup.
//!
//! `prompts/<collection>/<title>.md`, likewise `snippets/` and `collections/`. Fields stand in the front matter, so that our own
//! import gives the same items back. The same items give the same bytes: every entry has one fixed time.

use super::front_matter::push;
use super::item::{ExportItem, ImportKind};
use super::names::{UniquePaths, file_name};
use super::time;
use crate::library::wire::META_NAMES;
use ::zip::write::{SimpleFileOptions, StreamWriter};
use ::zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Media type of a download.
pub const MEDIA_TYPE: &str = "application/zip";

/// A zip that grows item by item.
pub struct MarkdownWriter<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    paths: UniquePaths,
}

impl<W: Write> MarkdownWriter<W> {
    /// A writer into a sink. Bytes arrive there as items are added; the directory of the archive follows at the end.
    pub fn new(sink: W) -> Self {
        Self {
            zip: ZipWriter::new_stream(sink),
            paths: UniquePaths::default(),
        }
    }

    /// Adds a document.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn add(&mut self, item: &ExportItem) -> Result<(), ZipError> {
        let path = self.path(item);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::DEFAULT)
            .unix_permissions(0o644);
        self.zip.start_file(path, options)?;
        self.zip.write_all(file(item).as_bytes())?;
        Ok(())
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(self) -> Result<W, ZipError> {
        Ok(self.zip.finish()?.into_inner())
    }

    fn path(&mut self, item: &ExportItem) -> String {
        let kind = match item.kind {
            ImportKind::Prompt => "prompts",
            ImportKind::Snippet => "snippets",
            ImportKind::Collection => "collections",
        };
        let folder = match &item.collection_title {
            Some(title) => format!("{kind}/{}/", file_name(title)),
            None => format!("{kind}/"),
        };
        self.paths.path(&folder, &file_name(&item.title), ".md")
    }
}

/// A document as a Markdown file with its fields in front.
#[must_use]
pub fn file(item: &ExportItem) -> String {
    let mut out = "---\n".to_owned();
    push(&mut out, "title", &item.title.clone().into());
    push(&mut out, "kind", &item.kind.as_str().into());
    let text = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Value::from);
    let when = |at: i64| (at > 0).then(|| Value::from(time::format(at)));
    let own = |name: &str| item.meta.get(name).map(|value| Value::from(value.as_str()));
    let free: BTreeMap<&String, &String> = item
        .meta
        .iter()
        .filter(|(name, _)| !META_NAMES.contains(&name.as_str()))
        .collect();
    let fields = [
        ("id", text(&item.id)),
        (
            "tags",
            (!item.tags.is_empty()).then(|| item.tags.clone().into()),
        ),
        ("category", own("category")),
        ("topic", own("topic")),
        ("task_type", own("task_type")),
        ("persona", own("persona")),
        ("meta", (!free.is_empty()).then(|| json!(free))),
        (
            "collection",
            item.collection_title.as_deref().and_then(text),
        ),
        ("collection_id", item.collection.as_deref().and_then(text)),
        ("favourite", item.favourite.then_some(Value::from(true))),
        ("description", text(&item.description)),
        ("note", text(&item.note)),
        (
            "url",
            super::json::source_url(&item.source).map(Value::from),
        ),
        ("source", Some(item.source.clone()).filter(Value::is_object)),
        (
            "variables",
            Some(item.variables.clone())
                .filter(|list| list.as_array().is_some_and(|list| !list.is_empty())),
        ),
        (
            "execution",
            Some(item.execution.clone()).filter(Value::is_object),
        ),
        ("created", when(item.created_at)),
        ("updated", when(item.updated_at)),
        ("deleted", item.deleted_at.and_then(when)),
    ];
    for (key, value) in fields {
        if let Some(value) = value {
            push(&mut out, key, &value);
        }
    }
    out.push_str("---\n\n");
    out.push_str(&item.body);
    out
}
