//! The state of the popup and what its controls do. Not how it looks.

use super::around::say;
use super::kept::Kept;
use super::queue::Editing;
use super::write::Writing;
use crate::browser;
use crate::messages::{
    Before, Connection, Draft, Failure, FailureCode, Found, Keep, Part, Preview, Request, Saved,
    Settled, Shelf, Sides, State,
};
use crate::model::before;
use crate::page::reactive::{Signal, flush, once};
use crate::page::{ask, dom, failure, listen, mint_doc, mint_op, t};
use gloo_timers::future::TimeoutFuture;
use krowoc_shared::capture::Cut;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor::{Editor, Form, Word};
use wasm_bindgen_futures::spawn_local;

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
    pub(super) tab: Option<i32>,
    pub preview: Signal<Load>,
    pub captured: Signal<Option<Preview>>,
    /// What is written about the capture.
    pub clip: Editor,
    /// What is written without one: a new prompt, or one of the library.
    pub pen: Editor,
    /// The document that is written, instead of the page.
    pub writing: Signal<Option<Writing>>,
    /// Why it could not be saved, or not be opened.
    pub trouble: Signal<Option<Failure>>,
    /// The text of the capture is written over.
    pub rewrites: Signal<bool>,
    /// A library was chosen: the one that was saved to last is not proposed any more.
    pub chosen: Signal<bool>,
    /// What was written about pages before, and was not saved; the latest first.
    pub left: Signal<Vec<Kept>>,
    /// What is shown was written before, and put back.
    pub back: Signal<bool>,
    pub keep: Signal<Keep>,
    /// The recognised variables are used.
    pub templated: Signal<bool>,
    pub saving: Signal<Saving>,
    pub shelf: Signal<Shelf>,
    pub state: Signal<Option<State>>,
    pub query: Signal<String>,
    pub found: Signal<Found>,
    pub spoken: Signal<String>,
    /// The concealed passages are shown.
    pub unveiled: Signal<bool>,
    /// The hit that was copied last.
    pub copied: Signal<Option<DocId>>,
    /// What became of a text that was to be inserted.
    pub told: Signal<Option<String>>,
    /// The rejected operation that is being edited.
    pub editing: Editing,
    /// The two sides that are being looked at, instead of the page.
    pub sides: Signal<Option<Sides>>,
    /// Which of their views is shown.
    pub view: Signal<usize>,
    doc_id: Signal<DocId>,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            tab: wanted_tab(),
            preview: Signal::new(Load::Reading),
            captured: Signal::new(None),
            clip: Editor::new(Kind::Snippet),
            pen: Editor::new(Kind::Prompt),
            writing: Signal::new(None),
            trouble: Signal::new(None),
            rewrites: Signal::new(false),
            chosen: Signal::new(false),
            left: Signal::new(Vec::new()),
            back: Signal::new(false),
            keep: Signal::new(Keep::Both),
            templated: Signal::new(false),
            saving: Signal::new(Saving::Not),
            shelf: Signal::new(Shelf::default()),
            state: Signal::new(None),
            query: Signal::new(String::new()),
            found: Signal::new(Found::default()),
            spoken: Signal::new(String::new()),
            unveiled: Signal::new(false),
            copied: Signal::new(None),
            told: Signal::new(None),
            editing: Signal::new(None),
            sides: Signal::new(None),
            view: Signal::new(0),
            doc_id: Signal::new(mint_doc()),
        }
    }

    /// Asks for everything at once; each part is drawn when it comes.
    pub fn begin(self) {
        self.read(None);
        self.search();
        self.stand();
        self.bring_back();
        listen(
            move || self.server_now().is_some(),
            move |state| {
                self.state.set(Some(state));
                self.search();
            },
        );
        self.stock(None, true);
    }

    /// The earlier save that is offered.
    pub fn before(self) -> Option<Before> {
        let space = self.clip.space.get();
        self.captured.with(|captured| {
            let found = captured.as_ref().map(|preview| preview.before.as_slice());
            before::offered(found.unwrap_or_default(), space).cloned()
        })
    }

    /// The server, once there is a connection.
    pub fn server(self) -> Option<String> {
        self.state.with(server)
    }

    fn server_now(self) -> Option<String> {
        self.state.peek(server)
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
        self.put_aside();
        self.captured.set(Some(preview.clone()));
        self.start(&preview);
        self.put_back();
        self.preview.set(Load::Ready);
    }

    /// Begins with a capture of which nothing is written yet.
    pub fn start(self, preview: &Preview) {
        let prompt = preview.part == Part::Selection && !preview.variables.is_empty();
        let kind = if prompt { Kind::Prompt } else { Kind::Snippet };
        self.clip.begin(&Form {
            space: self.clip.space.now(),
            ..Form::new(kind)
        });
        self.clip.title.set(preview.title.clone());
        self.templated.set(false);
        self.unveiled.set(false);
        self.saving.set(Saving::Not);
        self.doc_id.set(mint_doc());
        self.rewrites.set(false);
        self.back.set(false);
        self.keep.set(Keep::Both);
        self.propose();
    }

    /// What to do with an earlier save; the title follows, unless somebody changed it.
    pub fn choose(self, keep: Keep) {
        let (own, earlier) = self.titles();
        if self.is_proposed() {
            let wanted = if keep == Keep::Both { own } else { earlier };
            if let Some(title) = wanted {
                self.clip.title.set(title);
            }
        }
        self.keep.set(keep);
    }

    /// The title of the capture, and that of the earlier save.
    fn titles(self) -> (Option<String>, Option<String>) {
        let own = |captured: &Option<Preview>| Some(captured.as_ref()?.title.clone());
        let earlier = once(|| self.before()).map(|before| before.title);
        let earlier = earlier.filter(|title| !title.is_empty());
        (self.captured.peek(own), earlier)
    }

    /// Nobody has written another title.
    pub fn is_proposed(self) -> bool {
        let (own, earlier) = self.titles();
        let now = Some(self.clip.title.now());
        now == own || now == earlier || own.is_none()
    }

    /// True while the difference to an earlier save is shown instead of the text.
    pub fn compares(self) -> bool {
        let differs = |before: &Before| !before.diff.is_empty();
        let update = self.keep.get() == Keep::Update && !self.rewrites.get();
        update && self.before().as_ref().is_some_and(differs)
    }

    /// True while the text can be written over.
    pub fn is_open(self) -> bool {
        let done = |saving: &Saving| matches!(saving, Saving::Done(_));
        !self.saving.with(done)
    }

    /// Lets the person write the text before it is saved.
    pub fn rewrite(self) {
        self.clip.body.set(once(|| self.body()));
        self.rewrites.set(true);
        // The focus goes to what has just been drawn.
        flush();
        dom::focus_id("editor-text");
    }

    /// Goes back to the text of the page.
    pub fn unwrite(self) {
        self.rewrites.set(false);
        self.clip.body.set(String::new());
        flush();
        dom::focus_id("rewrite");
    }

    /// The text as it will be saved.
    pub fn body(self) -> String {
        if self.rewrites.get() {
            return self.clip.body.get();
        }
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

    /// How much of the text is kept, when it is too long to keep whole.
    pub fn cut(self) -> Option<Cut> {
        self.captured
            .with(|captured| captured.as_ref().and_then(|preview| preview.cut))
    }

    fn draft(self) -> Option<Draft> {
        let preview = self.captured.now()?;
        let before = once(|| self.before());
        let (keep, earlier) = match (self.keep.now(), before) {
            (Keep::Both, _) | (_, None) => (Keep::Both, None),
            (keep, Some(before)) => (keep, Some(before.doc_id)),
        };
        Some(Draft {
            op_id: mint_op(),
            doc_id: earlier.unwrap_or_else(|| self.doc_id.now()),
            form: Form {
                body: once(|| self.body()),
                ..self.clip.now()
            },
            source: preview.source,
            keep,
            chosen: true,
        })
    }

    /// Saves what is shown.
    pub fn save(self) {
        let open = matches!(
            self.saving.now(),
            Saving::Not | Saving::Undone | Saving::Failed(_)
        );
        let seen = self.sides.peek(Option::is_none) && self.writing.peek(Option::is_none);
        if !open || !seen || self.preview.now() != Load::Ready {
            return;
        }
        // Leaving a field takes what is typed in it: a tag that was not confirmed yet.
        dom::leave_field();
        self.clip.settle();
        let Some(draft) = self.draft() else { return };
        if let Some(wrong) = self.clip.wrong(&draft.form, true) {
            let said = say(Word::Wrong(wrong));
            self.fail(Failure::new(FailureCode::Invalid, said));
            return;
        }
        self.saving.set(Saving::Busy);
        self.clip.busy.set(true);
        spawn_local(async move {
            let done = ask::<Saved>(&Request::Save(Box::new(draft))).await;
            self.clip.busy.set(false);
            match done {
                Ok(saved) => {
                    self.saving.set(Saving::Done(saved));
                    self.keep_now();
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
        // The field that was left is not found again by a key: the button that tries anew is.
        flush();
        dom::focus_id("save");
    }

    /// Takes the save back.
    pub fn undo(self) {
        let Saving::Done(saved) = self.saving.now() else {
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
    pub fn watch(self) {
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

    /// Shows both sides of a document.
    pub fn look(self, doc_id: DocId) {
        spawn_local(async move {
            match ask::<Option<Sides>>(&Request::Sides { doc_id }).await {
                Ok(sides) => self.show_sides(sides),
                Err(reason) => self.spoken.set(failure(&reason)),
            }
        });
    }

    fn show_sides(self, sides: Option<Sides>) {
        let focus = if sides.is_some() { "sides" } else { "find" };
        self.view.set(0);
        self.sides.set(sides);
        // The focus goes to what has just been drawn.
        flush();
        dom::focus_id(focus);
    }

    /// Settles what is looked at; the next conflict of the same document follows.
    pub fn settle(self, sides: &Sides, other: bool) {
        let request = Request::Settle {
            op_id: mint_op(),
            doc_id: sides.doc_id,
            conflict: sides.conflict,
            seen: sides.seen.clone(),
            other,
        };
        spawn_local(async move {
            match ask::<Settled>(&request).await {
                Ok(settled) => {
                    let word = if settled.done {
                        "settled"
                    } else {
                        "sidesChanged"
                    };
                    self.spoken.set(t(word));
                    self.show_sides(settled.next);
                    self.refresh();
                    self.watch();
                    self.search();
                }
                Err(reason) => self.spoken.set(failure(&reason)),
            }
        });
    }

    /// Searches for what is typed; an answer to an older query is dropped.
    pub fn search(self) {
        let query = self.query.now();
        spawn_local(async move {
            let request = Request::Search {
                query: query.clone(),
                limit: HITS,
            };
            if let Ok(found) = ask::<Found>(&request).await
                && self.query.now() == query
            {
                self.found.set(found);
            }
        });
    }
}

fn server(state: &Option<State>) -> Option<String> {
    match state.as_ref().map(|state| &state.connection) {
        Some(Connection::Open { server, .. }) => Some(server.clone()),
        _ => None,
    }
}

/// The tab that the address names: the popup opened as a page of its own.
fn wanted_tab() -> Option<i32> {
    let search = web_sys::window()?.location().search().ok()?;
    let search = web_sys::UrlSearchParams::new_with_str(&search).ok()?;
    search.get("tab")?.parse().ok()
}
