//! An answer on the page while it grows: drawn at most once a frame, and never pulled away from under a reader. Not its text's meaning.

use crate::markdown::Growing;
use krowoc_shared::ids::Millis;
use leptos::prelude::document;
use web_sys::Element;

/// Pixels from the end within which a reader counts as being there.
const NEAR: i32 = 32;
/// Bytes that may be drawn again for each millisecond of rest, so that a long block leaves time for everything else.
const BYTES_A_MS: usize = 120;
/// Longest rest between two drawings.
const LONGEST_REST: Millis = 400;

/// The text of a lane with its place on the page.
pub struct Answer {
    text: Growing,
    reasoning: String,
    place: Option<(Element, Element)>,
    thoughts: Option<Element>,
    /// The reader is at the end, and stays there as it moves.
    follows: bool,
    top: i32,
    dirty: bool,
    drawn_at: Millis,
    whole: bool,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            text: Growing::default(),
            reasoning: String::new(),
            place: None,
            thoughts: None,
            follows: true,
            top: 0,
            dirty: false,
            drawn_at: 0,
            whole: false,
        }
    }
}

/// Whether a reader follows the end after a scroll: one who goes up does not, one who comes near the end does.
#[must_use]
pub fn follows(before: bool, last: i32, top: i32, view: i32, all: i32) -> bool {
    let rest = all.saturating_sub(view).saturating_sub(top);
    if rest <= NEAR {
        return true;
    }
    // Content that grew under a reader at the end is no scroll of theirs.
    before && top >= last
}

/// Whether enough time has passed to draw so many bytes again.
#[must_use]
pub fn is_due(open: usize, since: Millis) -> bool {
    let rest = Millis::try_from(open / BYTES_A_MS).unwrap_or(LONGEST_REST);
    since >= rest.min(LONGEST_REST)
}

impl Answer {
    /// The whole text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.text()
    }

    /// Whether only the beginning is drawn.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.text.is_cut()
    }

    /// Adds a piece of the answer.
    pub fn push(&mut self, piece: &str) {
        self.text.push(piece);
        self.dirty = true;
    }

    /// Adds a piece of the reasoning: it is plain text, and only ever grows.
    pub fn think(&mut self, piece: &str) {
        self.reasoning.push_str(piece);
        if let Some(thoughts) = &self.thoughts {
            let _ = thoughts.append_child(&document().create_text_node(piece));
        }
    }

    /// What came is lost, and comes anew.
    pub fn restart(&mut self) {
        self.text = Growing::default();
        self.reasoning.clear();
        if let Some((root, _)) = &self.place {
            root.set_inner_html("");
        }
        if let Some(thoughts) = &self.thoughts {
            thoughts.set_text_content(None);
        }
        (self.follows, self.whole, self.dirty) = (true, false, true);
    }

    /// The elements are on the page: the text's own, and the one that scrolls around it.
    pub fn mount(&mut self, root: Element, scroller: Element) {
        root.set_inner_html("");
        let text = self.text.text().to_owned();
        self.text = Growing::default();
        self.text.push(&text);
        self.place = Some((root, scroller));
        self.dirty = true;
    }

    /// The reasoning's element is on the page.
    pub fn mount_thoughts(&mut self, thoughts: Element) {
        thoughts.set_text_content(Some(&self.reasoning));
        self.thoughts = Some(thoughts);
    }

    /// Nothing more will come.
    pub fn end(&mut self) {
        self.whole = true;
        self.dirty = true;
    }

    /// Draws what came, if it is time; true when something is left for a later frame.
    pub fn draw(&mut self, now: Millis) -> bool {
        let Some((root, scroller)) = self.place.clone().filter(|_| self.dirty) else {
            return false;
        };
        if !self.whole && !is_due(self.text.open(), now.saturating_sub(self.drawn_at)) {
            return true;
        }
        let left = if self.whole && !self.text.is_behind() {
            self.text.finish(&root);
            false
        } else {
            self.text.draw(&root) || self.whole
        };
        self.dirty = left;
        self.drawn_at = now;
        if self.follows {
            self.go_to_end(&scroller);
        }
        left
    }

    fn go_to_end(&mut self, scroller: &Element) {
        scroller.set_scroll_top(scroller.scroll_height());
        self.top = scroller.scroll_top();
    }

    /// The reader scrolled; gives whether the end is followed now.
    pub fn scrolled(&mut self) -> bool {
        let Some((_, scroller)) = &self.place else {
            return true;
        };
        let top = scroller.scroll_top();
        let (view, all) = (scroller.client_height(), scroller.scroll_height());
        self.follows = follows(self.follows, self.top, top, view, all);
        self.top = top;
        self.follows
    }

    /// Goes to the end and stays there.
    pub fn follow(&mut self) {
        self.follows = true;
        if let Some((_, scroller)) = self.place.clone() {
            self.go_to_end(&scroller);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_reader_at_the_end_is_taken_along() {
        assert!(follows(false, 0, 570, 400, 1_000), "near the end again");
        assert!(!follows(true, 600, 300, 400, 1_000), "went up to read");
        assert!(
            follows(true, 600, 600, 400, 2_000),
            "the text grew, nobody scrolled"
        );
        assert!(
            !follows(false, 300, 350, 400, 1_000),
            "reads on, not at the end yet"
        );
    }

    #[test]
    fn a_long_block_is_drawn_less_often_but_never_rarely() {
        assert!(is_due(100, 0));
        assert!(!is_due(12_000, 50));
        assert!(is_due(12_000, 100));
        assert!(is_due(10_000_000, LONGEST_REST));
    }
}
