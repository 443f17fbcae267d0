//! Publishing and archiving what is marked, all at once. Not the steps of one prompt on its own page.

use super::control::Control;
use crate::frame::Choice;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::lifecycle::Status;
use krowoc_shared::library::wire::{BulkEdit, BulkStep, Summary};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::{document, library as words};
use leptos::prelude::Update;
use std::collections::BTreeSet;

/// The steps with their keys in menus.
const STEPS: [(&str, BulkStep, &str); 3] = [
    ("publish", BulkStep::Publish, document::PUBLISH),
    ("archive", BulkStep::Archive, document::ARCHIVE),
    ("unarchive", BulkStep::Unarchive, document::UNARCHIVE),
];

/// The steps as a menu has them.
pub fn steps() -> Vec<Choice> {
    let choice = |(key, _, label): (&str, BulkStep, &str)| Choice {
        key: key.to_owned(),
        label: label.to_owned(),
        count: None,
    };
    STEPS.map(choice).into()
}

fn applies(step: BulkStep, row: &Summary) -> bool {
    let right = match step {
        BulkStep::Publish => row.status == Status::Draft,
        BulkStep::Archive => row.status != Status::Archived,
        BulkStep::Unarchive => row.status == Status::Archived,
    };
    right && row.kind == Kind::Prompt
}

fn edit(step: BulkStep) -> BulkEdit {
    BulkEdit {
        step: Some(step),
        ..BulkEdit::default()
    }
}

impl Control {
    /// Takes each marked prompt that can take it one step on. Undo turns the archive around; what is published stays published.
    pub fn publish_or_archive(self, key: &str) {
        let Some((_, step, _)) = STEPS.into_iter().find(|it| it.0 == key) else {
            return;
        };
        let rows = self.targets().into_iter();
        let ids: Vec<DocId> = rows
            .filter(|row| applies(step, row))
            .map(|row| row.id)
            .collect();
        if ids.is_empty() {
            self.app.toasts.say(Glyph::Info, words::NO_STEP);
            return;
        }
        let count = u64::try_from(ids.len()).unwrap_or(0);
        let (back, text) = match step {
            BulkStep::Publish => {
                self.send(ids, edit(step), Some(words::published));
                return;
            }
            BulkStep::Archive => (BulkStep::Unarchive, words::archived(count)),
            BulkStep::Unarchive => (BulkStep::Archive, words::unarchived(count)),
        };
        let marked: BTreeSet<DocId> = ids.iter().copied().collect();
        self.list.update(|list| {
            list.edit(&marked, |row| {
                row.status = match (step, row.published) {
                    (BulkStep::Archive, _) => Status::Archived,
                    (_, true) => Status::Published,
                    (_, false) => Status::Draft,
                };
            });
        });
        self.send(ids.clone(), edit(step), None);
        self.app.toasts.undoable(Glyph::Box, text, move || {
            self.send(ids.clone(), edit(back), None);
        });
    }
}
