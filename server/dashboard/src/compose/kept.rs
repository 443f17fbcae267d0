//! What is written and not saved, kept in this browser: a page may be closed, or left. Not the saving.

use super::{Write, editor};
use crate::platform;
use krowoc_shared::ids::UserId;
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

    /// It was saved.
    pub fn forget(self) {
        platform::forget(&self.key());
    }

    /// Keeps what would be lost, and forgets what would not. False when there is no room for it.
    pub fn keep(self, rev: u64) -> bool {
        if !editor().dirty() {
            self.forget();
            return true;
        }
        let kept = Kept {
            before: editor().before(),
            rev,
            now: editor().now(),
        };
        serde_json::to_string(&kept).is_ok_and(|text| platform::keep(&self.key(), &text))
    }
}
