//! A run at work: begins it, reads its stream, comes back to it, stops it. Not how it is drawn.

use super::answer::Answer;
use super::board::Board;
use super::form::{Fault, Form, MOST_MODELS};
use crate::app::App;
use crate::execution::{Catalogue, Knobs, note_run};
use crate::platform;
use crate::route::RunPlace;
use crate::timing::Debounce;
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::wire::{Estimate, ExecutionDetail, ExecutionView, StreamEvent};
use krowoc_shared::ids::{ExecutionId, GroupId, Millis};
use krowoc_shared::library::wire::DocumentView;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::messages::run as words;
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The models that were run last, in this browser.
const LAST_MODELS: &str = "krowoc.models";

/// How the page stands with the run's stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Wire {
    /// Nothing runs.
    #[default]
    Idle,
    /// Asked for.
    Sending,
    /// Pieces arrive.
    Open,
    /// The connection was lost; the next attempt begins then.
    Lost(Millis),
    /// Everything has ended.
    Over,
    /// The server said no.
    Failed(ApiError),
}

/// The run page's state; cheap to copy.
#[derive(Clone, Copy)]
pub struct Control {
    /// The application.
    pub app: App,
    /// Where the page is.
    pub place: RunPlace,
    /// What is filled in.
    pub form: RwSignal<Form>,
    /// Parameters as typed.
    pub knobs: RwSignal<Knobs>,
    /// The models.
    pub catalogue: Catalogue,
    /// The prompt is on its way, or did not come.
    pub loading: RwSignal<Option<Result<(), ApiError>>>,
    /// What stands in the way is shown.
    pub told: RwSignal<bool>,
    /// What it would take.
    pub estimates: RwSignal<Option<Result<Vec<Estimate>, ApiError>>>,
    /// The run.
    pub board: RwSignal<Board>,
    /// How its stream stands.
    pub wire: RwSignal<Wire>,
    /// The present, several times a second while something runs.
    pub clock: RwSignal<Millis>,
    /// Said to screen readers.
    pub said: RwSignal<String>,
    /// The lanes' texts.
    pub answers: StoredValue<Vec<Answer>, LocalStorage>,
    pub(super) queue: StoredValue<Vec<StreamEvent>, LocalStorage>,
    pub(super) drawing: StoredValue<bool>,
    pub(super) number: StoredValue<u32>,
    pub(super) ticking: StoredValue<Option<IntervalHandle>, LocalStorage>,
    pub(super) asking: Debounce,
    pub(super) asked: StoredValue<u32>,
}

impl Control {
    /// The state of a page that begins to load.
    pub fn new(app: App, place: RunPlace) -> Self {
        let this = Self {
            app,
            place,
            form: RwSignal::new(Form::default()),
            knobs: RwSignal::new(Knobs::default()),
            catalogue: Catalogue::new(),
            loading: RwSignal::new(None),
            told: RwSignal::new(false),
            estimates: RwSignal::new(None),
            board: RwSignal::new(Board::default()),
            wire: RwSignal::new(Wire::Idle),
            clock: RwSignal::new(platform::now()),
            said: RwSignal::new(String::new()),
            answers: StoredValue::new_local(Vec::new()),
            queue: StoredValue::new_local(Vec::new()),
            drawing: StoredValue::new(false),
            number: StoredValue::new(0),
            ticking: StoredValue::new_local(None),
            asking: Debounce::new(350),
            asked: StoredValue::new(0),
        };
        this.load();
        on_cleanup(move || this.rest());
        this
    }

    /// Reads the prompt, and the run to show.
    pub fn load(self) {
        self.loading.set(None);
        spawn_local(async move {
            if let Some(prompt) = self.place.prompt {
                match Client
                    .get::<DocumentView>(&format!("/library/{prompt}"))
                    .await
                {
                    Ok(view) => drop(self.form.try_set(Form::of(&view.document))),
                    Err(error) => {
                        if error.signed_out() {
                            self.app.failed(&error);
                        }
                        self.loading.try_set(Some(Err(error)));
                        return;
                    }
                }
            }
            if let Some(from) = self.place.from {
                self.fill(from).await;
            }
            self.usual_models();
            self.loading.try_set(Some(Ok(())));
            self.learn();
            if let Some(group) = self.place.group {
                self.show(group);
            }
        });
    }

    /// Fills the form with what an earlier execution was run with.
    async fn fill(self, from: ExecutionId) {
        match Client
            .get::<ExecutionDetail>(&format!("/executions/{from}"))
            .await
        {
            Ok(detail) => {
                let knobs = self.form.try_update(|form| form.take_over(&detail));
                if let Some(knobs) = knobs {
                    self.knobs.try_set(knobs);
                }
            }
            Err(error) => self.app.failed(&error),
        }
    }

    /// Without a model of its own a prompt is run with what was run last.
    fn usual_models(self) {
        let last = platform::recall(LAST_MODELS).unwrap_or_default();
        let last = last.split('\n').filter_map(ModelRef::parse);
        self.form.try_update(|form| {
            if form.models.is_empty() {
                let allowed = last.filter(|model| form.settings.allows(model));
                form.models = allowed.take(MOST_MODELS).collect();
            }
        });
    }

    fn learn(self) {
        if let Some(models) = self.form.try_with_untracked(|form| form.models.clone()) {
            self.catalogue.know(models);
        }
    }

    /// Other models are chosen.
    pub fn choose(self, models: Vec<ModelRef>) {
        self.form.update(|form| form.models = models);
    }

    /// What stands in the way.
    pub fn faults(self) -> Vec<Fault> {
        self.form
            .with(|form| self.knobs.with(|knobs| form.faults(knobs)))
    }

    /// Whether something is under way.
    pub fn is_running(self) -> bool {
        self.wire
            .with(|wire| matches!(wire, Wire::Sending | Wire::Open | Wire::Lost(_)))
    }

    /// Asks what a run would take, a moment after the last change.
    pub fn estimate(self) {
        let clear = untrack(|| self.faults().is_empty());
        if !clear {
            self.asking.cancel();
            self.estimates.set(None);
            return;
        }
        let number = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(number);
        self.asking.run(move || {
            let request = self
                .form
                .with_untracked(|form| self.knobs.with_untracked(|knobs| form.request(knobs)));
            spawn_local(async move {
                let answer = Client
                    .post::<Vec<Estimate>>("/executions/estimate", &request)
                    .await;
                // An answer to what is no longer asked says nothing.
                if self.asked.try_get_value() == Some(number) {
                    self.estimates.try_set(Some(answer));
                }
            });
        });
    }

    /// Begins the run, or shows what stands in the way.
    pub fn run(self) {
        if untrack(|| self.is_running()) {
            return;
        }
        self.told.set(true);
        let faults = untrack(|| self.faults());
        if !faults.is_empty() {
            self.said.set(words::FAULTS.to_owned());
            request_animation_frame(|| platform::focus(".inputs [aria-invalid=true], .faults"));
            return;
        }
        let request = self
            .form
            .with_untracked(|form| self.knobs.with_untracked(|knobs| form.request(knobs)));
        let Ok(body) = serde_json::to_string(&request) else {
            return;
        };
        let names: Vec<String> = request.models.iter().map(ToString::to_string).collect();
        platform::keep(LAST_MODELS, &names.join("\n"));
        note_run(&request.models);
        let key = platform::op_id().to_string();
        self.begin(Board::default());
        self.said.set(words::SENDING.to_owned());
        self.spawn(Some((body, key)));
    }

    /// Shows a run that began before.
    pub fn show(self, group: GroupId) {
        let here = self
            .board
            .with_untracked(|board| board.group == Some(group));
        if here {
            return;
        }
        self.begin(Board {
            group: Some(group),
            ..Board::default()
        });
        self.spawn(None);
        if self.place.from.is_none() {
            self.refill(group);
        }
    }

    /// The form of a run that began before shows what it was run with.
    fn refill(self, group: GroupId) {
        spawn_local(async move {
            let path = format!("/executions?group={group}&limit=10");
            let page = Client
                .get::<krowoc_shared::execution::wire::ExecutionPage>(&path)
                .await;
            let Ok(page) = page else { return };
            let models: Vec<ModelRef> = page
                .executions
                .iter()
                .map(|view| view.model.clone())
                .collect();
            let Some(first) = page.executions.first() else {
                return;
            };
            self.fill(first.id).await;
            self.form.try_update(|form| form.models = models);
            self.learn();
        });
    }

    fn begin(self, board: Board) {
        self.number
            .update_value(|number| *number = number.wrapping_add(1));
        self.queue.update_value(Vec::clear);
        self.answers.update_value(Vec::clear);
        self.board.set(board);
        self.wire.set(Wire::Sending);
        self.clock.set(platform::now());
        self.tick();
    }

    /// The clock moves while something runs.
    fn tick(self) {
        self.rest();
        let moved = move || {
            self.clock.try_set(platform::now());
        };
        let handle = set_interval_with_handle(moved, Duration::from_millis(200)).ok();
        self.ticking.try_set_value(handle);
    }

    pub(super) fn rest(self) {
        if let Some(Some(handle)) = self.ticking.try_get_value() {
            handle.clear();
            self.ticking.try_set_value(None);
        }
    }

    fn spawn(self, request: Option<(String, String)>) {
        let number = self.number.get_value();
        spawn_local(async move { self.read(number, request).await });
    }

    /// Reads a run again that could not be read.
    pub fn retry(self) {
        match self.board.with_untracked(|board| board.group) {
            Some(group) => {
                self.board.set(Board::default());
                self.show(group);
            }
            None => self.run(),
        }
    }

    /// Stops a lane; the state follows by the stream.
    pub fn stop(self, at: usize) {
        let id = self.board.try_update(|board| {
            let lane = board.lanes.get_mut(at)?;
            (!lane.view.state.is_final()).then(|| {
                lane.stopping = true;
                lane.view.id
            })
        });
        let Some(id) = id.flatten() else { return };
        spawn_local(async move {
            let path = format!("/executions/{id}/cancel");
            let answer = Client
                .post::<Option<ExecutionView>>(&path, &serde_json::json!({}))
                .await;
            if let Err(error) = answer {
                self.app.failed(&error);
                self.board.try_update(|board| {
                    if let Some(lane) = board.lanes.get_mut(at) {
                        lane.stopping = false;
                    }
                });
            }
        });
    }

    /// Stops every lane; false when nothing runs.
    pub fn stop_all(self) -> bool {
        let lanes = self.board.with_untracked(|board| board.lanes.len());
        let running = untrack(|| self.is_running());
        if running {
            (0..lanes).for_each(|at| self.stop(at));
        }
        running
    }

    /// A lane was rated.
    pub fn rated(self, at: usize, rating: i8) {
        self.board.try_update(|board| {
            if let Some(lane) = board.lanes.get_mut(at) {
                lane.view.rating = rating;
            }
        });
    }
}
