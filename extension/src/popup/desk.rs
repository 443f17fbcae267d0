//! The state of the popup and what its controls do. Not how it looks.

use crate::browser;
use crate::messages::{
    Before, Connection, Draft, Failure, FailureCode, Found, Keep, Likeness, Part, Preview, Request,
    Saved, Shelf, State,
};
use crate::page::{ask, failure, mint_doc, mint_op, t};
use gloo_timers::future::TimeoutFuture;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_shared::library::validate;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Hits shown under the search field.
const HITS: usize = 6;
/// Looks at the queue after a save, and the milliseconds between two.
const LOOKS: usize = 15;
const LOOK_EVERY: u32 = 400;

/// How far the reading of the page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Load {
    Reading,
    Ready,
    Failed(Failure),
}

/// How far the save is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Saving {
    Not,
    Busy,
    Done(Saved),
    Undone,
    Failed(Failure),
}

/// Everything the popup shows.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    tab: Option<i32>,
    pub preview: RwSignal<Load>,
    pub captured: RwSignal<Option<Preview>>,
    pub kind: RwSignal<Kind>,
    pub title: RwSignal<String>,
    pub tags: RwSignal<Vec<String>>,
    pub collection: RwSignal<Option<DocId>>,
    pub note: RwSignal<String>,
    pub keep: RwSignal<Keep>,
    /// The recognised variables are used.
    pub templated: RwSignal<bool>,
    pub saving: RwSignal<Saving>,
    pub shelf: RwSignal<Shelf>,
    pub state: RwSignal<Option<State>>,
    pub query: RwSignal<String>,
    pub found: RwSignal<Found>,
    pub spoken: RwSignal<String>,
    doc_id: RwSignal<DocId>,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            tab: wanted_tab(),
            preview: RwSignal::new(Load::Reading),
            captured: RwSignal::new(None),
            kind: RwSignal::new(Kind::Snippet),
            title: RwSignal::new(String::new()),
            tags: RwSignal::new(Vec::new()),
            collection: RwSignal::new(None),
            note: RwSignal::new(String::new()),
            keep: RwSignal::new(Keep::Both),
            templated: RwSignal::new(false),
            saving: RwSignal::new(Saving::Not),
            shelf: RwSignal::new(Shelf::default()),
            state: RwSignal::new(None),
            query: RwSignal::new(String::new()),
            found: RwSignal::new(Found::default()),
            spoken: RwSignal::new(String::new()),
            doc_id: RwSignal::new(mint_doc()),
        }
    }

    /// Asks for everything at once; each part is drawn when it comes.
    pub fn begin(self) {
        self.read(None);
        self.search();
        self.refresh();
        spawn_local(async move {
            if let Ok(shelf) = ask(&Request::Shelf).await {
                self.shelf.set(shelf);
            }
        });
    }

    /// Reads the page.
    pub fn read(self, part: Option<Part>) {
        self.preview.set(Load::Reading);
        spawn_local(async move {
            match ask::<Preview>(&Request::Preview {
                tab: self.tab,
                part,
            })
            .await
            {
                Ok(preview) => self.show(preview),
                Err(reason) => self.preview.set(Load::Failed(reason)),
            }
        });
    }

    fn show(self, preview: Preview) {
        let prompt = preview.part == Part::Selection && !preview.variables.is_empty();
        self.kind
            .set(if prompt { Kind::Prompt } else { Kind::Snippet });
        self.title.set(preview.title.clone());
        self.templated.set(false);
        self.saving.set(Saving::Not);
        self.doc_id.set(mint_doc());
        self.choose(Keep::Both, preview.before.as_ref());
        let near = |before: &&Before| before.likeness != Likeness::SamePage;
        if let Some(before) = preview.before.as_ref().filter(near) {
            self.kind.set(before.kind);
            self.choose(Keep::Update, Some(before));
        }
        self.captured.set(Some(preview));
        self.preview.set(Load::Ready);
    }

    /// What to do with an earlier save; the title follows, unless somebody changed it.
    pub fn choose(self, keep: Keep, before: Option<&Before>) {
        let own = self
            .captured
            .with_untracked(|captured| captured.as_ref().map(|preview| preview.title.clone()));
        let earlier = before
            .map(|before| before.title.clone())
            .filter(|title| !title.is_empty());
        let now = self.title.get_untracked();
        let untouched =
            Some(&now) == own.as_ref() || Some(&now) == earlier.as_ref() || own.is_none();
        if untouched {
            let wanted = if keep == Keep::Both { own } else { earlier };
            if let Some(title) = wanted {
                self.title.set(title);
            }
        }
        self.keep.set(keep);
    }

    /// True while the difference to an earlier save is shown instead of the text.
    pub fn compares(self) -> bool {
        let differs = |preview: &Preview| {
            preview
                .before
                .as_ref()
                .is_some_and(|before| !before.diff.is_empty())
        };
        self.keep.get() == Keep::Update
            && self
                .captured
                .with(|captured| captured.as_ref().is_some_and(differs))
    }

    /// The text as it will be saved.
    pub fn body(self) -> String {
        let templated = self.templated.get();
        self.captured.with(|captured| {
            let Some(preview) = captured else {
                return String::new();
            };
            match &preview.template {
                Some(template) if templated => template.clone(),
                _ => preview.body.clone(),
            }
        })
    }

    fn draft(self) -> Option<Draft> {
        let preview = self.captured.get_untracked()?;
        let keep = self.keep.get_untracked();
        let earlier = preview
            .before
            .as_ref()
            .map(|before| before.doc_id)
            .filter(|_| keep != Keep::Both);
        Some(Draft {
            op_id: mint_op(),
            doc_id: earlier.unwrap_or_else(|| self.doc_id.get_untracked()),
            kind: self.kind.get_untracked(),
            title: self.title.get_untracked(),
            body: untrack(|| self.body()),
            source: preview.source,
            tags: self.tags.get_untracked(),
            collection: self.collection.get_untracked(),
            note: self.note.get_untracked(),
            keep,
        })
    }

    /// Saves what is shown.
    pub fn save(self) {
        let open = matches!(
            self.saving.get_untracked(),
            Saving::Not | Saving::Undone | Saving::Failed(_)
        );
        if !open || self.preview.get_untracked() != Load::Ready {
            return;
        }
        // Leaving a field takes what is typed in it: a tag that was not confirmed yet.
        if let Some(field) = document()
            .active_element()
            .and_then(|field| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(field).ok())
        {
            let _ = field.blur();
        }
        let Some(draft) = self.draft() else { return };
        if let Some(broken) = draft.tags.iter().find_map(|tag| validate::tag(tag).err()) {
            self.fail(Failure::new(FailureCode::Invalid, broken.message));
            return;
        }
        self.saving.set(Saving::Busy);
        spawn_local(async move {
            match ask::<Saved>(&Request::Save(Box::new(draft))).await {
                Ok(saved) => {
                    self.saving.set(Saving::Done(saved));
                    self.spoken.set(t("saved"));
                    self.refresh();
                    self.watch();
                    self.search();
                    // The unlimited storage of the extension holds without it; this is for browsers that ask.
                    browser::persist_storage().await;
                }
                Err(reason) => self.fail(reason),
            }
        });
    }

    fn fail(self, reason: Failure) {
        self.spoken.set(failure(&reason));
        self.saving.set(Saving::Failed(reason));
    }

    /// Takes the save back.
    pub fn undo(self) {
        let Saving::Done(saved) = self.saving.get_untracked() else {
            return;
        };
        self.saving.set(Saving::Busy);
        spawn_local(async move {
            let request = Request::Undo {
                op_id: mint_op(),
                undo: saved.undo.clone(),
            };
            match ask::<()>(&request).await {
                Ok(()) => {
                    self.doc_id.set(mint_doc());
                    self.saving.set(Saving::Undone);
                    self.spoken.set(t("undone"));
                    self.refresh();
                    self.search();
                }
                Err(reason) => {
                    self.spoken.set(failure(&reason));
                    self.saving.set(Saving::Done(saved));
                }
            }
        });
    }

    /// Asks how things stand.
    pub fn refresh(self) {
        self.follow(Request::State);
    }

    /// Looks a few times until what was just saved has reached the server.
    fn watch(self) {
        spawn_local(async move {
            for _ in 0..LOOKS {
                TimeoutFuture::new(LOOK_EVERY).await;
                let Ok(state) = ask::<State>(&Request::Look).await else {
                    return;
                };
                let done =
                    state.waiting == 0 || !matches!(state.connection, Connection::Open { .. });
                self.state.set(Some(state));
                if done {
                    return;
                }
            }
        });
    }

    /// Sends a request that is answered by how things stand.
    pub fn follow(self, request: Request) {
        spawn_local(async move {
            match ask::<State>(&request).await {
                Ok(state) => self.state.set(Some(state)),
                Err(reason) => self.spoken.set(failure(&reason)),
            }
        });
    }

    /// Searches for what is typed; an answer to an older query is dropped.
    pub fn search(self) {
        let query = self.query.get_untracked();
        spawn_local(async move {
            let request = Request::Search {
                query: query.clone(),
                limit: HITS,
            };
            if let Ok(found) = ask::<Found>(&request).await
                && self.query.get_untracked() == query
            {
                self.found.set(found);
            }
        });
    }
}

/// The tab that the address names: the popup opened as a page of its own.
fn wanted_tab() -> Option<i32> {
    let search = window().location().search().ok()?;
    let search = web_sys::UrlSearchParams::new_with_str(&search).ok()?;
    search.get("tab")?.parse().ok()
}
