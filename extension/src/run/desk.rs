//! What the page holds and does: reads the form, starts a run, follows its stream, stops it. Not how it looks.

use crate::browser::{self, Opening, Stream};
use crate::messages::{
    Connection, Draft, Found, Hit, Keep, Request, RunDoor, RunForm, Saved, State,
};
use crate::model::run::{Filled, Reader, Run, request, wait};
use crate::page::reactive::Signal;
use crate::page::{ask, dom, failure, mint_doc, mint_op, t};
use gloo_timers::future::TimeoutFuture;
use krowoc_shared::error::{ErrorCode, Problem};
use krowoc_shared::execution::wire::{ModelPage, ModelView};
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::Kind;
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;

/// Prompts offered to choose from.
const OFFERED: usize = 50;
/// Breaks in a row after which the page says that it cannot follow any more. The run itself goes on.
const BREAKS: u32 = 8;

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
    pub wrong: Signal<BTreeMap<String, String>>,
    pub models: Signal<Option<Result<Vec<ModelView>, String>>>,
    pub run: Signal<Run>,
    /// A run is under way.
    pub busy: Signal<bool>,
    /// The stream broke and is being looked for.
    pub broken: Signal<bool>,
    /// Where the output was kept.
    pub saved: Signal<Option<DocId>>,
    pub spoken: Signal<String>,
    pub connected: Signal<bool>,
    pub server: Signal<Option<String>>,
    pub query: Signal<String>,
    pub found: Signal<Vec<Hit>>,
    pub window: Signal<Option<i32>>,
    /// Goes on each second while a run waits, so that its countdown does.
    pub tick: Signal<u32>,
    /// The page stands in the popup.
    pub in_popup: bool,
    stream: Signal<Option<Stream>>,
    /// Counts runs, so that a stream of one that was left writes nowhere.
    turn: Signal<u32>,
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
            connected: Signal::new(false),
            server: Signal::new(None),
            query: Signal::new(String::new()),
            found: Signal::new(Vec::new()),
            window: Signal::new(None),
            tick: Signal::new(0),
            in_popup: dom::asked("in").as_deref() == Some("popup"),
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
            self.window.set(browser::this_window().await.ok());
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
                query: query.clone(),
                limit: OFFERED,
            };
            if let Ok(found) = ask::<Found>(&asked).await
                && self.query.now() == query
            {
                let prompts = found
                    .hits
                    .into_iter()
                    .filter(|hit| hit.kind == Kind::Prompt);
                self.found.set(prompts.collect());
            }
        });
    }

    /// Takes a prompt.
    pub(super) fn choose(self, doc: DocId) {
        self.doc.set(Some(doc));
        self.form.set(Load::Reading);
        self.read(doc);
    }

    /// Goes back to the choice; a run goes on without this page.
    pub(super) fn leave(self) {
        self.let_go();
        self.doc.set(None);
        self.form.set(Load::None);
        self.filled.set(Filled::default());
        self.run.set(Run::default());
        self.search();
    }

    /// The library changed: a form in which nothing was typed is read anew.
    pub(super) fn changed(self) {
        let untouched = self.filled.peek(|filled| filled.values.is_empty());
        if let Some(doc) = self.doc.now().filter(|_| untouched && !self.busy.now()) {
            self.read(doc);
        }
    }

    fn read(self, doc: DocId) {
        spawn_local(async move {
            let form = ask::<RunForm>(&Request::RunForm { doc_id: doc }).await;
            if self.doc.now() != Some(doc) {
                return;
            }
            self.form.set(match form {
                Ok(form) => Load::Ready(Box::new(form)),
                Err(reason) => Load::Failed(failure(&reason)),
            });
            self.propose();
        });
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

    /// The prompt's own model, else the first that can be run.
    fn propose(self) {
        if self.filled.peek(|filled| filled.model.is_some()) {
            return;
        }
        let own = self.form.peek(|form| match form {
            Load::Ready(form) => form.settings.model.clone(),
            _ => None,
        });
        let first = || self.offered().into_iter().next().map(|view| view.model);
        if let Some(model) = own.or_else(first) {
            self.filled.update(|filled| filled.model = Some(model));
        }
    }

    /// Runs it, when everything is filled in.
    pub(super) fn start(self) {
        let Load::Ready(form) = self.form.now() else {
            return;
        };
        if self.busy.now() || form.error.is_some() {
            return;
        }
        match self.filled.peek(|filled| request(&form, filled)) {
            Err(wrong) => {
                self.spoken.set(t("runFillIn"));
                if let Some(name) = wrong.keys().next() {
                    dom::focus_id(&super::form::id(name));
                }
                self.wrong.set(wrong);
            }
            Ok(request) => {
                let Ok(body) = serde_json::to_string(&request) else {
                    return;
                };
                self.wrong.set(BTreeMap::new());
                self.let_go();
                self.run.set(Run::default());
                self.saved.set(None);
                self.busy.set(true);
                self.spoken.set(t("runBegun"));
                let turn = self.turn.now();
                spawn_local(async move { self.follow(turn, body).await });
            }
        }
    }

    /// Stops the run on the server, the call to the provider with it.
    pub(super) fn stop(self) {
        let Some(group) = self.run.peek(|run| run.group) else {
            self.let_go();
            return;
        };
        spawn_local(async move {
            if let Err(reason) = ask::<()>(&Request::RunCancel { group }).await {
                self.spoken.set(failure(&reason));
            }
        });
    }

    /// Lets go of the stream; the run on the server goes on.
    fn let_go(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
        if let Some(stream) = self.stream.now() {
            stream.close();
        }
        self.stream.set(None);
        self.busy.set(false);
        self.broken.set(false);
    }

    /// Follows a run from its beginning to its end, through every break of the connection.
    async fn follow(self, turn: u32, body: String) {
        // The same key with every attempt: a request that arrived twice is one run.
        let key = mint_op().to_string();
        let mut breaks = 0;
        while self.turn.now() == turn && !self.run.peek(|run| run.ended) {
            match self.read_once(turn, &body, &key).await {
                Ok(true) => breaks = 0,
                Ok(false) => breaks += 1,
                Err(problem) => {
                    self.run.update(|run| {
                        run.problem = Some(problem);
                        run.ended = true;
                    });
                    break;
                }
            }
            if self.turn.now() != turn || self.run.peek(|run| run.ended) {
                break;
            }
            if breaks > BREAKS {
                let problem = said(ErrorCode::Unavailable, &t("runLost"));
                self.run.update(|run| {
                    run.problem = Some(problem);
                    run.ended = true;
                });
                break;
            }
            self.broken.set(true);
            TimeoutFuture::new(wait(breaks)).await;
        }
        if self.turn.now() == turn {
            self.busy.set(false);
            self.broken.set(false);
            self.spoken.set(t("runEnded"));
        }
    }

    /// One stream; true when anything came. The problem when there is no sense in another.
    async fn read_once(self, turn: u32, body: &str, key: &str) -> Result<bool, Problem> {
        let door = match ask::<RunDoor>(&Request::RunDoor).await {
            Ok(door) => door,
            Err(reason) => return Err(said(ErrorCode::Unavailable, &failure(&reason))),
        };
        let (group, after) = self.run.peek(|run| (run.group, run.last_id.clone()));
        let url = match group {
            Some(group) => format!("{}/api/v1/executions/groups/{group}/events", door.server),
            None => format!("{}/api/v1/executions", door.server),
        };
        let opening = Opening {
            url: &url,
            token: &door.token,
            after: &after,
            body: group.is_none().then_some(body),
            key,
        };
        let stream = match opening.open().await {
            Ok(Ok(stream)) => stream,
            Ok(Err((status, text))) => return refused(status, &text),
            Err(_) => return Ok(false),
        };
        self.stream.set(Some(stream.clone()));
        self.broken.set(false);
        let mut reader = Reader::default();
        let mut heard = false;
        while let Some(bytes) = stream.next().await {
            if self.turn.now() != turn {
                break;
            }
            heard = true;
            let mut followed = true;
            self.run.update(|run| followed = reader.read(&bytes, run));
            if !followed || self.run.peek(|run| run.ended) {
                break;
            }
        }
        stream.close();
        Ok(heard)
    }

    /// Keeps the answer as a snippet: on the disk here, and sent like every other.
    pub(super) fn keep(self) {
        let Load::Ready(form) = self.form.now() else {
            return;
        };
        let model = self
            .run
            .peek(|run| run.view.as_ref().map(|view| view.model.to_string()));
        let draft = Draft {
            op_id: mint_op(),
            doc_id: mint_doc(),
            kind: Kind::Snippet,
            title: form.title.clone(),
            body: self.run.peek(|run| run.text.clone()),
            source: String::new(),
            tags: Vec::new(),
            collection: None,
            note: model.unwrap_or_default(),
            keep: Keep::Both,
        };
        spawn_local(async move {
            match ask::<Saved>(&Request::Save(Box::new(draft))).await {
                Ok(saved) => {
                    self.saved.set(Some(saved.doc_id));
                    self.spoken.set(t("saved"));
                }
                Err(reason) => self.spoken.set(failure(&reason)),
            }
        });
    }

    /// Puts the answer on the clipboard.
    pub(super) fn copy(self) {
        let text = self.run.peek(|run| run.text.clone());
        spawn_local(async move {
            let said = match browser::copy(&text).await {
                Ok(()) => t("copied"),
                Err(error) => error.0,
            };
            self.spoken.set(said);
        });
    }
}

fn said(code: ErrorCode, detail: &str) -> Problem {
    Problem {
        detail: Some(detail.to_owned()),
        ..Problem::new(code)
    }
}

/// What a refusal means: another attempt, or the end with the server's own words.
fn refused(status: u16, text: &str) -> Result<bool, Problem> {
    // A token that ran out meanwhile is renewed by the next attempt; a server that is busy is asked again.
    if matches!(status, 401 | 502 | 503 | 504) {
        return Ok(false);
    }
    let problem = serde_json::from_str(text).ok();
    Err(problem.unwrap_or_else(|| said(ErrorCode::Internal, &format!("HTTP {status}"))))
}
