//! Rows that come in pages, each with the cursor of the next: what is loaded, what is on its way. Pure: no requests.

use krowoc_ui::api::ApiError;

/// What goes on.
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

/// The rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<T> {
    /// What is loaded, in order.
    pub rows: Vec<T>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// What goes on.
    pub phase: Phase,
    /// Answers to earlier questions are dropped.
    generation: u32,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
            phase: Phase::Loading,
            generation: 0,
        }
    }
}

impl<T> Rows<T> {
    /// A new question: what is loaded belongs to the old one. Gives the number that its answer must carry.
    pub fn restart(&mut self) -> u32 {
        *self = Self {
            generation: self.generation.wrapping_add(1),
            ..Self::default()
        };
        self.generation
    }

    /// The same question once more, while the rows stay.
    pub fn again(&mut self) -> u32 {
        self.generation = self.generation.wrapping_add(1);
        self.generation
    }

    /// Asks for the next page; nothing when there is none, or one is on its way.
    pub fn ask_more(&mut self) -> Option<(u32, String)> {
        if matches!(self.phase, Phase::Loading | Phase::More) {
            return None;
        }
        let cursor = self.next.clone()?;
        self.phase = Phase::More;
        Some((self.generation, cursor))
    }

    /// Takes the first page.
    pub fn first(&mut self, generation: u32, rows: Vec<T>, next: Option<String>) {
        if generation == self.generation {
            (self.rows, self.next, self.phase) = (rows, next, Phase::Ready);
        }
    }

    /// Takes a further page; a row that is loaded already is not shown twice.
    pub fn append<K: PartialEq>(
        &mut self,
        generation: u32,
        rows: Vec<T>,
        next: Option<String>,
        key: impl Fn(&T) -> K,
    ) {
        if generation == self.generation {
            for row in rows {
                if !self.rows.iter().any(|it| key(it) == key(&row)) {
                    self.rows.push(row);
                }
            }
            (self.next, self.phase) = (next, Phase::Ready);
        }
    }

    /// A page did not come.
    pub fn failed(&mut self, generation: u32, error: ApiError) {
        if generation == self.generation {
            self.phase = Phase::Failed(error);
        }
    }
}

/// The row a step away, kept within the rows; the first or the last when there was none.
#[must_use]
pub fn step(at: Option<usize>, by: isize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    Some(match at {
        None if by < 0 => last,
        None => 0,
        Some(at) => at.saturating_add_signed(by).min(last),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_an_earlier_question_is_dropped() {
        let mut rows = Rows::<u8>::default();
        let old = rows.restart();
        let new = rows.restart();
        rows.first(old, vec![1], None);
        assert_eq!((rows.rows.len(), &rows.phase), (0, &Phase::Loading));
        rows.first(new, vec![2], Some("c".to_owned()));
        rows.failed(old, ApiError::Offline);
        assert_eq!(
            (rows.rows.as_slice(), &rows.phase),
            ([2].as_slice(), &Phase::Ready)
        );
    }

    #[test]
    fn one_page_is_asked_for_at_a_time_and_none_after_the_last() {
        let mut rows = Rows::<u8>::default();
        assert_eq!(rows.ask_more(), None);
        let number = rows.restart();
        rows.first(number, vec![1, 2], Some("c".to_owned()));
        assert_eq!(rows.ask_more(), Some((number, "c".to_owned())));
        assert_eq!(rows.ask_more(), None);
        rows.append(number, vec![2, 3], None, |row| *row);
        assert_eq!(rows.rows, [1, 2, 3]);
        assert_eq!(rows.ask_more(), None);
    }

    #[test]
    fn a_page_that_failed_can_be_asked_for_again() {
        let mut rows = Rows::<u8>::default();
        let number = rows.restart();
        rows.first(number, vec![1], Some("c".to_owned()));
        rows.ask_more();
        rows.failed(number, ApiError::Offline);
        assert!(rows.ask_more().is_some());
    }

    #[test]
    fn a_step_stays_within_the_rows() {
        assert_eq!(step(None, 1, 3), Some(0));
        assert_eq!(step(None, -1, 3), Some(2));
        assert_eq!(step(Some(2), 1, 3), Some(2));
        assert_eq!(step(Some(2), isize::MIN, 3), Some(0));
        assert_eq!(step(Some(0), 1, 0), None);
    }
}
