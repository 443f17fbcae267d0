//! The library that is saved to: which it is, what there is in it to complete from, which earlier save is in it. Not the saving.

use super::desk::{Desk, Saving};
use crate::messages::{Keep, Request, Shelf};
use crate::model::before;
use crate::page::ask;
use crate::page::reactive::once;
use krowoc_shared::ids::SpaceId;
use krowoc_shared::library::document::Kind;
use krowoc_ui::editor::Editor;
use wasm_bindgen_futures::spawn_local;

impl Desk {
    /// What is written now.
    pub fn editor(self) -> Editor {
        if self.writing.peek(Option::is_some) {
            self.pen
        } else {
            self.clip
        }
    }

    /// Asks what is to be completed from in a library, or in the one that was saved to `last`. An answer about a library that is not the
    /// chosen one any more is dropped.
    pub fn stock(self, space: Option<SpaceId>, last: bool) {
        spawn_local(async move {
            let Ok(shelf) = ask::<Shelf>(&Request::Shelf { space, last }).await else {
                return;
            };
            // What is being saved was not meant for another one, nor is what was begun already: that library is the one that is shown.
            let free = last && !self.chosen.now() && self.saving.now() == Saving::Not;
            if free && !self.is_begun() && shelf.space != self.clip.space.now() {
                self.turn_to(shelf.space);
            }
            let wanted = self.editor().space.now();
            if shelf.space == wanted {
                self.shelf.set(shelf);
            } else if last {
                self.stock(wanted, false);
            }
        });
    }

    /// Whether the person has written or picked something about the page: the answer to an earlier question changes nothing of it any more.
    fn is_begun(self) -> bool {
        let (keep, kind) = self.proposal();
        let picked = self.keep.now() != keep || self.clip.kind.now() != kind;
        picked || self.templated.now() || self.is_written()
    }

    /// What is done with the earlier save, and what the capture is saved as, where the person says nothing.
    fn proposal(self) -> (Keep, Kind) {
        let before = once(|| self.before());
        let keep = before::proposed(before.as_ref(), self.clip.space.now());
        let kind = before::kind(before.as_ref(), keep, self.clip.before().kind);
        (keep, kind)
    }

    /// Asks anew when what is written now is in another library than what was.
    pub fn restock(self) {
        let space = self.editor().space.now();
        if self.shelf.peek(|shelf| shelf.space) != space {
            self.clear();
            self.stock(space, false);
        }
    }

    fn clear(self) {
        self.shelf.update(|shelf| {
            shelf.tags.clear();
            shelf.collections.clear();
            shelf.values.clear();
            shelf.models.clear();
        });
    }

    /// Chooses the library of what is saved.
    pub fn shelve(self, space: Option<SpaceId>) {
        // Nothing of the library before can be picked until this one's is here.
        self.clear();
        if self.writing.peek(Option::is_some) {
            self.pen.shelve(space);
        } else {
            self.chosen.set(true);
            self.turn_to(space);
        }
        self.stock(space, false);
    }

    /// Another library for the capture, and with it another earlier save.
    pub fn turn_to(self, space: Option<SpaceId>) {
        // The title of the earlier one goes with it, and so does the kind that it brought.
        let (_, proposed) = self.proposal();
        let kind = before::left(self.clip.kind.now(), proposed, self.clip.before().kind);
        self.clip.kind.set(kind);
        self.choose(Keep::Both);
        self.clip.shelve(space);
        self.propose();
    }

    /// What to do with the earlier save unless the person says otherwise.
    pub fn propose(self) {
        let before = once(|| self.before());
        let keep = before::proposed(before.as_ref(), self.clip.space.now());
        let kind = before::kind(before.as_ref(), keep, self.clip.kind.now());
        self.clip.kind.set(kind);
        self.choose(keep);
    }
}
