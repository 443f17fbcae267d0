//! What the page holds: the prompt and its form, the models, the run. Not the run's stream, and not how it looks.

use crate::browser::{self, Stream};
use crate::messages::{Connection, Found, Hit, Request, RunForm, State};
use crate::model::run::{Filled, Run};
use crate::page::reactive::Signal;
use crate::page::{ask, dom, failure};
use gloo_timers::future::TimeoutFuture;
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::wire::{ModelPage, ModelView};
use krowoc_shared::ids::DocId;
use krowoc_shared::prompts::VariableErrorKind;
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;

/// Prompts offered to choose from.
const OFFERED: usize = 50;

/// The prompt, as far as it is read.
#[derive(Clone, PartialEq)]
pub(super) enum Load {
    /// None is chosen.
    None,
    /// It is being read.
    Reading,
    /// It cannot be read, and why.
    Failed(String),
    /// It is there.
    Ready(Box<RunForm>),
}

/// What the page shows.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub doc: Signal<Option<DocId>>,
    pub form: Signal<Load>,
    pub filled: Signal<Filled>,
    /// What is wrong, by variable; the model has no name.
    pub wrong: Signal<BTreeMap<String, VariableErrorKind>>,
    pub models: Signal<Option<Result<Vec<ModelView>, String>>>,
    pub run: Signal<Run>,
    /// A run is under way.
    pub busy: Signal<bool>,
    /// The stream broke and is being looked for.
    pub broken: Signal<bool>,
    /// Where the output was kept.
    pub saved: Signal<Option<DocId>>,
    pub spoken: Signal<String>,
    /// A text is being inserted.
    pub(super) putting: Signal<bool>,
    /// What became of a text that was to be inserted.
    pub told: Signal<Option<String>>,
    pub connected: Signal<bool>,
    pub server: Signal<Option<String>>,
    pub query: Signal<String>,
    /// Prompts to choose from, once they were looked for.
    pub found: Signal<Option<Vec<Hit>>>,
    pub window: Signal<Option<i32>>,
    /// Goes on each second while a run waits, so that its countdown does.
    pub tick: Signal<u32>,
    /// The page stands in the popup.
    pub in_popup: bool,
    /// The prompt is filled in to be inserted, not to be run.
    pub inserts: bool,
    /// The tab to insert into; the one in front when absent.
    pub(super) tab: Option<i32>,
    /// A person wants the run stopped; it is as soon as the server has it.
    pub(super) stopping: Signal<bool>,
    pub(super) stream: Signal<Option<Stream>>,
    /// Counts runs, so that a stream of one that was left writes nowhere.
    pub(super) turn: Signal<u32>,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            doc: Signal::new(None),
            form: Signal::new(Load::None),
            filled: Signal::new(Filled::default()),
            wrong: Signal::new(BTreeMap::new()),
            models: Signal::new(None),
            run: Signal::new(Run::default()),
            busy: Signal::new(false),
            broken: Signal::new(false),
            saved: Signal::new(None),
            spoken: Signal::new(String::new()),
            putting: Signal::new(false),
            told: Signal::new(None),
            connected: Signal::new(false),
            server: Signal::new(None),
            query: Signal::new(String::new()),
            found: Signal::new(None),
            window: Signal::new(None),
            tick: Signal::new(0),
            in_popup: dom::asked("in").as_deref() == Some("popup"),
            inserts: dom::asked("for").as_deref() == Some("insert"),
            tab: dom::asked("tab").and_then(|text| text.parse().ok()),
            stopping: Signal::new(false),
            stream: Signal::new(None),
            turn: Signal::new(0),
        }
    }

    /// Reads what the page begins with.
    pub(super) fn begin(self) {
        if let Some(doc) = dom::asked("doc").and_then(|text| text.parse().ok()) {
            self.choose(doc);
        } else {
            self.search();
        }
        spawn_local(async move {
            // Without it the page cannot be moved beside a tab, and does everything else.
            self.window
                .set(browser::window_beside().await.ok().flatten());
        });
        spawn_local(async move {
            loop {
                TimeoutFuture::new(1_000).await;
                if self.run.peek(|run| run.waits_until().is_some()) {
                    self.tick.update(|tick| *tick = tick.wrapping_add(1));
                }
            }
        });
        spawn_local(async move {
            if let Ok(state) = ask::<State>(&Request::State).await
                && let Connection::Open { server, .. } = state.connection
            {
                self.server.set(Some(server));
                self.connected.set(true);
            }
            let models = ask::<ModelPage>(&Request::RunModels).await;
            let models = models.map(|page| page.models);
            self.models
                .set(Some(models.map_err(|reason| failure(&reason))));
            self.propose();
        });
    }

    /// Searches the prompts of the local library.
    pub(super) fn search(self) {
        let query = self.query.now();
        spawn_local(async move {
            let asked = Request::Search {
                query: format!("kind:prompt {query}"),
                limit: OFFERED,
            };
            if let Ok(found) = ask::<Found>(&asked).await
                && self.query.now() == query
            {
                self.found.set(Some(found.hits));
            }
        });
    }

    /// Takes a prompt, with the run of it that a page began before.
    pub(super) fn choose(self, doc: DocId) {
        self.doc.set(Some(doc));
        self.form.set(Load::Reading);
        self.told.set(None);
        spawn_local(async move {
            self.read(doc).await;
            if !self.inserts {
                self.resume(doc).await;
            }
        });
    }

    /// Goes back to the choice; a run goes on without this page.
    pub(super) fn leave(self) {
        self.let_go();
        self.told.set(None);
        self.doc.set(None);
        self.form.set(Load::None);
        self.filled.set(Filled::default());
        self.wrong.set(BTreeMap::new());
        self.run.set(Run::default());
        self.search();
    }

    /// The library changed: a form in which nothing was typed is read anew.
    pub(super) fn changed(self) {
        let untouched = self.filled.peek(|filled| filled.values.is_empty());
        if let Some(doc) = self.doc.now().filter(|_| untouched && !self.busy.now()) {
            spawn_local(async move { self.read(doc).await });
        }
    }

    async fn read(self, doc: DocId) {
        let form = ask::<RunForm>(&Request::RunForm { doc_id: doc }).await;
        if self.doc.now() != Some(doc) {
            return;
        }
        self.form.set(match form {
            Ok(form) => Load::Ready(Box::new(form)),
            Err(reason) => Load::Failed(failure(&reason)),
        });
        self.propose();
    }

    /// The models that this prompt may be run with.
    pub(super) fn offered(self) -> Vec<ModelView> {
        let models = self.models.with(|models| match models {
            Some(Ok(models)) => models.clone(),
            _ => Vec::new(),
        });
        self.form.with(|form| match form {
            Load::Ready(form) => {
                let allowed = |view: &ModelView| form.settings.allows(&view.model);
                models.into_iter().filter(allowed).collect()
            }
            _ => models,
        })
    }

    /// The model that the prompt itself names.
    pub(super) fn own(self) -> Option<ModelRef> {
        self.form.with(|form| match form {
            Load::Ready(form) => form.settings.model.clone(),
            _ => None,
        })
    }

    /// The prompt's own model, else the first that can be run.
    fn propose(self) {
        let Load::Ready(_) = self.form.now() else {
            return;
        };
        if self.filled.peek(|filled| filled.model.is_some()) {
            return;
        }
        let first = || self.offered().into_iter().next().map(|view| view.model);
        if let Some(model) = self.own().or_else(first) {
            self.filled.update(|filled| filled.model = Some(model));
        }
    }
}
