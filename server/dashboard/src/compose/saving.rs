//! Sends what the editor has. Not the editor.

use super::kept::{Made, Slot};
use super::{Write, editor};
use crate::app::App;
use crate::platform;
use crate::route::Route;
use crate::teams::enter;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::execution::settings::ExecutionSettings;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Field;
use krowoc_shared::library::wire::{DocumentView, Written};
use krowoc_shared::sync::wire::Outcome;
use krowoc_ui::api::{ApiError, Client, Place};
use krowoc_ui::editor::{self as pen, Changes, Form, Word, settings};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::editor as words;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The saving of one layer.
#[derive(Clone, Copy)]
pub(super) struct Saving {
    pub(super) app: App,
    pub(super) what: Write,
    /// The library of a document that is there.
    place: Place,
    /// What a new document is sent as, and with which text: sent again unchanged, it is made once.
    made: StoredValue<Option<(Form, Made)>, LocalStorage>,
    /// The revision of the text that was begun with, and how the document is run.
    base: StoredValue<(u64, ExecutionSettings), LocalStorage>,
    /// Why it could not be saved.
    pub(super) trouble: RwSignal<Option<String>>,
}

impl Saving {
    pub(super) fn new(app: App, what: Write) -> Self {
        Self {
            app,
            what,
            place: Client.here(),
            made: StoredValue::new_local(None),
            base: StoredValue::new_local((0, ExecutionSettings::default())),
            trouble: RwSignal::new(None),
        }
    }

    /// Whether the layer was left meanwhile: then another may be there.
    fn is_gone(self) -> bool {
        self.trouble.try_get_untracked().is_none()
    }

    /// Where a document is read and changed.
    pub(super) fn path(self, id: DocId) -> String {
        self.place.path(&format!("/library/{id}"))
    }

    /// A document is here: the revision of its text that is edited, and how it is run.
    pub(super) fn begin(self, rev: u64, run: ExecutionSettings) {
        self.base.set_value((rev, run));
    }

    pub(super) fn base(self) -> (u64, ExecutionSettings) {
        self.base.try_get_value().unwrap_or_default()
    }

    /// A draft is here, with what it is sent as.
    pub(super) fn draft(self, form: &Form, made: Made) {
        self.made.set_value(Some((form.clone(), made)));
    }

    /// What a text is sent as.
    pub(super) fn made(self, form: &Form) -> Made {
        let made = match self.made.try_get_value().flatten() {
            Some((before, made)) if before == *form => return made,
            Some((before, made)) => made.again(&before, form),
            None => Made::new(),
        };
        self.made.try_set_value(Some((form.clone(), made)));
        made
    }

    /// Saves, unless something is wrong with it.
    pub(super) fn save(self) {
        if editor().busy.now() {
            return;
        }
        editor().settle();
        let (form, before) = (editor().now(), editor().before());
        let (rev, run) = self.base();
        let new = matches!(self.what, Write::New(_));
        let before = match self.what {
            Write::New(_) => Form::new(form.kind),
            Write::Edit(_) => before,
        };
        let changes = form.changes(&before, &run);
        let wrong = editor().wrong(&form, new);
        if !new && wrong.is_none() && changes.is_empty() {
            // Nothing is to be kept of what makes no difference.
            editor().begin(&before);
            return self.app.overlay.set(None);
        }
        let wrong = wrong.map(|wrong| words::say(Word::Wrong(wrong)));
        let broken = changes.check(form.kind).err().map(|it| it.message);
        let refused = wrong.or(broken).map(|rule| words::broken(&rule));
        self.trouble.set(refused.clone());
        if refused.is_some() {
            return;
        }
        pen::saves(editor());
        spawn_local(async move {
            let answer = match self.what {
                Write::New(_) => self.make(&form, changes).await,
                Write::Edit(id) => {
                    let edit = changes.edit(platform::op_id(), rev);
                    Client.patch::<Written>(&self.path(id), &edit).await
                }
            };
            if !self.is_gone() {
                editor().busy.set(false);
            }
            self.answered(&form, answer);
        });
    }

    async fn make(self, form: &Form, changes: Changes) -> Result<Written, ApiError> {
        let Made { id, op } = self.made(form);
        let mut make = changes.create(op, id, form.kind);
        make.set.insert(Field::CreatedAt, platform::now().into());
        let place = Client.library(form.space);
        let answer = Client.post::<Written>(&place.path("/library"), &make).await;
        match answer {
            Err(error) if error.code() == Some(ErrorCode::AlreadyExists) => {
                // An earlier text of this draft has arrived, from here or from another tab: this one takes its place.
                let path = place.path(&format!("/library/{id}"));
                let there = Client.get::<DocumentView>(&path).await?.document;
                let changes = form.changes(&Form::of(&there), &settings(&there));
                let edit = changes.edit(platform::op_id(), there.body.rev);
                Client.patch::<Written>(&path, &edit).await
            }
            answer => answer,
        }
    }

    fn answered(self, form: &Form, answer: Result<Written, ApiError>) {
        // With the layer gone there is no other place to say it; what was written is kept.
        let gone = self.is_gone();
        let written = match answer {
            Ok(written) => written,
            Err(error) => {
                if gone || error.signed_out() {
                    self.app.failed(&error);
                }
                self.trouble.try_set(Some(error.sentence()));
                return;
            }
        };
        if let Some(violation) = written.result.violation {
            let said = words::broken(&violation.message);
            if gone {
                self.app.toasts.say(Glyph::Alert, said.clone());
            }
            self.trouble.try_set(Some(said));
            return;
        }
        // Nothing is lost by leaving any more.
        if gone {
            if let Some(slot) = Slot::of(self.what) {
                slot.saved(form);
            }
        } else {
            editor().begin(form);
            self.app.overlay.set(None);
        }
        self.app.refresh_overview();
        let (glyph, said) = match written.result.outcome {
            Outcome::ConflictCopy => (Glyph::Alert, words::BOTH_KEPT),
            _ => (Glyph::Check, words::SAVED),
        };
        self.app.toasts.say(glyph, said);
        if matches!(self.what, Write::New(_)) && !gone {
            let own = Client.session().map(|session| session.space);
            if let Some(space) = form.space.or(own) {
                enter(self.app, space);
            }
            self.app.nav.go(Route::Document(written.document.id));
        }
    }
}
