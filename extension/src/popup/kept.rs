//! What is written and not saved, kept until the browser is closed: a popup closes with any click beside it. Not the saving.

use super::desk::{Desk, Saving};
use super::write::Writing;
use crate::browser::session;
use crate::json;
use crate::messages::{Keep, Preview};
use crate::model::place;
use crate::page::reactive::{effect, once};
use crate::page::t;
use gloo_timers::future::TimeoutFuture;
use krowoc_ui::editor::Form;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// The name under which it is kept.
const KEPT: &str = "writing";
/// The milliseconds of rest after which it is kept.
const REST: u32 = 250;
/// Captures of which what is written is kept, the latest first.
const MOST: usize = 8;

/// Something that is written.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The document; absent when it is written about a page.
    writing: Option<Writing>,
    /// Which page that is, or which text of it.
    page: String,
    /// What it was begun with.
    before: Form,
    /// What is written.
    now: Form,
    /// The text of the page is written over.
    rewrites: bool,
    /// What is done with an earlier save.
    keep: Keep,
}

/// What tells one capture from another.
fn page(captured: &Option<Preview>) -> Option<String> {
    let it = captured.as_ref()?;
    Some(place::of(it.part, &it.source, &it.title, &it.body))
}

impl Desk {
    /// Shows what was written before the popup was closed, and keeps what is written from now on.
    pub fn bring_back(self) {
        spawn_local(async move {
            let kept = session::recall(KEPT).await.ok().flatten();
            let kept = kept.and_then(|text| json::read::<Vec<Kept>>(&text).ok());
            for it in kept.into_iter().flatten() {
                match it.writing {
                    Some(writing) if self.writing.peek(Option::is_none) => {
                        self.show_writing(writing, &it.before);
                        self.pen.put(&it.now);
                        self.restock();
                        self.spoken.set(t("draftBack"));
                    }
                    Some(_) => {}
                    None => self.left.update(|left| left.push(it)),
                }
            }
            self.put_back();
            self.keep_on();
        });
    }

    /// Puts back what was written about the page that is shown.
    pub fn put_back(self) {
        if self.saving.now() != Saving::Not || self.is_written() {
            return;
        }
        let here = self.captured.peek(page);
        let of_here = |kept: &Kept| here.as_ref() == Some(&kept.page);
        let Some(kept) = self.left.now().into_iter().find(of_here) else {
            return;
        };
        self.left
            .update(|left| left.retain(|kept| here.as_ref() != Some(&kept.page)));
        // It was written for that library, whichever is shown or comes to be known; a collection is one of its library.
        self.chosen.set(true);
        self.turn_to(kept.now.space);
        self.clip.put(&kept.now);
        if once(|| self.before()).is_some() {
            self.keep.set(kept.keep);
        }
        self.rewrites.set(kept.rewrites);
        self.back.set(true);
        self.restock();
        self.spoken.set(t("draftBack"));
    }

    /// Puts what is written about the page aside: another is about to be shown.
    pub fn put_aside(self) {
        if let Some(kept) = self.about() {
            self.left.update(|left| {
                left.retain(|other| other.page != kept.page);
                left.insert(0, kept);
                left.truncate(MOST);
            });
        }
    }

    /// Throws away what is written about the page, with the library that it was meant for.
    pub fn discard(self) {
        if let Some(preview) = self.captured.now() {
            self.clip.space.set(None);
            self.chosen.set(false);
            self.start(&preview);
            self.keep_now();
            self.stock(None, true);
        }
    }

    /// Whether something was written about the page that closing would lose.
    pub fn is_written(self) -> bool {
        let before = self.clip.before();
        let beside = Form {
            kind: before.kind,
            title: before.title.clone(),
            ..self.clip.whole()
        };
        let beside = self.clip.is_half() || !beside.is_like(&before);
        let written = self.rewrites.now() || !self.is_proposed() || beside;
        written && !self.saving.peek(|saving| matches!(saving, Saving::Done(_)))
    }

    /// What is written about the page.
    fn about(self) -> Option<Kept> {
        let page = self.captured.peek(page).filter(|_| self.is_written())?;
        Some(Kept {
            writing: None,
            page,
            before: self.clip.before(),
            now: self.clip.whole(),
            rewrites: self.rewrites.now(),
            keep: self.keep.now(),
        })
    }

    /// Everything that closing would lose.
    fn unsaved(self) -> Vec<Kept> {
        let pen = self.writing.now().filter(|_| self.pen.dirty());
        let pen = pen.map(|writing| Kept {
            writing: Some(writing),
            page: String::new(),
            before: self.pen.before(),
            now: self.pen.whole(),
            rewrites: false,
            keep: Keep::Both,
        });
        let about = self.about().into_iter().chain(self.left.now());
        pen.into_iter().chain(about).collect()
    }

    /// Keeps what is unsaved at this moment, and nothing that was saved.
    pub fn keep_now(self) {
        if let Ok(text) = serde_json::to_string(&self.unsaved()) {
            spawn_local(async move {
                // Too much for the session: then it is there only while the popup is open.
                let _ = session::keep(KEPT, &text).await;
            });
        }
    }

    fn keep_on(self) {
        let last = Rc::new(Cell::new(0_u64));
        effect(move || {
            self.writing.with(|_| ());
            self.rewrites.with(|_| ());
            self.keep.with(|_| ());
            self.pen.track();
            self.clip.track();
            let turn = last.get().wrapping_add(1);
            last.set(turn);
            let last = last.clone();
            spawn_local(async move {
                TimeoutFuture::new(REST).await;
                if last.get() == turn {
                    self.keep_now();
                }
            });
        });
    }
}
