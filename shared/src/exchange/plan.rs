//! From what was read to what is sent: duplicates, collections, documents, requests. Pure: ids come from the caller, and nothing is sent here.

use super::item::{ImportItem, ImportKind};
use crate::ids::{DocId, Millis, OpId};
use crate::library::document::{Field, Kind};
use crate::library::lifecycle::PastVersion;
use crate::library::limits;
use crate::library::wire::CreateDocument;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Most documents in a request.
pub const BATCH: usize = 100;
/// Largest request of several documents, in bytes of JSON: a mebibyte with room for what is around it.
pub const BATCH_BYTES: usize = 1_000_000;
/// Largest document that is sent with its whole history, and largest part of a longer one, in bytes of JSON: far below what a server takes.
pub const PART_BYTES: usize = 3_000_000;

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
    /// Tags for all.
    pub tags: Vec<String>,
}

/// One request of an import.
#[derive(Clone, Debug, PartialEq)]
pub enum Sending {
    /// Documents to make.
    Documents(Vec<CreateDocument>),
    /// More of the history of one that was made before.
    History(DocId, Vec<PastVersion>),
}

impl Sending {
    /// What of it a person is told: its documents, and a part of a history as one more.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Documents(documents) => documents.len(),
            Self::History(..) => 1,
        }
    }
}

/// Marks items that stand twice in the files. What comes from one of our libraries is known by its id: two documents of it are two,
/// whatever their texts, and of one in several exports the one that was edited last is no duplicate. Anything else is known by its text,
/// and is a duplicate of what stood before; one without letters never is.
#[must_use]
pub fn entries(items: Vec<ImportItem>) -> Vec<Entry> {
    let nothing = crate::capture::fingerprint::fingerprint("");
    let newest = newest(&items);
    let mut texts = BTreeSet::new();
    let mut entry = |(index, item): (usize, ImportItem)| {
        let of_id = item.id.as_ref().and_then(|id| newest.get(id));
        let older = of_id.is_some_and(|newest| *newest != index);
        let plain = item.kind != ImportKind::Collection && item.fingerprint != nothing;
        let known = plain && !older && !texts.insert((item.kind, item.fingerprint.clone()));
        Entry {
            in_file: older || (known && item.id.is_none()),
            item,
            in_library: false,
        }
    };
    items.into_iter().enumerate().map(&mut entry).collect()
}

/// By its id, the place of each that was edited last: the first of those that are as new.
fn newest(items: &[ImportItem]) -> BTreeMap<String, usize> {
    let mut places: BTreeMap<String, (Option<Millis>, usize)> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let Some(id) = &item.id else { continue };
        let this = (item.updated_at, index);
        let place = places.entry(id.clone()).or_insert(this);
        if item.updated_at > place.0 {
            *place = this;
        }
    }
    let place = |(id, (_, index))| (id, index);
    places.into_iter().map(place).collect()
}

/// Whether an entry comes in.
#[must_use]
pub fn comes(entry: &Entry, options: &Options) -> bool {
    options.everything || !(entry.in_file || entry.in_library)
}

/// Whether it is outside the trash.
fn lives(item: &ImportItem) -> bool {
    item.deleted_at.is_none()
}

/// Collections of the files and of the library, and which documents they became.
struct Collections {
    /// By the id that they had in one of our libraries.
    ids: BTreeMap<String, DocId>,
    /// By title, outside the trash: the first of the files, else that of the library.
    titles: BTreeMap<String, DocId>,
    /// Those of the library that no collection of the files was found to be.
    free: BTreeMap<String, VecDeque<DocId>>,
}

impl Collections {
    fn of(known: &[(String, DocId)]) -> Self {
        let mut free: BTreeMap<String, VecDeque<DocId>> = BTreeMap::new();
        for (title, id) in known {
            let title = title.trim().to_owned();
            free.entry(title).or_default().push_back(*id);
        }
        Self {
            ids: BTreeMap::new(),
            titles: BTreeMap::new(),
            free,
        }
    }

    /// Whether a collection that the files describe was met before: by its id, else by its title.
    fn met(&self, item: &ImportItem) -> bool {
        match &item.id {
            Some(id) => self.ids.contains_key(id),
            None => lives(item) && self.titles.contains_key(item.title.trim()),
        }
    }

    /// One of the library with this title that stands for none yet. What lies in the trash is none of the library's.
    fn take(&mut self, item: &ImportItem) -> Option<DocId> {
        let free = self.free.get_mut(item.title.trim())?;
        lives(item).then(|| free.pop_front()).flatten()
    }

    fn keep(&mut self, item: &ImportItem, id: DocId) {
        if let Some(old) = &item.id {
            self.ids.insert(old.clone(), id);
        }
        if lives(item) {
            let title = item.title.trim().to_owned();
            self.titles.entry(title).or_insert(id);
        }
    }

    /// That of a document: by the id where the file has it, else by the title.
    fn of_document(&self, item: &ImportItem) -> Option<DocId> {
        let by_id = item.collection_id.as_ref().and_then(|id| self.ids.get(id));
        let title = item.collection.as_deref().map(str::trim);
        let title = title.filter(|title| !title.is_empty());
        let by_title = || self.titles.get(title?);
        by_id.or_else(by_title).copied()
    }
}

/// The documents to make: collections first. A collection of the library is taken for one of the files with the same title, each for
/// one at most; `known` has title and id of each.
pub fn documents(
    entries: &[Entry],
    options: &Options,
    known: &[(String, DocId)],
    now: Millis,
    mut mint: impl FnMut() -> (OpId, DocId),
) -> Vec<CreateDocument> {
    let chosen = entries.iter().filter(|entry| comes(entry, options));
    let chosen: Vec<&ImportItem> = chosen.map(|entry| &entry.item).collect();
    let (described, others): (Vec<&ImportItem>, Vec<&ImportItem>) = chosen
        .into_iter()
        .partition(|item| item.kind == ImportKind::Collection);
    let mut collections = Collections::of(known);
    let mut out = Vec::new();
    let mut make = |collections: &mut Collections, item: &ImportItem| {
        let id = collections.take(item).unwrap_or_else(|| {
            let ids = mint();
            let (kind, tags) = (Kind::Collection, &options.tags);
            out.push(document(item, kind, ids, None, now, tags));
            ids.1
        });
        collections.keep(item, id);
    };
    // Collections that the files describe come with their description, whatever names them first.
    for item in described {
        if !collections.met(item) {
            make(&mut collections, item);
        }
    }
    for item in &others {
        let title = item.collection.as_deref().unwrap_or_default().trim();
        if !title.is_empty() && collections.of_document(item).is_none() {
            let named = ImportItem {
                title: title.to_owned(),
                id: item.collection_id.clone(),
                ..ImportItem::default()
            };
            make(&mut collections, &named);
        }
    }
    for item in others {
        let own = match item.kind {
            ImportKind::Snippet => Kind::Snippet,
            ImportKind::Prompt | ImportKind::Collection => Kind::Prompt,
        };
        let kind = options.kind.unwrap_or(own);
        let collection = collections.of_document(item);
        out.push(document(item, kind, mint(), collection, now, &options.tags));
    }
    out
}

/// The values of its fields, as far as it has any.
fn fields(
    item: &ImportItem,
    kind: Kind,
    collection: Option<DocId>,
    now: Millis,
) -> BTreeMap<Field, Value> {
    let text = |text: &String| Some(Value::from(text.clone())).filter(|_| !text.is_empty());
    let described = || serde_json::to_value(&item.variables).ok();
    let variables = item.variables_json.clone();
    let variables = variables.or_else(|| described().filter(|_| !item.variables.is_empty()));
    let source = item.source.clone().filter(Value::is_object);
    let url = item.source_url.as_ref();
    let plain = url.map(|url| json!({"url": url, "site": host(url)}));
    let values = [
        (
            Field::CreatedAt,
            Some(item.created_at.unwrap_or(now).into()),
        ),
        (Field::Title, text(&item.title)),
        (Field::Note, text(&item.note)),
        (Field::Description, text(&item.description)),
        (Field::Favourite, item.favourite.then(|| true.into())),
        (
            Field::Collection,
            collection.map(|id| id.to_string().into()),
        ),
        (Field::DeletedAt, item.deleted_at.map(Value::from)),
        (Field::Variables, variables),
        (
            Field::Execution,
            item.execution.clone().filter(|_| kind == Kind::Prompt),
        ),
        (Field::Source, source.or(plain)),
    ];
    let held = |(field, value): (Field, Option<Value>)| Some((field, value?));
    values.into_iter().filter_map(held).collect()
}

/// The host of an address, without `www.`.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.trim_start_matches("www.")
}

fn document(
    item: &ImportItem,
    kind: Kind,
    ids: (OpId, DocId),
    collection: Option<DocId>,
    now: Millis,
    more: &[String],
) -> CreateDocument {
    let mut tags = item.tags.clone();
    for tag in more {
        if kind != Kind::Collection && !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    let text = |(name, value): (&String, &String)| (name.clone(), Value::from(value.as_str()));
    let prompt = kind == Kind::Prompt;
    let mut history = item.versions.clone();
    if !prompt {
        history.iter_mut().for_each(unpublish);
    }
    CreateDocument {
        op_id: Some(ids.0),
        id: Some(ids.1),
        set: fields(item, kind, collection, now),
        tags,
        meta: item.meta.iter().map(text).collect(),
        body: item.body.clone(),
        history,
        archived: item.archived && prompt,
        edited: item.edited && prompt,
        updated_at: item.updated_at,
        uses: item.uses,
        ..CreateDocument::new(kind)
    }
}

/// Of a prompt that becomes something else: only a prompt is published.
fn unpublish(version: &mut PastVersion) {
    version.published = false;
    version.published_at = None;
    version.note.clear();
}

fn size(value: &impl serde::Serialize) -> usize {
    let text = serde_json::to_string(value).unwrap_or_default();
    text.len().saturating_add(1)
}

/// Cuts documents into requests within all limits. One that is too large, or has too many versions, goes without its history, which
/// follows in parts.
#[must_use]
pub fn requests(documents: Vec<CreateDocument>) -> Vec<Sending> {
    let mut out: Vec<Sending> = Vec::new();
    let (mut bytes, mut versions) = (0usize, 0usize);
    for mut document in documents {
        let mut size = size(&document);
        let large = size > PART_BYTES || document.history.len() > limits::IMPORT_VERSIONS;
        let parts = match large {
            true => parts(&mut document),
            false => Vec::new(),
        };
        let mut many = document.history.len();
        if let Some(Sending::Documents(batch)) = out.last_mut()
            && batch.len() < BATCH
            && bytes.saturating_add(size) <= BATCH_BYTES
            && versions.saturating_add(many) <= limits::IMPORT_VERSIONS
        {
            batch.push(document);
            size = size.saturating_add(bytes);
            many = many.saturating_add(versions);
        } else {
            out.push(Sending::Documents(vec![document]));
        }
        (bytes, versions) = (size, many);
        out.extend(parts);
    }
    out
}

/// Takes so much of a history out of its document that the rest can be sent; gives what was taken, in parts, the newest first. With the
/// document stay its newest version and the one that was published last, for they say where it stands.
fn parts(document: &mut CreateDocument) -> Vec<Sending> {
    let Some(id) = document.id else {
        return Vec::new();
    };
    let mut history = std::mem::take(&mut document.history);
    let mut number = 0_u64;
    for version in &mut history {
        number = version.number.unwrap_or(number.saturating_add(1));
        version.number = Some(number);
    }
    let last = history.last().and_then(|version| version.number);
    let published = history.iter().rfind(|version| version.published);
    let published = published.and_then(|version| version.number);
    let stays = |version: &PastVersion| version.number == last || version.number == published;
    let (whole, rest): (Vec<_>, Vec<_>) = history.into_iter().partition(stays);
    document.history = whole;
    let mut out: Vec<Vec<PastVersion>> = Vec::new();
    let mut bytes = 0usize;
    for version in rest.into_iter().rev() {
        let size = size(&version);
        match out.last_mut() {
            Some(part)
                if bytes.saturating_add(size) <= PART_BYTES
                    && part.len() < limits::IMPORT_VERSIONS =>
            {
                part.push(version);
                bytes = bytes.saturating_add(size);
            }
            _ => {
                out.push(vec![version]);
                bytes = size;
            }
        }
    }
    let part = |mut versions: Vec<PastVersion>| {
        versions.reverse();
        Sending::History(id, versions)
    };
    out.into_iter().map(part).collect()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
