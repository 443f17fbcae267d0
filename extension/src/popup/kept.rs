//! What is written and not saved, kept until the browser is closed: a popup closes with any click beside it. Not the saving.

use super::desk::{Desk, Saving};
use super::write::Writing;
use crate::browser::session;
use crate::json;
use crate::messages::Preview;
use crate::page::reactive::effect;
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

/// Something that is written.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The document; absent when it is written about a page.
    writing: Option<Writing>,
    /// Which page that is.
    page: String,
    /// What it was begun with.
    before: Form,
    /// What is written.
    now: Form,
    /// The text of the page is written over.
    rewrites: bool,
}

/// What tells one capture from another.
fn page(captured: &Option<Preview>) -> Option<String> {
    let it = captured.as_ref()?;
    Some(format!("{:?} {} {}", it.part, it.site, it.title))
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
                    None => self.left.set(Some(it)),
                }
            }
            self.put_back();
            self.keep_on();
        });
    }

    /// Puts back what was written about the page that is shown.
    pub fn put_back(self) {
        let here = self.captured.peek(page);
        let of_here = |kept: &Kept| here.as_ref() == Some(&kept.page);
        let fresh = self.saving.now() == Saving::Not && !self.is_written();
        let Some(kept) = self.left.now().filter(|kept| fresh && of_here(kept)) else {
            return;
        };
        self.left.set(None);
        if kept.now.space != self.clip.space.now() && self.writing.peek(Option::is_none) {
            self.shelve(kept.now.space);
        }
        self.clip.put(&Form {
            space: self.clip.space.now(),
            ..kept.now
        });
        self.rewrites.set(kept.rewrites);
        self.spoken.set(t("draftBack"));
    }

    /// Whether something was written about the page that closing would lose.
    fn is_written(self) -> bool {
        let before = self.clip.before();
        let beside = Form {
            kind: before.kind,
            title: before.title.clone(),
            ..self.clip.now()
        };
        let written = self.rewrites.now() || !self.is_proposed() || !beside.is_like(&before);
        written && !self.saving.peek(|saving| matches!(saving, Saving::Done(_)))
    }

    /// Everything that closing would lose.
    fn unsaved(self) -> Vec<Kept> {
        let pen = self.writing.now().filter(|_| self.pen.dirty());
        let pen = pen.map(|writing| Kept {
            writing: Some(writing),
            page: String::new(),
            before: self.pen.before(),
            now: self.pen.now(),
            rewrites: false,
        });
        let here = self.captured.peek(page).filter(|_| self.is_written());
        let clip = here.map(|page| Kept {
            writing: None,
            page,
            before: self.clip.before(),
            now: self.clip.now(),
            rewrites: self.rewrites.now(),
        });
        let about = clip.or_else(|| self.left.now());
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
