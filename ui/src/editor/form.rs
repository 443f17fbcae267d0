//! What a person writes of a document, and what of it is new. Not its look, and not the saving.
//!
//! A page that only writes needs [`Form`] and its comparison; what makes an operation or a request of it is for who saves.

use krowoc_shared::error::Violation;
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::ids::{DocId, OpId, SpaceId};
use krowoc_shared::library::document::{Document, Field, Kind};
use krowoc_shared::library::wire::{CreateDocument, EditDocument};
use krowoc_shared::sync::server::validate;
use krowoc_shared::sync::wire::{BodyEdit, Op, TagEdit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A document as it is written: everything that the editor has a field for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What it is.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// What it is for.
    pub description: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Metadata: names, such as `category`, with their values. A name is there once.
    pub meta: Vec<(String, String)>,
    /// The collection it belongs to.
    pub collection: Option<DocId>,
    /// The person's own remark.
    pub note: String,
    /// The model that is chosen first, as it is typed: `provider/model`, or empty.
    pub model: String,
    /// The library of a new one: a team's, or one's own. One that is there stays where it is.
    pub space: Option<SpaceId>,
}

/// What differs between two states of a form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Fields.
    pub set: BTreeMap<Field, Value>,
    /// Tags.
    pub tags: TagEdit,
    /// Metadata; null takes a piece away.
    pub meta: BTreeMap<String, Value>,
    /// The text.
    pub body: Option<String>,
}

/// What is wrong with a form before anybody is asked to save it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Neither a title nor a text.
    Nothing,
    /// What is typed as the model has not the form `provider/model`.
    Model,
    /// A piece of metadata of one's own has a name and no value, or a value and no name.
    Half,
}

/// What is typed as a model is none: it has neither the form `provider/model`, nor is it empty.
pub(super) fn model_is_wrong(typed: &str) -> bool {
    let typed = typed.trim();
    !typed.is_empty() && ModelRef::parse(typed).is_none()
}

/// A text on one line, without space at its ends.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Tags that another list has not.
fn beside(tags: &[String], other: &[String]) -> Vec<String> {
    let new = tags.iter().filter(|tag| !other.contains(tag));
    new.cloned().collect()
}

impl Form {
    /// An empty one, for one's own library.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            title: String::new(),
            body: String::new(),
            description: String::new(),
            tags: Vec::new(),
            meta: Vec::new(),
            collection: None,
            note: String::new(),
            model: String::new(),
            space: None,
        }
    }

    /// A document as it is.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let model = settings(document).model;
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            title: document.title().to_owned(),
            body: document.body.text.clone(),
            description: document.text(Field::Description).to_owned(),
            tags: document.present_tags().map(str::to_owned).collect(),
            meta: document.metadata().map(own).collect(),
            collection: document.collection(),
            note: document.text(Field::Note).to_owned(),
            model: model.map(|model| model.to_string()).unwrap_or_default(),
            ..Self::new(document.kind)
        }
    }

    /// The value of a name of metadata, as it is typed; empty when there is none.
    #[must_use]
    pub fn piece(&self, name: &str) -> &str {
        let found = self.meta.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }

    /// Sets it.
    pub fn set_piece(&mut self, name: &str, value: String) {
        match self.meta.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value,
            None => self.meta.push((name.to_owned(), value)),
        }
    }

    /// Metadata as it is saved, by name.
    fn pieces(&self) -> Vec<(String, String)> {
        let pieces = self.meta.iter();
        let tidy = pieces.map(|(name, value)| (line(name), line(value)));
        let mut pieces: Vec<_> = tidy
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .collect();
        pieces.sort_unstable();
        pieces
    }

    /// Whether saving this and that would make the same document, wherever it is put.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let texts = |form: &Self| {
            let ends = [&form.title, &form.description, &form.note, &form.model];
            ends.map(|text| text.trim().to_owned())
        };
        texts(self) == texts(other)
            && self.kind == other.kind
            && self.body == other.body
            && self.collection == other.collection
            && self.tags.len() == other.tags.len()
            && beside(&self.tags, &other.tags).is_empty()
            && self.pieces() == other.pieces()
    }

    /// What is wrong with it; `new`: nothing of it is there yet.
    #[must_use]
    pub fn wrong(&self, new: bool) -> Option<Wrong> {
        if self.kind == Kind::Prompt && model_is_wrong(&self.model) {
            return Some(Wrong::Model);
        }
        let empty = self.title.trim().is_empty() && self.body.trim().is_empty();
        (new && empty).then_some(Wrong::Nothing)
    }

    /// What is new since `before`. `run`: how the document is run, of which only the model that is chosen first is written here. A prompt that
    /// allows some models allows that one as well.
    #[must_use]
    pub fn changes(&self, before: &Self, run: &ExecutionSettings) -> Changes {
        let mut set = BTreeMap::new();
        let texts = [
            (Field::Title, &self.title, &before.title),
            (Field::Description, &self.description, &before.description),
            (Field::Note, &self.note, &before.note),
        ];
        for (field, now, was) in texts {
            if now.trim() != was.trim() {
                set.insert(field, now.trim().into());
            }
        }
        if self.collection != before.collection {
            let id = self.collection.map(|id| Value::from(id.to_string()));
            set.insert(Field::Collection, id.unwrap_or_default());
        }
        if self.kind == Kind::Prompt && self.model.trim() != before.model.trim() {
            set.insert(Field::Execution, self.run(run));
        }
        let (now, was) = (self.pieces(), before.pieces());
        let gone = was
            .iter()
            .filter(|(name, _)| now.iter().all(|(other, _)| other != name));
        let mut meta: BTreeMap<String, Value> =
            gone.map(|(name, _)| (name.clone(), Value::Null)).collect();
        let put = now.iter().filter(|piece| !was.contains(piece));
        meta.extend(put.map(|(name, value)| (name.clone(), value.clone().into())));
        Changes {
            set,
            tags: TagEdit {
                add: beside(&self.tags, &before.tags),
                remove: beside(&before.tags, &self.tags),
            },
            meta,
            body: (self.body != before.body).then(|| self.body.clone()),
        }
    }

    fn run(&self, run: &ExecutionSettings) -> Value {
        let mut settings = run.clone();
        settings.choose(ModelRef::parse(self.model.trim()));
        match settings {
            usual if usual == ExecutionSettings::default() => Value::Null,
            own => serde_json::to_value(own).unwrap_or_default(),
        }
    }
}

/// How a document is run.
#[must_use]
pub fn settings(document: &Document) -> ExecutionSettings {
    ExecutionSettings::of(document.value(Field::Execution))
}

impl Changes {
    /// Nothing is new.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks every value as a server does.
    ///
    /// # Errors
    /// The first rule that a value breaks.
    pub fn check(&self, kind: Kind) -> Result<(), Violation> {
        let op = Op::new(OpId::mint(0, [0; 10]), DocId::mint(0, [0; 10]), kind);
        validate(&self.clone().put(op))
    }

    /// The operation with these changes. The base of its text is for whoever records it.
    #[must_use]
    pub fn put(self, mut op: Op) -> Op {
        op.set.extend(self.set);
        op.tags = self.tags;
        op.meta = self.meta;
        if let Some(text) = self.body {
            op.body = Some(BodyEdit { base_rev: 0, text });
        }
        op
    }

    /// The request that makes the document.
    #[must_use]
    pub fn create(self, op_id: OpId, id: DocId, kind: Kind) -> CreateDocument {
        CreateDocument {
            op_id: Some(op_id),
            id: Some(id),
            set: self.set,
            tags: self.tags.add,
            meta: self.meta,
            body: self.body.unwrap_or_default(),
            ..CreateDocument::new(kind)
        }
    }

    /// The request that edits it; `base_rev` is the revision of the text it was begun with.
    #[must_use]
    pub fn edit(self, op_id: OpId, base_rev: u64) -> EditDocument {
        let body = self.body.map(|text| BodyEdit { base_rev, text });
        EditDocument {
            op_id: Some(op_id),
            set: self.set,
            tags: self.tags,
            meta: self.meta,
            body,
            ..EditDocument::default()
        }
    }
}
