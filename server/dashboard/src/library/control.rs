//! The list at work: asks for pages, moves the cursor, acts on rows. Not how it is drawn.

use super::state::{self, List};
use crate::app::App;
use crate::compose::Write;
use crate::frame::Overlay;
use crate::platform;
use crate::route::{Filter, Route, Tab};
use crate::timing::{Debounce, Throttle};
use krowoc_shared::access::Action;
use krowoc_shared::ids::DocId;
use krowoc_shared::library::document::{Field, Kind};
use krowoc_shared::library::wire::{BatchResult, BulkEdit, EditDocument, Page, Summary, Written};
use krowoc_shared::sync::wire::{Outcome, TagEdit};
use krowoc_ui::api::{ApiError, Client, Place, query_string};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::library as words;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a page.
const PAGE: u32 = 100;
/// Most rows of a page that is read again.
const PAGE_MOST: u32 = 200;
/// Beyond so many rows a change is announced instead of read.
const REREAD: usize = 1_000;
/// Documents in one bulk request.
const BULK: usize = 100;

/// A list with everything that moves it; cheap to copy.
#[derive(Clone, Copy)]
pub struct Control {
    /// The application.
    pub app: App,
    /// Which list.
    pub tab: Tab,
    /// The library that it is of: what is done to its rows, and taken back later, is done there.
    place: Place,
    /// Its state.
    pub list: RwSignal<List>,
    /// What narrows it.
    pub filter: RwSignal<Filter>,
    /// The detail is open over the list, on a narrow window.
    pub drawer: RwSignal<bool>,
    /// The library changed and the rows are too many to read again unasked.
    pub stale: RwSignal<bool>,
    /// The scrolling element.
    pub pane: NodeRef<html::Div>,
    /// Its scroll position.
    pub top: RwSignal<f64>,
    /// Its height.
    pub height: RwSignal<f64>,
    /// Height of a row.
    pub row: RwSignal<f64>,
    typing: Debounce,
    rereading: Throttle,
    /// The list is being read again.
    reading: StoredValue<bool>,
    /// It changed while it was.
    missed: StoredValue<bool>,
}

impl Control {
    /// A list that begins to load.
    pub fn new(app: App, tab: Tab) -> Self {
        let filter = match app.nav.untracked() {
            Route::Library(_, filter) => filter,
            _ => Filter::default(),
        };
        let this = Self {
            app,
            tab,
            place: Client.here(),
            list: RwSignal::new(List::default()),
            filter: RwSignal::new(filter),
            drawer: RwSignal::new(false),
            stale: RwSignal::new(false),
            pane: NodeRef::new(),
            top: RwSignal::new(0.0),
            height: RwSignal::new(800.0),
            row: RwSignal::new(59.0),
            typing: Debounce::new(160),
            rereading: Throttle::new(250),
            reading: StoredValue::new(false),
            missed: StoredValue::new(false),
        };
        this.load();
        this
    }

    /// The address of a page of this list; `None` when the list is not shown any more.
    fn question(self, cursor: Option<String>, limit: u32) -> Option<String> {
        let now = self.app.now.get_untracked();
        let query = self
            .filter
            .try_with_untracked(|filter| filter.query(self.tab, now, cursor, limit))?;
        Some(
            self.place
                .path(&format!("/library{}", query_string(&query))),
        )
    }

    /// Asks anew.
    pub fn load(self) {
        let Some(generation) = self.list.try_update(List::restart) else {
            return;
        };
        self.scroll_to(0.0);
        self.stale.set(false);
        let Some(path) = self.question(None, PAGE) else {
            return;
        };
        spawn_local(async move {
            let answer = Client.get::<Page>(&path).await;
            self.list.try_update(|list| match answer {
                Ok(page) => list.first(generation, page),
                Err(error) => self.broken(list, generation, error),
            });
        });
    }

    fn broken(self, list: &mut List, generation: u32, error: ApiError) {
        if error.signed_out() {
            self.app.failed(&error);
        }
        list.failed(generation, error);
    }

    /// Asks for the next page when there is one.
    pub fn more(self) {
        let Some(Some((generation, cursor))) = self.list.try_update(List::ask_more) else {
            return;
        };
        let Some(path) = self.question(Some(cursor), PAGE_MOST) else {
            return;
        };
        spawn_local(async move {
            let answer = Client.get::<Page>(&path).await;
            self.list.try_update(|list| match answer {
                Ok(page) => list.append(generation, page),
                Err(error) => self.broken(list, generation, error),
            });
        });
    }

    /// The library changed somewhere: reads what is loaded again, in place, at most four times a second.
    pub fn changed(self) {
        self.rereading.run(move || {
            let Some(loaded) = self.list.try_with_untracked(|list| list.rows.len()) else {
                return;
            };
            if loaded > REREAD {
                self.stale.set(true);
            } else {
                self.reread(loaded);
            }
        });
    }

    /// One reading at a time: an answer is never outrun by the next question.
    fn reread(self, loaded: usize) {
        if self.reading.get_value() {
            self.missed.set_value(true);
            return;
        }
        let Some(generation) = self.list.try_update_untracked(List::again) else {
            return;
        };
        self.reading.set_value(true);
        spawn_local(async move {
            let page = self.read_all(loaded).await;
            self.list.try_update(|list| match page {
                Some(page) => list.first(generation, page),
                None => list.unread(generation),
            });
            self.reading.try_set_value(false);
            if self.missed.try_get_value() == Some(true) {
                self.missed.try_set_value(false);
                self.changed();
            }
        });
    }

    /// As many rows as are loaded, in one page.
    async fn read_all(self, loaded: usize) -> Option<Page> {
        let limit = if loaded > 100 { PAGE_MOST } else { PAGE };
        let mut all: Page = Client.get(&self.question(None, limit)?).await.ok()?;
        while all.items.len() < loaded && all.next.is_some() {
            let page: Page = Client
                .get(&self.question(all.next.take(), limit)?)
                .await
                .ok()?;
            all.items.extend(page.items);
            all.next = page.next;
        }
        Some(all)
    }

    /// Narrows or orders the list; the address follows.
    pub fn set_filter(self, change: impl FnOnce(&mut Filter)) {
        self.filter.update(change);
        self.app
            .nav
            .replace(Route::Library(self.tab, self.filter.get_untracked()));
        self.load();
    }

    /// Whether a search waits to be sent.
    pub fn typing(self) -> bool {
        self.typing.waits()
    }

    /// Searches, a moment after the last letter.
    pub fn search(self, words: String) {
        self.filter.update(|filter| filter.q = words);
        self.typing.run(move || self.set_filter(|_| {}));
    }

    /// Moves the cursor and keeps it visible.
    pub fn step(self, by: isize) {
        if let Some(Some(index)) = self.list.try_update(|list| list.step(by)) {
            self.show(index);
        }
    }

    fn show(self, index: usize) {
        let (top, height, row) = (
            self.top.get_untracked(),
            self.height.get_untracked(),
            self.row.get_untracked(),
        );
        if let Some(to) = state::reveal(index, top, height, row) {
            self.scroll_to(to);
        }
    }

    fn scroll_to(self, top: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a scroll position fits")]
        if let Some(pane) = self.pane.get_untracked() {
            pane.set_scroll_top(top as i32);
        }
        self.top.set(top);
    }

    /// Rows that fit the window.
    pub fn screenful(self) -> isize {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a number of rows on a screen"
        )]
        let rows = (self.height.get_untracked() / self.row.get_untracked().max(1.0)) as isize;
        rows.max(1)
    }

    /// Chooses a row for the detail.
    pub fn choose(self, id: DocId) {
        self.list.update(|list| list.at = Some(id));
        self.drawer.set(true);
    }

    /// Opens the row at the cursor.
    pub fn open(self) -> bool {
        let Some(row) = self.list.with_untracked(|list| list.current().cloned()) else {
            return false;
        };
        self.app.nav.go(Route::Document(row.id));
        true
    }

    /// Opens the editor with the row at the cursor. What is more than its text to see to (a collection, the trash, two sides to settle),
    /// and what may only be read, has its page.
    pub fn edit(self) -> bool {
        let Some(row) = self.list.with_untracked(|list| list.current().cloned()) else {
            return false;
        };
        let plain = row.kind != Kind::Collection && row.deleted_at.is_none() && !row.conflict;
        if !plain || !self.app.space.may(Action::WriteDocuments) {
            return self.open();
        }
        let what = Overlay::Write(Write::Edit(row.id));
        self.app.overlay.set(Some(what));
        true
    }

    pub(super) fn targets(self) -> Vec<Summary> {
        self.list.with_untracked(List::targets)
    }

    /// Moves what is marked to the trash, or out of it when this is the trash. The rows go at once.
    pub fn trash(self) -> bool {
        let rows = self.targets();
        if rows.is_empty() {
            return false;
        }
        let ids: Vec<DocId> = rows.iter().map(|row| row.id).collect();
        let gone: BTreeSet<DocId> = ids.iter().copied().collect();
        let count = u64::try_from(ids.len()).unwrap_or(0);
        self.list.update(|list| list.remove(&gone));
        let (there, back) = (Value::from(platform::now()), Value::Null);
        let (set, undo) = if self.tab == Tab::Trash {
            (back, there)
        } else {
            (there, back)
        };
        let (glyph, text) = if self.tab == Tab::Trash {
            (Glyph::Undo, words::restored(count))
        } else {
            (Glyph::Trash, words::trashed(count))
        };
        let again = ids.clone();
        self.bulk(
            ids,
            BTreeMap::from([(Field::DeletedAt, set)]),
            TagEdit::default(),
        );
        self.app.toasts.undoable(glyph, text, move || {
            self.bulk(
                again.clone(),
                BTreeMap::from([(Field::DeletedAt, undo.clone())]),
                TagEdit::default(),
            );
        });
        true
    }

    /// Adds a tag to what is marked, or takes it away.
    pub fn tag(self, tag: &str, remove: bool) {
        let rows: Vec<Summary> = self
            .targets()
            .into_iter()
            .filter(|row| row.tags.iter().any(|it| it == tag) == remove)
            .collect();
        if rows.is_empty() {
            return;
        }
        let ids: Vec<DocId> = rows.iter().map(|row| row.id).collect();
        let count = u64::try_from(ids.len()).unwrap_or(0);
        let edit = |remove: bool| {
            let mut edit = TagEdit::default();
            if remove {
                &mut edit.remove
            } else {
                &mut edit.add
            }
            .push(tag.to_owned());
            edit
        };
        let marked: BTreeSet<DocId> = ids.iter().copied().collect();
        self.list.update(|list| {
            list.edit(&marked, |row| {
                row.tags.retain(|it| it != tag);
                if !remove {
                    row.tags.push(tag.to_owned());
                    row.tags.sort();
                }
            });
        });
        let undo = edit(!remove);
        let text = if remove {
            words::untagged(count, tag)
        } else {
            words::tagged(count, tag)
        };
        self.bulk(ids.clone(), BTreeMap::new(), edit(remove));
        self.app.toasts.undoable(Glyph::Bookmark, text, move || {
            self.bulk(ids.clone(), BTreeMap::new(), undo.clone())
        });
    }

    /// Moves what is marked to a collection, or out of any. Undo brings each back to where it was.
    pub fn move_to(self, collection: Option<DocId>, title: &str) {
        let rows = self.targets();
        let ids: Vec<DocId> = rows.iter().map(|row| row.id).collect();
        let count = u64::try_from(ids.len()).unwrap_or(0);
        let marked: BTreeSet<DocId> = ids.iter().copied().collect();
        self.list
            .update(|list| list.edit(&marked, |row| row.collection = collection));
        let value = |id: Option<DocId>| {
            BTreeMap::from([(
                Field::Collection,
                id.map_or(Value::Null, |id| Value::from(id.to_string())),
            )])
        };
        self.bulk(ids, value(collection), TagEdit::default());
        let mut before: BTreeMap<Option<DocId>, Vec<DocId>> = BTreeMap::new();
        for row in &rows {
            before.entry(row.collection).or_default().push(row.id);
        }
        self.app
            .toasts
            .undoable(Glyph::Folder, words::moved(count, title), move || {
                for (collection, ids) in before.clone() {
                    self.bulk(ids, value(collection), TagEdit::default());
                }
            });
    }

    /// Marks or unmarks the row at the cursor as a favourite.
    pub fn favourite(self, id: DocId) {
        let mut now = false;
        self.list.update(|list| {
            list.edit(&BTreeSet::from([id]), |row| row.favourite = !row.favourite);
            now = list.rows.iter().any(|row| row.id == id && row.favourite);
        });
        let edit = EditDocument {
            op_id: Some(platform::op_id()),
            set: BTreeMap::from([(Field::Favourite, Value::from(now))]),
            ..EditDocument::default()
        };
        spawn_local(async move {
            if let Err(error) = Client
                .patch::<Written>(&self.place.path(&format!("/library/{id}")), &edit)
                .await
            {
                self.app.failed(&error);
                self.changed();
            }
        });
    }

    fn bulk(self, ids: Vec<DocId>, set: BTreeMap<Field, Value>, tags: TagEdit) {
        let edit = BulkEdit {
            set,
            tags,
            ..BulkEdit::default()
        };
        self.send(ids, edit, None);
    }

    /// Sends one edit for many documents, and reads the list again. What the server refuses is said, and how many it took when
    /// there are words for it.
    pub(super) fn send(self, ids: Vec<DocId>, edit: BulkEdit, said: Option<fn(u64) -> String>) {
        let app = self.app;
        let path = self.place.path("/library/bulk");
        spawn_local(async move {
            let (mut refused, mut taken) = (Vec::new(), 0);
            for some in ids.chunks(BULK) {
                let edit = BulkEdit {
                    ids: some.to_vec(),
                    ..edit.clone()
                };
                match Client.post::<BatchResult>(&path, &edit).await {
                    Ok(answer) => {
                        taken += answer.results.len();
                        let bad = answer
                            .results
                            .into_iter()
                            .filter(|result| result.outcome == Outcome::Rejected);
                        refused.extend(
                            bad.map(|it| it.violation.map(|it| it.message).unwrap_or_default()),
                        );
                    }
                    Err(error) => {
                        app.failed(&error);
                        break;
                    }
                }
            }
            let taken = u64::try_from(taken.saturating_sub(refused.len())).unwrap_or(0);
            if let (Some(said), 1..) = (said, taken) {
                app.toasts.say(Glyph::Check, said(taken));
            }
            if let Some(why) = refused.first() {
                app.toasts
                    .say(Glyph::Alert, words::refused(refused.len(), why));
            }
            app.refresh_overview();
            self.changed();
        });
    }
}
