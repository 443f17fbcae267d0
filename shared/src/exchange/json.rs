//! Our own export, `krowoc.library` version 1: a writer in pieces and a reader. Not a backup: devices and sides of conflicts are not in it.
//!
//! ```json
//! {"format":"krowoc.library","version":1,"exportedAt":1763700000000,"items":[
//!   {"id":"…","kind":"prompt","title":"…","body":"…","tags":["…"],"meta":{"category":"…"},"collection":"id or null","note":"","description":"",
//!    "favourite":false,"source":null,"variables":null,"execution":null,"createdAt":0,"updatedAt":0,"deletedAt":null,
//!    "uses":3,"edited":true,"archived":true,
//!    "versions":[{"title":"…","text":"…","number":1,"at":0,"author":"…","published":true,"published_at":0,"note":"…","snapshot":{…}}]}
//! ]}
//! ```
//! Times are milliseconds since 1970. `uses`, `edited` and `archived` stand where they are not nothing, `edited` with a draft of what is
//! published; the numbers of versions rise, with gaps where sides of conflicts stood. A collection is an item of its own. Readers ignore fields that they do not know; a change
//! that an older reader would misread raises the version.

use super::item::{ExportItem, ImportItem};
use super::report::{ImportError, ImportReport, ProblemCode};
use crate::library::lifecycle::PastVersion;
use crate::prompts::Variable;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// The name of the format.
pub const FORMAT: &str = "krowoc.library";
/// The newest version that is written and read.
pub const VERSION: u64 = 1;
/// Media type of a download.
pub const MEDIA_TYPE: &str = "application/json";

/// The name of the format, as the file has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LibraryFormat {
    /// A library.
    #[serde(rename = "krowoc.library")]
    Library,
}

/// The shape of an export as a whole: it is written and read in pieces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LibraryExport {
    /// The name of the format.
    pub format: LibraryFormat,
    /// 1.
    pub version: u64,
    /// When it was made, in milliseconds since 1970.
    pub exported_at: i64,
    /// The documents, collections among them, in no order.
    pub items: Vec<ExportItem>,
}

/// The beginning of an export.
#[must_use]
pub fn header(exported_at: i64) -> String {
    format!(
        "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"exportedAt\":{exported_at},\"items\":["
    )
}

/// One item; `first` for the first after the header.
///
/// # Errors
/// Never for items made of valid JSON values, as every [`Value`] is.
pub fn item(item: &ExportItem, first: bool) -> Result<String, serde_json::Error> {
    let comma = if first { "\n" } else { ",\n" };
    Ok(format!("{comma}{}", serde_json::to_string(item)?))
}

/// The beginning of an item whose versions follow one by one; `first` for the first after the header. Those that it has already are left
/// out.
///
/// # Errors
/// As [`item`].
pub fn begun(item: ExportItem, first: bool) -> Result<String, serde_json::Error> {
    let bare = ExportItem {
        versions: Vec::new(),
        ..item
    };
    let mut text = self::item(&bare, first)?;
    text.pop();
    Ok(text)
}

/// The next version of an item that was begun; `first` for its first.
///
/// # Errors
/// As [`item`].
pub fn version(version: &PastVersion, first: bool) -> Result<String, serde_json::Error> {
    let open = if first { ",\"versions\":[" } else { "," };
    Ok(format!("{open}{}", serde_json::to_string(version)?))
}

/// The end of an item that was begun, and whether it has versions.
#[must_use]
pub const fn ended(has_versions: bool) -> &'static str {
    if has_versions { "]}" } else { "}" }
}

/// The end of an export.
#[must_use]
pub fn footer() -> &'static str {
    "\n]}\n"
}

#[derive(Deserialize)]
struct Head {
    format: Option<Value>,
    version: Option<Value>,
    #[serde(default)]
    items: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Library {
    items: Entries,
}

/// Each entry as JSON of its own, so that one wrong entry does not spoil the others.
struct Entries(Vec<Result<ExportItem, String>>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Entries;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of items")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(value) = seq.next_element::<Value>()? {
                    entries.push(entry(value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

fn entry(value: Value) -> Result<ExportItem, String> {
    if !value.get("kind").is_some_and(Value::is_string) {
        return Err("it has no kind".to_owned());
    }
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// Reads an export.
///
/// # Errors
/// When it is not JSON, not ours, or of a newer version.
pub fn read(bytes: &[u8]) -> Result<ImportReport, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let damaged = |error: serde_json::Error| ImportError::Damaged(error.to_string());
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(ImportError::NotALibrary);
    }
    let head: Head = serde_json::from_slice(bytes).map_err(damaged)?;
    if head.format.as_ref().and_then(Value::as_str) != Some(FORMAT) {
        return Err(ImportError::NotALibrary);
    }
    match head.version.as_ref().and_then(Value::as_u64) {
        Some(1..=VERSION) => {}
        Some(found) => {
            return Err(ImportError::NewerVersion {
                found,
                known: VERSION,
            });
        }
        None => return Err(ImportError::Damaged("it has no version".to_owned())),
    }
    if head.items.is_none() {
        return Ok(ImportReport::default());
    }
    let library: Library = serde_json::from_slice(bytes).map_err(damaged)?;
    Ok(report(library.items.0))
}

fn report(entries: Vec<Result<ExportItem, String>>) -> ImportReport {
    let names: BTreeMap<String, String> = entries
        .iter()
        .flatten()
        .filter(|item| item.kind == super::ImportKind::Collection)
        .map(|item| (item.id.clone(), item.title.clone()))
        .collect();
    let mut report = ImportReport::default();
    for (index, entry) in entries.into_iter().enumerate() {
        let origin = format!("item {}", index.saturating_add(1));
        match entry {
            Ok(mut item) => {
                item.collection_title = item
                    .collection
                    .as_ref()
                    .and_then(|id| names.get(id))
                    .cloned();
                report.take(import_item(origin, item));
            }
            Err(error) => report.problem(
                &origin,
                ProblemCode::InvalidValue,
                format!("{error}; left out"),
            ),
        }
    }
    report.mark_duplicates()
}

/// The neutral item of an exported one.
pub(super) fn import_item(origin: String, item: ExportItem) -> ImportItem {
    let source = Some(item.source).filter(Value::is_object);
    ImportItem {
        origin,
        id: Some(item.id).filter(|id| !id.is_empty()),
        kind: item.kind,
        title: item.title,
        body: item.body,
        tags: item.tags,
        meta: item.meta,
        note: item.note,
        description: item.description,
        source_url: source.as_ref().and_then(source_url),
        source,
        favourite: item.favourite,
        collection: item.collection_title,
        collection_id: item.collection,
        created_at: Some(item.created_at).filter(|at| *at > 0),
        updated_at: Some(item.updated_at).filter(|at| *at > 0),
        deleted_at: item.deleted_at,
        uses: item.uses,
        edited: item.edited,
        archived: item.archived,
        versions: item.versions,
        variables: Variable::list(&item.variables),
        variables_json: Some(item.variables).filter(Value::is_array),
        execution: Some(item.execution).filter(Value::is_object),
        ..ImportItem::default()
    }
}

pub(super) fn source_url(source: &Value) -> Option<String> {
    let url = source.get("url").and_then(Value::as_str)?;
    Some(url.to_owned()).filter(|url| url.starts_with("https://") || url.starts_with("http://"))
}
