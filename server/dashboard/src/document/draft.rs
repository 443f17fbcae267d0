//! What a person has written and the server has not confirmed, and how it meets what others wrote. Pure; not the saving.

use krowoc_shared::library::document::{Document, Field};
use krowoc_shared::library::wire::EditDocument;
use krowoc_shared::sync::text::{Merge, merge};
use krowoc_shared::sync::wire::BodyEdit;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The texts of a document as a person edits them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Note.
    pub note: String,
    /// Body.
    pub body: String,
}

impl Texts {
    fn of(document: &Document) -> Self {
        Self {
            title: document.title().to_owned(),
            description: document.text(Field::Description).to_owned(),
            note: document.text(Field::Note).to_owned(),
            body: document.body.text.clone(),
        }
    }
}

/// A draft over the state it was begun from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// What the server had.
    pub base: Texts,
    /// The body revision of that.
    pub base_rev: u64,
    /// What is on the page.
    pub now: Texts,
}

/// What a state from the server did to the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The text is the same.
    Same,
    /// The page had nothing of its own and shows the new text.
    Taken,
    /// Both changes are in the text now.
    Merged,
    /// Both changed the same place: the page keeps its own until a person settles it.
    Both,
}

impl Draft {
    /// A draft without changes.
    #[must_use]
    pub fn new(document: &Document) -> Self {
        let base = Texts::of(document);
        Self {
            now: base.clone(),
            base,
            base_rev: document.body.rev,
        }
    }

    /// Whether anything is not confirmed.
    #[must_use]
    pub fn dirty(&self) -> bool {
        self.now != self.base
    }

    /// Whether the body is not confirmed.
    #[must_use]
    pub fn body_dirty(&self) -> bool {
        self.now.body != self.base.body
    }

    /// The edit that confirms everything; without ids.
    #[must_use]
    pub fn edit(&self) -> EditDocument {
        let mut set = BTreeMap::new();
        let texts = [
            (Field::Title, &self.base.title, &self.now.title),
            (
                Field::Description,
                &self.base.description,
                &self.now.description,
            ),
            (Field::Note, &self.base.note, &self.now.note),
        ];
        for (field, base, now) in texts {
            if base != now {
                set.insert(field, Value::from(now.clone()));
            }
        }
        let body = self.body_dirty().then(|| BodyEdit {
            base_rev: self.base_rev,
            text: self.now.body.clone(),
        });
        EditDocument {
            set,
            body,
            ..EditDocument::default()
        }
    }

    /// Takes in a state that came from elsewhere.
    pub fn receive(&mut self, document: &Document) -> Arrival {
        let theirs = Texts::of(document);
        self.fields(&theirs);
        if document.body.rev == self.base_rev && theirs.body == self.base.body {
            return Arrival::Same;
        }
        let clean = !self.body_dirty();
        match merge(&self.base.body, &self.now.body, &theirs.body) {
            Merge::Clean(text) => {
                let same = text == self.now.body;
                self.now.body = text;
                self.base.body = theirs.body;
                self.base_rev = document.body.rev;
                match (same, clean) {
                    (true, _) => Arrival::Same,
                    (false, true) => Arrival::Taken,
                    (false, false) => Arrival::Merged,
                }
            }
            Merge::Conflict => Arrival::Both,
        }
    }

    /// Takes in the answer to an edit that was sent from `sent`; the person may have written on since.
    /// When the answer and what was written since do not fit together, the base stays: the next save lets the server keep both.
    pub fn confirmed(&mut self, sent: &Texts, document: &Document) -> Arrival {
        let theirs = Texts::of(document);
        for (base, sent, theirs, now) in [
            (
                &mut self.base.title,
                &sent.title,
                &theirs.title,
                &mut self.now.title,
            ),
            (
                &mut self.base.description,
                &sent.description,
                &theirs.description,
                &mut self.now.description,
            ),
            (
                &mut self.base.note,
                &sent.note,
                &theirs.note,
                &mut self.now.note,
            ),
        ] {
            if now == sent {
                now.clone_from(theirs);
            }
            base.clone_from(theirs);
        }
        match merge(&sent.body, &self.now.body, &theirs.body) {
            Merge::Clean(text) => {
                let same = text == self.now.body;
                self.now.body = text;
                self.base.body = theirs.body;
                self.base_rev = document.body.rev;
                if same { Arrival::Same } else { Arrival::Merged }
            }
            Merge::Conflict => Arrival::Both,
        }
    }

    /// Fields are registers: the newer value wins, unless the person is editing it.
    fn fields(&mut self, theirs: &Texts) {
        for (base, now, theirs) in [
            (&mut self.base.title, &mut self.now.title, &theirs.title),
            (
                &mut self.base.description,
                &mut self.now.description,
                &theirs.description,
            ),
            (&mut self.base.note, &mut self.now.note, &theirs.note),
        ] {
            if now == base {
                now.clone_from(theirs);
            }
            base.clone_from(theirs);
        }
    }
}

/// Where the caret goes when a text is replaced under it; positions in UTF-16 units, as a text field counts.
#[must_use]
pub fn caret(old: &str, new: &str, at: u32) -> u32 {
    let units = |text: &str| {
        text.chars()
            .map(|c| if u32::from(c) > 0xffff { 2u32 } else { 1 })
            .sum::<u32>()
    };
    let same_start: String = old
        .chars()
        .zip(new.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a)
        .collect();
    let start = units(&same_start);
    if at <= start {
        return at;
    }
    let rest_old = old.get(same_start.len()..).unwrap_or_default();
    let rest_new = new.get(same_start.len()..).unwrap_or_default();
    let same_end: String = rest_old
        .chars()
        .rev()
        .zip(rest_new.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a)
        .collect();
    let (end, old_units, new_units) = (units(&same_end), units(old), units(new));
    let from_end = old_units.saturating_sub(at);
    if from_end <= end {
        new_units.saturating_sub(from_end)
    } else {
        start
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
