//! An earlier version brought back whole: its text and all that it holds beside it. Not what a person types: that waits for a pause.

use super::control::{Control, Saving};
use super::draft::Draft;
use crate::app::App;
use crate::platform;
use crate::route::Route;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Document, Field};
use krowoc_shared::library::lifecycle::Snapshot;
use krowoc_shared::library::wire::{DocumentView, EditDocument, Version, Written};
use krowoc_shared::sync::wire::BodyEdit;
use krowoc_ui::api::{ApiError, Client, Place};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, document as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

/// What comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    text: String,
    /// Not of the side of a conflict: that is a text alone.
    title: Option<String>,
    snapshot: Option<Snapshot>,
}

impl Held {
    /// As a version has it.
    pub fn of_version(version: &Version) -> Self {
        Self {
            text: version.text.clone(),
            title: (!version.aside).then(|| version.title.clone()),
            snapshot: version.snapshot.clone(),
        }
    }

    /// As a document is.
    fn of_document(document: &Document) -> Self {
        Self {
            text: document.body.text.clone(),
            title: Some(document.title().to_owned()),
            snapshot: Some(Snapshot::of(document)),
        }
    }

    /// What is said of it: that all is back, or how much a version holds.
    fn said(&self) -> &'static str {
        match (&self.title, &self.snapshot) {
            (_, Some(_)) => words::VERSION_RESTORED,
            (Some(_), None) => words::VERSION_TEXT_RESTORED,
            (None, None) => words::SIDE_RESTORED,
        }
    }

    /// The edit that makes a document so, of what is otherwise in it.
    fn edit(&self, document: &Document) -> EditDocument {
        let title = self.title.as_deref().map(Value::from);
        let snapshot = self.snapshot.clone();
        let held = snapshot.map(|it| {
            [
                (Field::Description, Value::from(it.description)),
                (Field::Variables, it.variables),
                (Field::Execution, it.execution),
            ]
        });
        let values = title.map(|title| (Field::Title, title)).into_iter();
        let values = values.chain(held.into_iter().flatten());
        let unset = |value: &Value| value.as_str().is_some_and(str::is_empty);
        let differs = |(field, value): &(Field, Value)| {
            let now = document.value(*field);
            now != value && !(now.is_null() && unset(value))
        };
        let text = self.text.clone();
        let body = (document.body.text != text).then_some(BodyEdit {
            base_rev: document.body.rev,
            text,
        });
        EditDocument {
            set: values.filter(differs).collect(),
            body,
            ..EditDocument::default()
        }
    }
}

/// The edit as it is sent.
fn request(held: &Held, document: &Document) -> EditDocument {
    EditDocument {
        op_id: Some(platform::op_id()),
        ..held.edit(document)
    }
}

/// The document after an edit, or why it is not done.
fn written(answer: Result<Written, ApiError>) -> Result<Document, String> {
    let written = answer.map_err(|error| error.sentence())?;
    match written.result.violation {
        None => Ok(written.document),
        Some(violation) => Err(violation.message),
    }
}

fn refused(app: App, why: &str) {
    let text = format!("{}: {why}", common::NOT_SAVED);
    app.toasts.say(Glyph::Alert, text);
}

impl Control {
    /// Brings a version back, once all that is on the page is saved; with a way back from there.
    pub fn bring_back(self, held: Held) {
        self.save_and(move |()| {
            let Some(document) = self.document.get_untracked() else {
                return;
            };
            let (before, said) = (Held::of_document(&document), held.said());
            let undo = move || self.put(before.clone(), |()| {});
            self.put(held.clone(), move |()| {
                self.app.toasts.undoable(Glyph::History, said, undo);
            });
        });
    }

    fn put(self, held: Held, done: impl FnOnce(()) + 'static) {
        let Some(document) = self.document.get_untracked() else {
            return;
        };
        let edit = request(&held, &document);
        spawn_local(async move {
            match written(Client.patch::<Written>(&self.at(""), &edit).await) {
                Ok(document) => {
                    self.draft.try_set(Draft::new(&document));
                    self.versions.try_update(|n| *n = n.saturating_add(1));
                    self.document.try_set(Some(document));
                    self.saving.try_set(Saving::Saved(platform::now()));
                    self.pushed.try_update(|n| *n = n.wrapping_add(1));
                    self.app.refresh_overview();
                    done(());
                }
                Err(why) => refused(self.app, &why),
            }
        });
    }
}

/// Brings a version back from its own page, and goes to the document.
pub fn from_page(app: App, place: Place, id: DocId, held: Held) {
    let path = place.path(&format!("/library/{id}"));
    spawn_local(async move {
        let before = match Client.get::<DocumentView>(&path).await {
            Ok(view) => view.document,
            Err(error) => return app.failed(&error),
        };
        match written(Client.patch(&path, &request(&held, &before)).await) {
            Ok(after) => {
                app.refresh_overview();
                app.nav.go(Route::Document(id));
                let undo = move || {
                    let edit = request(&Held::of_document(&before), &after);
                    let path = path.clone();
                    spawn_local(async move {
                        if let Err(why) = written(Client.patch(&path, &edit).await) {
                            refused(app, &why);
                        }
                    });
                };
                app.toasts.undoable(Glyph::History, held.said(), undo);
            }
            Err(why) => refused(app, &why),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use krowoc_shared::hlc::Hlc;
    use krowoc_shared::ids::OpId;
    use krowoc_shared::library::document::{Kind, Register};
    use serde_json::json;

    fn document(fields: &[(Field, Value)], text: &str) -> Document {
        let mut document = Document::new(DocId::mint(1, [1; 10]), Kind::Prompt);
        for (field, value) in fields {
            let register = Register {
                value: value.clone(),
                hlc: Hlc::default(),
                op: OpId::mint(1, [1; 10]),
            };
            document.fields.insert(*field, register);
        }
        document.body.text = text.to_owned();
        document.body.rev = 7;
        document
    }

    #[test]
    fn a_whole_version_brings_back_what_differs_and_nothing_else() {
        let now = document(
            &[
                (Field::Title, json!("Judge")),
                (Field::Execution, json!({"model": "groq/b"})),
            ],
            "later",
        );
        let held = Held {
            text: "first".into(),
            title: Some("Judge".into()),
            snapshot: Some(Snapshot {
                variables: json!([{"name": "who"}]),
                ..Snapshot::default()
            }),
        };
        let edit = held.edit(&now);
        let expected = [
            (Field::Variables, json!([{"name": "who"}])),
            (Field::Execution, Value::Null),
        ];
        assert_eq!(edit.set, expected.into());
        let body = edit.body.unwrap();
        assert_eq!((body.base_rev, body.text.as_str()), (7, "first"));
    }

    #[test]
    fn what_a_version_does_not_hold_stays_as_it_is() {
        let now = document(&[(Field::Description, json!("mine"))], "same");
        let held = Held {
            text: "same".into(),
            title: Some(String::new()),
            snapshot: None,
        };
        let edit = held.edit(&now);
        assert!(edit.set.is_empty() && edit.body.is_none());
        let all = Held::of_document(&now);
        assert_eq!(all.edit(&now).set.len(), 0);
    }
}
