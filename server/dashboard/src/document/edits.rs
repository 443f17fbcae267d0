//! Edits of a document that are sent at once: fields, tags, a settled conflict, the trash. Not its texts: those wait for a pause.

use super::control::{Control, Said, Saving};
use super::draft::Draft;
use crate::platform;
use krowoc_shared::ids::OpId;
use krowoc_shared::library::document::Field;
use krowoc_shared::library::wire::{EditDocument, Written};
use krowoc_shared::sync::wire::TagEdit;
use krowoc_ui::api::Client;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{common, document as words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::collections::BTreeMap;

impl Control {
    /// Sets fields or tags at once.
    pub fn set(self, set: BTreeMap<Field, Value>, tags: TagEdit, resolves: Vec<OpId>) {
        let edit = EditDocument {
            op_id: Some(platform::op_id()),
            set,
            tags,
            resolves,
            ..EditDocument::default()
        };
        self.send(edit);
    }

    /// Sends an edit at once. What the server answers is shown; an error is said.
    pub fn send(self, edit: EditDocument) {
        spawn_local(async move {
            match Client.patch::<Written>(&self.at(""), &edit).await {
                Ok(written) => {
                    if let Some(violation) = written.result.violation {
                        self.app.toasts.say(
                            Glyph::Alert,
                            format!("{}: {}", common::NOT_SAVED, violation.message),
                        );
                    }
                    self.draft
                        .try_update(|draft| draft.receive(&written.document));
                    self.document.try_set(Some(written.document));
                    self.app.refresh_overview();
                }
                Err(error) => self.app.failed(&error),
            }
        });
    }

    /// Settles a conflict with a text.
    pub fn resolve(self, text: String, conflict: OpId) {
        let base_rev = self.draft.with_untracked(|draft| draft.base_rev);
        let body = Some(krowoc_shared::sync::wire::BodyEdit { base_rev, text });
        let edit = EditDocument {
            op_id: Some(platform::op_id()),
            body,
            resolves: vec![conflict],
            ..EditDocument::default()
        };
        spawn_local(async move {
            match Client.patch::<Written>(&self.at(""), &edit).await {
                Ok(written) => {
                    self.draft.try_set(Draft::new(&written.document));
                    self.versions.try_update(|n| *n = n.saturating_add(1));
                    self.document.try_set(Some(written.document));
                    self.said.try_set(Said::Nothing);
                    self.saving.try_set(Saving::Saved(platform::now()));
                    self.pushed.try_update(|n| *n = n.wrapping_add(1));
                    self.app.toasts.say(Glyph::Check, words::SETTLED);
                    self.app.refresh_overview();
                }
                Err(error) => self.app.failed(&error),
            }
        });
    }

    /// To the trash or out of it, with a way back.
    pub fn trash(self, there: bool) {
        let value = |there: bool| {
            if there {
                Value::from(platform::now())
            } else {
                Value::Null
            }
        };
        let put = move |there: bool| {
            self.set(
                BTreeMap::from([(Field::DeletedAt, value(there))]),
                TagEdit::default(),
                Vec::new(),
            )
        };
        put(there);
        let (glyph, text) = if there {
            (Glyph::Trash, words::TRASHED)
        } else {
            (Glyph::Undo, words::RESTORED)
        };
        self.app.toasts.undoable(glyph, text, move || put(!there));
    }
}
