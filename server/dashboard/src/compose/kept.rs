//! What is written and not saved, kept in this browser: a page may be closed, or left. Not the saving.

use super::saving::Saving;
use super::{Write, editor};
use crate::platform;
use krowoc_shared::ids::{DocId, OpId, UserId};
use krowoc_ui::api::Client;
use krowoc_ui::editor::Form;
use serde::{Deserialize, Serialize};

/// Something that is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    /// What it was begun with.
    pub before: Form,
    /// The revision of that text; 0 for a new document.
    pub rev: u64,
    /// What is written.
    pub now: Form,
    /// What a new document is sent as.
    #[serde(default)]
    pub made: Option<Made>,
}

/// What a new document is sent as: its draft has one id, in whatever tab it is open, and a text of it one operation.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Made {
    /// The document.
    pub id: DocId,
    /// The operation.
    pub op: OpId,
}

impl Made {
    /// For a draft that begins.
    pub fn new() -> Self {
        Self {
            id: platform::doc_id(),
            op: platform::op_id(),
        }
    }

    /// For another text: another operation, and in another library or of another kind another document.
    pub fn again(self, before: &Form, now: &Form) -> Self {
        let same = (before.space, before.kind) == (now.space, now.kind);
        Self {
            id: if same { self.id } else { platform::doc_id() },
            op: platform::op_id(),
        }
    }
}

/// Where it is kept: nobody else is shown it, and no other document.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    user: UserId,
    what: Write,
}

impl Slot {
    /// The place for what is written now; `None` while nobody is known to be signed in.
    pub fn of(what: Write) -> Option<Self> {
        let user = Client.session()?.user;
        Some(Self { user, what })
    }

    fn key(self) -> String {
        match self.what {
            Write::New(_) => format!("krowoc.writing.{}", self.user),
            Write::Edit(id) => format!("krowoc.writing.{}.{id}", self.user),
        }
    }

    /// What was kept.
    pub fn recall(self) -> Option<Kept> {
        serde_json::from_str(&platform::recall(&self.key())?).ok()
    }

    /// Forgets what is kept of this document. What another tab keeps of another new one stays.
    fn forget(self, made: Option<Made>) {
        let own = |kept: &Kept| match (kept.made, made) {
            (Some(kept), Some(made)) => kept.id == made.id,
            _ => true,
        };
        if self.recall().is_none_or(|kept| own(&kept)) {
            platform::forget(&self.key());
        }
    }

    /// This was saved: nothing else is forgotten.
    pub fn saved(self, form: &Form) {
        if self.recall().is_some_and(|kept| kept.now == *form) {
            platform::forget(&self.key());
        }
    }

    /// Keeps what would be lost, and forgets what would not. False when there is no room for it.
    pub fn keep(self, saving: Saving) -> bool {
        let now = editor().whole();
        let new = matches!(self.what, Write::New(_));
        let made = new.then(|| saving.made(&now));
        if !editor().dirty() {
            self.forget(made);
            return true;
        }
        let kept = Kept {
            before: editor().before(),
            rev: saving.base().0,
            now,
            made,
        };
        serde_json::to_string(&kept).is_ok_and(|text| platform::keep(&self.key(), &text))
    }
}
