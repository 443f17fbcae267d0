//! The state of a list: rows in order, the cursor, the selection, what is loading. Pure: no requests and no page.

use krowoc_shared::ids::DocId;
use krowoc_shared::library::wire::{Page, Summary};
use krowoc_ui::api::ApiError;
use std::collections::BTreeSet;
use std::ops::Range;

/// Rows drawn above and below what is visible.
const OVERSCAN: usize = 12;
/// Rows from the end at which more are asked for.
const AHEAD: usize = 60;

/// What a list is doing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// The first page is on its way.
    #[default]
    Loading,
    /// Nothing is on its way.
    Ready,
    /// A further page is on its way.
    More,
    /// A page did not come.
    Failed(ApiError),
}

/// A list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Loaded rows, in order.
    pub rows: Vec<Summary>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Rows in all.
    pub total: u64,
    /// What is going on.
    pub phase: Phase,
    /// The row the keyboard is at, by id: rows move.
    pub at: Option<DocId>,
    /// Marked rows.
    pub selected: BTreeSet<DocId>,
    /// Answers to earlier questions are dropped.
    generation: u32,
}

impl List {
    /// A new question: everything loaded belongs to the old one. Gives the number an answer must carry.
    pub fn restart(&mut self) -> u32 {
        let generation = self.generation.wrapping_add(1);
        *self = Self {
            generation,
            at: self.at,
            ..Self::default()
        };
        generation
    }

    /// The same question once more, while the rows stay. Gives the number an answer must carry.
    pub fn again(&mut self) -> u32 {
        self.generation = self.generation.wrapping_add(1);
        self.generation
    }

    /// Takes the first rows.
    pub fn first(&mut self, generation: u32, page: Page) {
        if generation != self.generation {
            return;
        }
        self.rows = page.items;
        self.next = page.next;
        self.total = page.total;
        self.phase = Phase::Ready;
        let here: BTreeSet<DocId> = self.rows.iter().map(|row| row.id).collect();
        self.selected.retain(|id| here.contains(id));
        if self.at.is_some_and(|at| !here.contains(&at)) {
            self.at = None;
        }
    }

    /// Begins to ask for a further page; `None` when there is none or one is on its way.
    pub fn ask_more(&mut self) -> Option<(u32, String)> {
        if self.phase == Phase::Ready || matches!(self.phase, Phase::Failed(_)) {
            let cursor = self.next.clone()?;
            self.phase = Phase::More;
            return Some((self.generation, cursor));
        }
        None
    }

    /// Takes a further page. A row that is there already (it moved while paging) is not shown twice.
    pub fn append(&mut self, generation: u32, page: Page) {
        if generation != self.generation {
            return;
        }
        let here: BTreeSet<DocId> = self.rows.iter().map(|row| row.id).collect();
        self.rows
            .extend(page.items.into_iter().filter(|row| !here.contains(&row.id)));
        self.next = page.next;
        self.total = page.total;
        self.phase = Phase::Ready;
    }

    /// The same question gave no answer this time: what is loaded stays.
    pub fn unread(&mut self, generation: u32) {
        if generation == self.generation && self.phase == Phase::More {
            self.phase = Phase::Ready;
        }
    }

    /// A page did not come.
    pub fn failed(&mut self, generation: u32, error: ApiError) {
        if generation == self.generation {
            self.phase = Phase::Failed(error);
        }
    }

    /// Whether the end of the window is near enough to the end of the rows to ask for more.
    #[must_use]
    pub fn wants_more(&self, window: &Range<usize>) -> bool {
        self.phase == Phase::Ready
            && self.next.is_some()
            && window.end.saturating_add(AHEAD) >= self.rows.len()
    }

    /// Place of the row the keyboard is at.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        let at = self.at?;
        self.rows.iter().position(|row| row.id == at)
    }

    /// The row the keyboard is at.
    #[must_use]
    pub fn current(&self) -> Option<&Summary> {
        self.index().and_then(|i| self.rows.get(i))
    }

    /// Moves the cursor; stays within the rows. Gives the new place.
    pub fn step(&mut self, by: isize) -> Option<usize> {
        let last = self.rows.len().checked_sub(1)?;
        let to = match self.index() {
            Some(i) => i.saturating_add_signed(by).min(last),
            None if by < 0 => last,
            None => 0,
        };
        self.at = self.rows.get(to).map(|row| row.id);
        Some(to)
    }

    /// Marks or unmarks a row; with `range`, marks all from the cursor to it.
    pub fn mark(&mut self, id: DocId, range: bool) {
        let to = self.rows.iter().position(|row| row.id == id);
        match (range, self.index(), to) {
            (true, Some(from), Some(to)) => {
                let ids = self
                    .rows
                    .get(from.min(to)..=from.max(to))
                    .unwrap_or_default();
                self.selected.extend(ids.iter().map(|row| row.id));
            }
            _ => {
                if !self.selected.remove(&id) {
                    self.selected.insert(id);
                }
            }
        }
        self.at = Some(id);
    }

    /// Marks every loaded row, or none when all are.
    pub fn mark_all(&mut self) {
        if self.selected.len() == self.rows.len() {
            self.selected.clear();
        } else {
            self.selected = self.rows.iter().map(|row| row.id).collect();
        }
    }

    /// What an action is about: the marked rows in order, else the row at the cursor.
    #[must_use]
    pub fn targets(&self) -> Vec<Summary> {
        if self.selected.is_empty() {
            return self.current().cloned().into_iter().collect();
        }
        self.rows
            .iter()
            .filter(|row| self.selected.contains(&row.id))
            .cloned()
            .collect()
    }

    /// Takes rows out at once, before the server confirms; the cursor goes to the next that stays.
    pub fn remove(&mut self, ids: &BTreeSet<DocId>) {
        if self.at.is_some_and(|at| ids.contains(&at)) {
            let from = self.index().unwrap_or(0);
            let (before, after) = self
                .rows
                .split_at_checked(from)
                .unwrap_or((&self.rows, &[]));
            let mut stays = after
                .iter()
                .chain(before.iter().rev())
                .filter(|row| !ids.contains(&row.id));
            self.at = stays.next().map(|row| row.id);
        }
        let before = self.rows.len();
        self.rows.retain(|row| !ids.contains(&row.id));
        let gone = u64::try_from(before.saturating_sub(self.rows.len())).unwrap_or(0);
        self.total = self.total.saturating_sub(gone);
        self.selected.retain(|id| !ids.contains(id));
    }

    /// Changes rows at once, before the server confirms.
    pub fn edit(&mut self, ids: &BTreeSet<DocId>, change: impl Fn(&mut Summary)) {
        for row in self.rows.iter_mut().filter(|row| ids.contains(&row.id)) {
            change(row);
        }
    }
}

/// Rows to draw for a scroll position, all in pixels; the height of a row is never zero.
#[must_use]
pub fn window(top: f64, height: f64, row: f64, rows: usize) -> Range<usize> {
    let row = row.max(1.0);
    let whole = |pixels: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the number of rows, which fits"
        )]
        #[expect(
            clippy::cast_precision_loss,
            reason = "a list has far fewer rows than 2^52"
        )]
        let n = (pixels / row).clamp(0.0, rows as f64) as usize;
        n
    };
    let start = whole(top).saturating_sub(OVERSCAN);
    let end = whole(top + height)
        .saturating_add(OVERSCAN)
        .saturating_add(1)
        .min(rows);
    start.min(end)..end
}

/// Where to scroll so that a row is visible; `None` when it is.
#[must_use]
pub fn reveal(index: usize, top: f64, height: f64, row: f64) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a list has far fewer rows than 2^52"
    )]
    let start = index as f64 * row;
    if start < top {
        Some(start)
    } else if start + row > top + height {
        Some(start + row - height)
    } else {
        None
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
