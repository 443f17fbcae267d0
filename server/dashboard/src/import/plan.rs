//! From what was read to what is sent: duplicates, documents, collections, batches. Pure: ids come from the caller.

use krowoc_shared::exchange::{ImportItem, ImportKind};
use krowoc_shared::ids::{DocId, Millis, OpId};
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::wire::CreateDocument;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Most documents in a batch.
pub const BATCH: usize = 100;
/// Largest batch, in bytes of JSON: a mebibyte with room for what is around it.
pub const BATCH_BYTES: usize = 1_000_000;

/// An item with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What was read.
    pub item: ImportItem,
    /// It stood in these files before.
    pub in_file: bool,
    /// The library has it.
    pub in_library: bool,
}

/// What a person chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Duplicates come in too.
    pub everything: bool,
    /// Another kind than in the file.
    pub kind: Option<Kind>,
    /// A tag for all.
    pub tag: String,
}

/// Marks items that stood before in any of the files; a text without letters is never a duplicate.
#[must_use]
pub fn entries(items: Vec<ImportItem>) -> Vec<Entry> {
    let nothing = krowoc_shared::capture::fingerprint::fingerprint("");
    let mut seen = BTreeSet::new();
    items
        .into_iter()
        .map(|item| {
            let plain = item.kind != ImportKind::Collection && item.fingerprint != nothing;
            let in_file = plain && !seen.insert((item.kind, item.fingerprint.clone()));
            Entry {
                item,
                in_file,
                in_library: false,
            }
        })
        .collect()
}

/// Whether an entry comes in.
#[must_use]
pub fn comes(entry: &Entry, options: &Options) -> bool {
    options.everything || !(entry.in_file || entry.in_library)
}

/// The documents to make: collections first, those by a known title not again.
pub fn documents(
    entries: &[Entry],
    options: &Options,
    known: &BTreeMap<String, DocId>,
    now: Millis,
    mut mint: impl FnMut() -> (OpId, DocId),
) -> Vec<CreateDocument> {
    let mut titles = known.clone();
    let mut out = Vec::new();
    let chosen: Vec<&Entry> = entries
        .iter()
        .filter(|entry| comes(entry, options))
        .collect();
    let named = chosen.iter().filter_map(|entry| match entry.item.kind {
        ImportKind::Collection => Some((entry.item.title.trim(), Some(&entry.item))),
        _ => entry
            .item
            .collection
            .as_deref()
            .map(|title| (title.trim(), None)),
    });
    // Collections that the files describe come with their description, whatever names them first.
    let (mut described, mut plain): (Vec<_>, Vec<_>) = named.partition(|(_, item)| item.is_some());
    described.append(&mut plain);
    for (title, item) in described {
        if title.is_empty() || titles.contains_key(title) {
            continue;
        }
        let (op, id) = mint();
        titles.insert(title.to_owned(), id);
        let empty = ImportItem {
            title: title.to_owned(),
            ..ImportItem::default()
        };
        out.push(document(
            item.unwrap_or(&empty),
            Kind::Collection,
            (op, id),
            None,
            now,
            &options.tag,
        ));
    }
    for entry in chosen
        .iter()
        .filter(|entry| entry.item.kind != ImportKind::Collection)
    {
        let kind = options
            .kind
            .unwrap_or(if entry.item.kind == ImportKind::Snippet {
                Kind::Snippet
            } else {
                Kind::Prompt
            });
        let collection = entry
            .item
            .collection
            .as_deref()
            .and_then(|title| titles.get(title.trim()).copied());
        out.push(document(
            &entry.item,
            kind,
            mint(),
            collection,
            now,
            &options.tag,
        ));
    }
    out
}

fn document(
    item: &ImportItem,
    kind: Kind,
    ids: (OpId, DocId),
    collection: Option<DocId>,
    now: Millis,
    tag: &str,
) -> CreateDocument {
    let mut set = BTreeMap::from([(
        Field::CreatedAt,
        Value::from(item.created_at.unwrap_or(now)),
    )]);
    for (field, text) in [
        (Field::Title, &item.title),
        (Field::Note, &item.note),
        (Field::Description, &item.description),
    ] {
        if !text.is_empty() {
            set.insert(field, Value::from(text.clone()));
        }
    }
    if item.favourite {
        set.insert(Field::Favourite, Value::from(true));
    }
    if let Some(id) = collection {
        set.insert(Field::Collection, Value::from(id.to_string()));
    }
    if let Some(at) = item.deleted_at {
        set.insert(Field::DeletedAt, Value::from(at));
    }
    if !item.variables.is_empty() {
        set.insert(
            Field::Variables,
            serde_json::to_value(&item.variables).unwrap_or_default(),
        );
    }
    if let Some(execution) = item.execution.clone().filter(|_| kind == Kind::Prompt) {
        set.insert(Field::Execution, execution);
    }
    let source = item.source.clone().filter(Value::is_object);
    let plain = item
        .source_url
        .as_ref()
        .map(|url| json!({"url": url, "site": crate::document::host(url)}));
    if let Some(source) = source.or(plain) {
        set.insert(Field::Source, source);
    }
    let mut tags = item.tags.clone();
    for tag in krowoc_ui::tags::split_tags(tag) {
        if kind != Kind::Collection && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    CreateDocument {
        op_id: Some(ids.0),
        id: Some(ids.1),
        kind,
        set,
        tags,
        meta: item
            .meta
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect(),
        body: item.body.clone(),
        history: match kind {
            Kind::Prompt | Kind::Snippet => item.versions.clone(),
            Kind::Collection => Vec::new(),
        },
        archived: item.archived && kind == Kind::Prompt,
    }
}

/// Cuts documents into batches within both limits; one that is too large alone goes alone, and is refused alone.
#[must_use]
pub fn batches(documents: Vec<CreateDocument>) -> Vec<Vec<CreateDocument>> {
    let mut out: Vec<Vec<CreateDocument>> = Vec::new();
    let mut bytes = 0usize;
    for document in documents {
        let size = serde_json::to_string(&document)
            .map_or(0, |text| text.len())
            .saturating_add(1);
        match out.last_mut() {
            Some(batch) if batch.len() < BATCH && bytes.saturating_add(size) <= BATCH_BYTES => {
                batch.push(document);
                bytes = bytes.saturating_add(size);
            }
            _ => {
                out.push(vec![document]);
                bytes = size;
            }
        }
    }
    out
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
