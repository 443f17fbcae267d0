//! The dead letters at work: pages, selection, replay at once, discarding after a while. Not how they are drawn.

use crate::app::App;
use crate::execution::{Rows, later, pages, step};
use crate::history::LetterFilter;
use crate::route::Route;
use krowoc_shared::execution::failure::FailureClass;
use krowoc_shared::execution::wire::{
    DeadLetterIds, DeadLetterPage, DeadLetterView, DeadLettersDone,
};
use krowoc_shared::ids::DeadLetterId;
use krowoc_ui::api::Client;
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::executions as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::{BTreeMap, BTreeSet};

/// The list; cheap to copy.
#[derive(Clone, Copy)]
pub struct Control {
    /// The application.
    pub app: App,
    /// Which.
    pub filter: RwSignal<LetterFilter>,
    /// The rows.
    pub list: RwSignal<Rows<DeadLetterView>>,
    /// How many match, and how many of each class.
    pub counts: RwSignal<(u64, BTreeMap<FailureClass, u64>)>,
    /// The row of the keyboard.
    pub at: RwSignal<Option<usize>>,
    /// Selected ones.
    pub selected: RwSignal<BTreeSet<DeadLetterId>>,
    /// Discarded, and not sent yet.
    pub gone: RwSignal<BTreeSet<DeadLetterId>>,
    /// The person may see everybody's.
    pub operator: RwSignal<bool>,
}

impl Control {
    /// A list that begins to load.
    pub fn new(app: App, filter: LetterFilter) -> Self {
        let this = Self {
            app,
            operator: RwSignal::new(filter.all),
            filter: RwSignal::new(filter),
            list: RwSignal::new(Rows::default()),
            counts: RwSignal::new((0, BTreeMap::new())),
            at: RwSignal::new(None),
            selected: RwSignal::new(BTreeSet::new()),
            gone: RwSignal::new(BTreeSet::new()),
        };
        this.load();
        this.ask_operator();
        this
    }

    /// Whether everybody's may be seen is the server's to say.
    fn ask_operator(self) {
        spawn_local(async move {
            let path = "/dead-letters?all=true&limit=1";
            if Client.get::<DeadLetterPage>(path).await.is_ok() {
                self.operator.try_set(true);
            }
        });
    }

    /// Asks for the first page.
    pub fn load(self) {
        self.at.set(None);
        self.selected.update(BTreeSet::clear);
        if let Some(number) = self.list.try_update(Rows::restart) {
            self.ask(number);
        }
    }

    /// Asks again while the rows stay.
    fn again(self) {
        if let Some(number) = self.list.try_update(Rows::again) {
            self.ask(number);
        }
    }

    fn ask(self, number: u32) {
        let path = self.filter.with_untracked(|filter| filter.path(None));
        pages::first(
            self.app,
            self.list,
            number,
            path,
            move |page: &DeadLetterPage| {
                self.counts.try_set((page.total, page.by_class.clone()));
            },
        );
    }

    /// Asks for the next page.
    pub fn more(self) {
        pages::more::<DeadLetterPage>(self.app, self.list, |cursor| {
            self.filter
                .with_untracked(|filter| filter.path(Some(cursor)))
        });
    }

    /// Narrows the list another way; the address follows.
    pub fn narrow(self, change: impl FnOnce(&mut LetterFilter)) {
        self.filter.update(change);
        let route = Route::DeadLetters(self.filter.get_untracked());
        self.app.nav.replace(route);
        self.load();
    }

    /// The rows as they are shown.
    pub fn shown(self) -> Vec<DeadLetterView> {
        self.list.with(|list| {
            self.gone.with(|gone| {
                let there = list.rows.iter().filter(|row| !gone.contains(&row.id));
                there.cloned().collect()
            })
        })
    }

    /// Moves the cursor.
    pub fn step(self, by: isize) {
        let count = untrack(|| self.shown().len());
        self.at.set(step(self.at.get_untracked(), by, count));
        request_animation_frame(|| {
            if let Ok(Some(row)) = document().query_selector(".item.is-on") {
                row.scroll_into_view_with_bool(false);
            }
        });
    }

    /// The dead letter at the cursor.
    pub fn current(self) -> Option<DeadLetterId> {
        let at = self.at.get_untracked()?;
        untrack(|| self.shown().get(at).map(|row| row.id))
    }

    /// Marks or unmarks one.
    pub fn mark(self, id: DeadLetterId) {
        self.selected.update(|selected| {
            if !selected.remove(&id) {
                selected.insert(id);
            }
        });
    }

    /// Marks all that are loaded, or none when all are marked.
    pub fn mark_all(self) {
        let all: BTreeSet<DeadLetterId> = untrack(|| self.shown())
            .into_iter()
            .map(|row| row.id)
            .collect();
        self.selected.update(|selected| {
            *selected = if *selected == all {
                BTreeSet::new()
            } else {
                all
            };
        });
    }

    /// What an action is about: the selected ones, else the one at the cursor.
    pub fn targets(self) -> Vec<DeadLetterId> {
        let selected: Vec<_> = self
            .selected
            .with_untracked(|selected| selected.iter().copied().collect());
        if selected.is_empty() {
            self.current().into_iter().collect()
        } else {
            selected
        }
    }

    /// Sends the requests once more.
    pub fn replay(self, ids: Vec<DeadLetterId>) {
        if ids.is_empty() {
            return;
        }
        spawn_local(async move {
            for part in ids.chunks(500) {
                let body = DeadLetterIds { ids: part.to_vec() };
                match Client
                    .post::<DeadLettersDone>("/dead-letters/replay", &body)
                    .await
                {
                    Ok(done) => {
                        self.app
                            .toasts
                            .say(Glyph::Play, words::replayed(done.done.len()));
                        self.say_refused(&done);
                    }
                    Err(error) => self.app.failed(&error),
                }
            }
            self.selected.try_update(BTreeSet::clear);
            self.again();
        });
    }

    fn say_refused(self, done: &DeadLettersDone) {
        if let Some(first) = done.refused.first() {
            let why = first
                .problem
                .detail
                .clone()
                .unwrap_or_else(|| first.problem.title.clone());
            let text = words::refused(done.refused.len(), &why);
            self.app.toasts.say(Glyph::Alert, text);
        }
    }

    /// Takes them off the list; they can be taken back until it is sent.
    pub fn discard(self, ids: Vec<DeadLetterId>) {
        if ids.is_empty() {
            return;
        }
        self.gone.update(|gone| gone.extend(ids.iter().copied()));
        self.selected.update(BTreeSet::clear);
        let (back, text) = (ids.clone(), words::discarded(ids.len()));
        let undo = move || {
            self.gone
                .try_update(|gone| gone.retain(|id| !back.contains(id)));
        };
        later(self.app, Glyph::Trash, text, undo, move || {
            spawn_local(async move {
                for part in ids.chunks(500) {
                    let body = DeadLetterIds { ids: part.to_vec() };
                    match Client
                        .post::<DeadLettersDone>("/dead-letters/discard", &body)
                        .await
                    {
                        Ok(done) => self.say_refused(&done),
                        Err(error) => self.app.failed(&error),
                    }
                }
                self.gone
                    .try_update(|gone| gone.retain(|id| !ids.contains(id)));
                self.again();
            });
        });
    }
}
