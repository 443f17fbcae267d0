//! A document at work: loads it, saves the draft, takes changes from elsewhere in. Not how it is drawn.

use super::draft::{Arrival, Draft, Texts};
use super::stored;
use crate::app::App;
use crate::navigation;
use crate::platform;
use crate::teams;
use crate::timing::Debounce;
use krowoc_shared::access::Action;
use krowoc_shared::error::ErrorCode;
use krowoc_shared::ids::{DocId, Millis};
use krowoc_shared::library::document::Document;
use krowoc_shared::library::limits;
use krowoc_shared::library::wire::{DocumentView, EditDocument, Written};
use krowoc_shared::sync::wire::Outcome;
use krowoc_ui::api::{ApiError, Client, Place};
use krowoc_ui::messages::document as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// How the draft stands with the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Saving {
    /// Nothing was changed.
    #[default]
    Clean,
    /// Changed, waiting for a pause.
    Unsaved,
    /// On its way.
    Sending,
    /// Confirmed.
    Saved(Millis),
    /// The server does not answer; tried again by itself.
    Offline,
    /// Refused; a person must change something.
    Refused(String),
}

/// What is said above the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// A draft of before is back.
    DraftBack,
    /// Taken from another device.
    Updated,
    /// Merged with another device's change.
    Merged,
    /// Both changed the same place.
    Both,
}

/// The page's document; cheap to copy.
#[derive(Clone, Copy)]
pub struct Control {
    /// The application.
    pub app: App,
    /// Which.
    pub id: DocId,
    /// The library that it lies in: what is written goes there, whichever is looked at by then.
    place: Place,
    /// As the server has it.
    pub document: RwSignal<Option<Document>>,
    /// Title of its collection, versions.
    pub versions: RwSignal<u64>,
    /// Number of the published version.
    pub published: RwSignal<Option<u64>>,
    /// Why it is not there.
    pub error: RwSignal<Option<ApiError>>,
    /// What is on the page.
    pub draft: RwSignal<Draft>,
    /// How it stands.
    pub saving: RwSignal<Saving>,
    /// What is said.
    pub said: RwSignal<Said>,
    /// Raised when the text was changed by something else than the person's typing.
    pub pushed: RwSignal<u32>,
    /// Sent, and perhaps not arrived: sent again as it is, with the texts it holds.
    pending: StoredValue<Option<(EditDocument, Texts)>>,
    failures: StoredValue<u32>,
    /// Done when everything is confirmed.
    after: StoredValue<Option<Callback<()>>>,
    pause: Debounce,
}

impl Control {
    /// A document that begins to load.
    pub fn new(app: App, id: DocId) -> Self {
        let this = Self {
            app,
            id,
            place: Client.here(),
            document: RwSignal::new(None),
            versions: RwSignal::new(0),
            published: RwSignal::new(None),
            error: RwSignal::new(None),
            draft: RwSignal::new(Draft::default()),
            saving: RwSignal::new(Saving::Clean),
            said: RwSignal::new(Said::Nothing),
            pushed: RwSignal::new(0),
            pending: StoredValue::new(None),
            failures: StoredValue::new(0),
            after: StoredValue::new(None),
            pause: Debounce::new(900),
        };
        this.load();
        on_cleanup(move || this.leave());
        this
    }

    fn path(self) -> String {
        self.at("")
    }

    /// An address of the API under that of the document: `/versions?limit=10`.
    pub fn at(self, rest: &str) -> String {
        self.place.path(&format!("/library/{}{rest}", self.id))
    }

    /// Where a document is made beside this one.
    pub fn beside(self) -> String {
        self.place.path("/library")
    }

    /// Reads the document.
    pub fn load(self) {
        self.error.set(None);
        spawn_local(async move {
            match Client.get::<DocumentView>(&self.path()).await {
                Ok(view) => self.begin(view),
                Err(error) if error.code() == Some(ErrorCode::NotFound) && self.is_own().await => {}
                Err(error) => {
                    if error.signed_out() {
                        self.app.failed(&error);
                    }
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// A link that names no library, such as one of the extension, may be to one's own: then that is looked at from now on.
    async fn is_own(self) -> bool {
        let own = self.app.space.beside();
        let Some(own) = own.filter(|_| navigation::space().is_none()) else {
            return false;
        };
        let path = format!("/library/{}?space={own}", self.id);
        let found = Client.get::<DocumentView>(&path).await.is_ok();
        if found {
            teams::enter(self.app, own);
        }
        found
    }

    fn begin(self, view: DocumentView) {
        let mut draft = Draft::new(&view.document);
        if let Some(mut kept) = stored::recall(self.id) {
            let arrival = kept.receive(&view.document);
            if kept.dirty() {
                self.said.try_set(if arrival == Arrival::Both {
                    Said::Both
                } else {
                    Said::DraftBack
                });
                draft = kept;
                self.pause.run(move || self.save());
            } else {
                stored::forget(self.id);
            }
        }
        self.versions.try_set(view.versions);
        self.published.try_set(view.published);
        self.draft.try_set(draft);
        self.document.try_set(Some(view.document));
        self.pushed.try_update(|n| *n = n.wrapping_add(1));
    }

    /// Reads what changed elsewhere, when the space moved on.
    pub fn changed(self, seq: u64) {
        let behind = self
            .document
            .with_untracked(|it| it.as_ref().is_some_and(|it| it.rev < seq));
        if !behind || self.pending.with_value(Option::is_some) {
            return;
        }
        spawn_local(async move {
            if let Ok(view) = Client.get::<DocumentView>(&self.path()).await {
                self.receive(view);
            }
        });
    }

    fn receive(self, view: DocumentView) {
        let known = self
            .document
            .try_with_untracked(|it| it.as_ref().map(|it| it.rev))
            .flatten();
        // A save that was answered meanwhile is newer than this, or another is on its way.
        if known.is_none_or(|known| view.document.rev <= known)
            || self.pending.with_value(Option::is_some)
        {
            return;
        }
        self.take(view);
    }

    /// Takes in the state that a step led to, such as publishing; what was typed meanwhile stays.
    pub fn took(self, view: DocumentView) {
        let known = self
            .document
            .try_with_untracked(|it| it.as_ref().map(|it| it.rev))
            .flatten();
        if known.is_none_or(|known| view.document.rev >= known) {
            self.take(view);
        }
    }

    fn take(self, view: DocumentView) {
        let arrival = self.draft.try_update(|draft| draft.receive(&view.document));
        let said = match arrival {
            Some(Arrival::Taken) => Some(Said::Updated),
            Some(Arrival::Merged) => Some(Said::Merged),
            Some(Arrival::Both) => Some(Said::Both),
            _ => None,
        };
        if let Some(said) = said {
            self.said.try_set(said);
        }
        if matches!(arrival, Some(Arrival::Taken | Arrival::Merged)) {
            self.pushed.try_update(|n| *n = n.wrapping_add(1));
        }
        self.show(view);
    }

    /// Shows what the server has, beside the draft.
    fn show(self, view: DocumentView) {
        self.versions.try_set(view.versions);
        self.published.try_set(view.published);
        self.document.try_set(Some(view.document));
    }

    /// The person changed a text.
    pub fn write(self, change: impl FnOnce(&mut Texts)) {
        if !self.app.space.may(Action::WriteDocuments) {
            return;
        }
        self.draft.update(|draft| change(&mut draft.now));
        let (dirty, large) = self
            .draft
            .with_untracked(|it| (it.dirty(), it.now.body.len() > limits::BODY_BYTES));
        if large {
            self.saving.set(Saving::Refused(words::LARGE.to_owned()));
            self.pause.cancel();
        } else if dirty {
            if !matches!(
                self.saving.get_untracked(),
                Saving::Sending | Saving::Offline
            ) {
                self.saving.set(Saving::Unsaved);
            }
            self.pause.run(move || self.save());
        }
    }

    /// The text was changed by a button: the editor shows it, and it is saved at once.
    pub fn replace_body(self, text: String) {
        self.draft.update(|draft| draft.now.body = text);
        self.pushed.update(|n| *n = n.wrapping_add(1));
        self.save();
    }

    /// Does something when everything on the page is confirmed: at once, or after the save. A save that fails lets it be.
    pub fn save_and(self, then: impl Fn(()) + Send + Sync + 'static) {
        let clean =
            !self.draft.with_untracked(Draft::dirty) && self.pending.with_value(Option::is_none);
        if clean {
            then(());
        } else {
            self.after.set_value(Some(Callback::new(then)));
            self.save();
        }
    }

    /// Sends what is not confirmed.
    pub fn save(self) {
        self.pause.cancel();
        let sending = self
            .saving
            .try_with_untracked(|it| *it == Saving::Sending)
            .unwrap_or(true);
        let dirty = self.draft.try_with_untracked(Draft::dirty).unwrap_or(false);
        if sending || (!dirty && self.pending.with_value(Option::is_none)) {
            return;
        }
        if self.pending.with_value(Option::is_none) {
            let (edit, texts) = self
                .draft
                .with_untracked(|draft| (draft.edit(), draft.now.clone()));
            self.pending.set_value(Some((
                EditDocument {
                    op_id: Some(platform::op_id()),
                    ..edit
                },
                texts,
            )));
        }
        self.saving.set(Saving::Sending);
        let Some((edit, sent)) = self.pending.get_value() else {
            return;
        };
        spawn_local(async move {
            let answer = Client.patch::<Written>(&self.path(), &edit).await;
            self.answered(&sent, answer);
        });
    }

    fn answered(self, sent: &Texts, answer: Result<Written, ApiError>) {
        match answer {
            Ok(written) if written.result.outcome != Outcome::Rejected => {
                self.pending.try_set_value(None);
                self.failures.try_set_value(0);
                self.confirmed(sent, written);
                self.go_on();
            }
            Ok(written) => {
                self.pending.try_set_value(None);
                let why = written
                    .result
                    .violation
                    .map(|it| it.message)
                    .unwrap_or_default();
                self.saving.try_set(Saving::Refused(why));
                self.after.try_set_value(None);
                self.park();
            }
            Err(error) if error.transient() => {
                self.after.try_set_value(None);
                self.park();
                self.saving.try_set(Saving::Offline);
                let failures = self.failures.try_get_value().unwrap_or(0).saturating_add(1);
                self.failures.try_set_value(failures);
                let wait = Duration::from_secs(u64::from(failures.min(6)).saturating_mul(5));
                set_timeout(move || self.again(), wait);
            }
            Err(error) => {
                self.pending.try_set_value(None);
                self.after.try_set_value(None);
                self.park();
                self.saving.try_set(Saving::Refused(error.sentence()));
                if error.signed_out() {
                    self.app.failed(&error);
                }
            }
        }
    }

    /// What waited for the save; typed on meanwhile, it waits for the next one.
    fn go_on(self) {
        if self.draft.try_with_untracked(Draft::dirty) == Some(true) {
            if self.after.try_with_value(Option::is_some) == Some(true) {
                self.save();
            }
        } else if let Some(Some(then)) = self.after.try_update_value(Option::take) {
            then.run(());
        }
    }

    fn again(self) {
        if self.saving.try_get_untracked() == Some(Saving::Offline) {
            self.save();
        }
    }

    fn confirmed(self, sent: &Texts, written: Written) {
        let conflict = written.result.outcome == Outcome::ConflictCopy;
        let before = self
            .draft
            .try_with_untracked(|draft| draft.now.body.clone());
        let arrival = self
            .draft
            .try_update(|draft| draft.confirmed(sent, &written.document));
        let after = self
            .draft
            .try_with_untracked(|draft| draft.now.body.clone());
        if before != after {
            self.pushed.try_update(|n| *n = n.wrapping_add(1));
        }
        let said = match arrival {
            _ if conflict => Said::Nothing,
            Some(Arrival::Merged) => Said::Merged,
            Some(Arrival::Both) => Said::Both,
            _ => Said::Nothing,
        };
        self.said.try_set(said);
        self.versions.try_update(|n| *n = n.saturating_add(1));
        self.document.try_set(Some(written.document));
        self.saving.try_set(Saving::Saved(platform::now()));
        if self.draft.try_with_untracked(Draft::dirty) == Some(true) {
            self.saving.try_set(Saving::Unsaved);
            self.pause.run(move || self.save());
        } else {
            stored::forget(self.id);
        }
    }

    /// Keeps the draft in this browser.
    pub fn park(self) {
        if let Some(draft) = self.draft.try_get_untracked().filter(Draft::dirty) {
            stored::keep(self.id, &draft);
        }
    }

    /// The page goes: what is not confirmed is kept here, and sent.
    fn leave(self) {
        let Some(draft) = self.draft.try_get_untracked().filter(Draft::dirty) else {
            return;
        };
        stored::keep(self.id, &draft);
        let sending = self.saving.try_get_untracked() == Some(Saving::Sending);
        let refused = matches!(self.saving.try_get_untracked(), Some(Saving::Refused(_)));
        if sending || refused {
            return;
        }
        let pending = self.pending.try_get_value().flatten();
        let unsent = pending.is_none();
        let edit = pending.map_or_else(
            || EditDocument {
                op_id: Some(platform::op_id()),
                ..draft.edit()
            },
            |(edit, _)| edit,
        );
        let (path, id) = (self.path(), self.id);
        spawn_local(async move {
            if Client.patch::<Written>(&path, &edit).await.is_ok() && unsent {
                stored::forget(id);
            }
        });
    }

    /// Throws the draft away and shows what the server has.
    pub fn discard(self) {
        self.pause.cancel();
        stored::forget(self.id);
        self.pending.set_value(None);
        if let Some(document) = self.document.get_untracked() {
            self.draft.set(Draft::new(&document));
        }
        self.said.set(Said::Nothing);
        self.saving.set(Saving::Clean);
        self.pushed.update(|n| *n = n.wrapping_add(1));
    }
}
