//! The list at work: asks for pages, keeps the cursor and the two that are to be compared. Not how it is drawn.

use crate::app::App;
use crate::execution::{Phase, Rows, pages, step};
use crate::history::ExecutionFilter;
use crate::platform;
use crate::route::Route;
use krowoc_shared::execution::wire::{ExecutionPage, ExecutionView};
use krowoc_shared::ids::ExecutionId;
use leptos::prelude::*;
use std::time::Duration;

/// How often rows that are under way are looked at again.
const AGAIN: Duration = Duration::from_secs(3);

/// The list; cheap to copy.
#[derive(Clone, Copy)]
pub struct Control {
    /// The application.
    pub app: App,
    /// Which.
    pub filter: RwSignal<ExecutionFilter>,
    /// The rows.
    pub list: RwSignal<Rows<ExecutionView>>,
    /// The row of the keyboard.
    pub at: RwSignal<Option<usize>>,
    /// Those to compare, at most two.
    pub marked: RwSignal<Vec<ExecutionId>>,
    /// The present at the first page: all pages of a list agree on it.
    asked_at: StoredValue<i64>,
}

impl Control {
    /// A list that begins to load.
    pub fn new(app: App, filter: ExecutionFilter) -> Self {
        let this = Self {
            app,
            filter: RwSignal::new(filter),
            list: RwSignal::new(Rows::default()),
            at: RwSignal::new(None),
            marked: RwSignal::new(Vec::new()),
            asked_at: StoredValue::new(0),
        };
        this.load();
        let timer = set_interval_with_handle(move || this.look_again(), AGAIN).ok();
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
        });
        this
    }

    /// Asks for the first page.
    pub fn load(self) {
        self.at.set(None);
        let Some(number) = self.list.try_update(Rows::restart) else {
            return;
        };
        self.ask(number);
    }

    fn ask(self, number: u32) {
        self.asked_at.set_value(platform::now());
        let path = self
            .filter
            .with_untracked(|filter| filter.path(self.asked_at.get_value(), None));
        pages::first(self.app, self.list, number, path, |_: &ExecutionPage| {});
    }

    /// Asks for the next page.
    pub fn more(self) {
        let now = self.asked_at.get_value();
        pages::more::<ExecutionPage>(self.app, self.list, |cursor| {
            self.filter
                .with_untracked(|filter| filter.path(now, Some(cursor)))
        });
    }

    /// Rows under way are read again, while one page is loaded and somebody looks.
    fn look_again(self) {
        let moving = self.list.with_untracked(|list| {
            list.phase == Phase::Ready
                && list.rows.len() <= 50
                && list.rows.iter().any(|row| !row.state.is_final())
        });
        if moving && !document().hidden() {
            let number = self.list.try_update(Rows::again).unwrap_or_default();
            self.ask(number);
        }
    }

    /// Narrows the list another way; the address follows.
    pub fn narrow(self, change: impl FnOnce(&mut ExecutionFilter)) {
        self.filter.update(change);
        self.app
            .nav
            .replace(Route::Executions(self.filter.get_untracked()));
        self.load();
    }

    /// Moves the cursor.
    pub fn step(self, by: isize) {
        let count = self.list.with_untracked(|list| list.rows.len());
        let at = step(self.at.get_untracked(), by, count);
        self.at.set(at);
        if at.is_some_and(|at| at.saturating_add(5) >= count) {
            self.more();
        }
        request_animation_frame(|| {
            if let Ok(Some(row)) = document().query_selector(".item.is-on") {
                row.scroll_into_view_with_bool(false);
            }
        });
    }

    /// The execution at the cursor.
    pub fn current(self) -> Option<ExecutionId> {
        let at = self.at.get_untracked()?;
        self.list
            .with_untracked(|list| list.rows.get(at).map(|row| row.id))
    }

    /// Marks or unmarks one to compare; of three the oldest goes.
    pub fn mark(self, id: ExecutionId) {
        self.marked.update(|marked| {
            if let Some(at) = marked.iter().position(|it| *it == id) {
                marked.remove(at);
            } else {
                marked.push(id);
                if marked.len() > 2 {
                    marked.remove(0);
                }
            }
        });
    }
}
