//! Short messages at the foot of the window, with undo. Not for errors that need a decision: those are notices in place.

use super::icon::Icon;
use crate::icons::Glyph;
use crate::messages::common;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// How long a toast stays.
const STAYS: Duration = Duration::from_secs(8);
/// Most toasts at once; the oldest goes first.
const MOST: usize = 3;

/// The way back. It belongs to the message, not to the row that it was made in: that one is often gone by then.
type Undo = Arc<dyn Fn() + Send + Sync>;

/// One message.
#[derive(Clone)]
pub struct Toast {
    id: u64,
    text: String,
    glyph: Glyph,
    undo: Option<Undo>,
}

/// The messages of a window; cheap to copy, given by context.
#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Default for Toasts {
    fn default() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }
}

impl Toasts {
    /// Says something.
    pub fn say(self, glyph: Glyph, text: impl Into<String>) {
        self.push(glyph, text.into(), None);
    }

    /// Says what was done, with a way back.
    pub fn undoable(
        self,
        glyph: Glyph,
        text: impl Into<String>,
        undo: impl Fn() + Send + Sync + 'static,
    ) {
        self.push(glyph, text.into(), Some(Arc::new(undo)));
    }

    fn push(self, glyph: Glyph, text: String, undo: Option<Undo>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.list.update(|list| {
            list.push(Toast {
                id,
                text,
                glyph,
                undo,
            });
            if list.len() > MOST {
                list.remove(0);
            }
        });
        set_timeout(move || self.dismiss(id), STAYS);
    }

    fn dismiss(self, id: u64) {
        self.list
            .try_update(|list| list.retain(|toast| toast.id != id));
    }

    /// Takes back what the newest undoable message tells of; false when there is none.
    pub fn undo_last(self) -> bool {
        let last = self.list.with_untracked(|list| {
            list.iter()
                .rev()
                .find(|toast| toast.undo.is_some())
                .cloned()
        });
        let Some(toast) = last else { return false };
        self.undo(&toast);
        true
    }

    fn undo(self, toast: &Toast) {
        self.dismiss(toast.id);
        if let Some(undo) = &toast.undo {
            undo();
        }
    }
}

/// Where the messages appear: once a window.
#[component]
pub fn ToastHost(
    /// The messages.
    toasts: Toasts,
) -> impl IntoView {
    let draw = move |toast: Toast| {
        let id = toast.id;
        let undo = toast.undo.is_some().then(|| {
            let toast = toast.clone();
            view! {
                <button type="button" class="btn btn--ghost btn--sm" on:click=move |_| toasts.undo(&toast)>
                    {common::UNDO}<kbd class="kbd">"Z"</kbd>
                </button>
            }
        });
        view! {
            <div class="toast">
                <Icon glyph=toast.glyph />
                <span class="grow" dir="auto">{toast.text.clone()}</span>
                {undo}
                <button
                    type="button"
                    class="btn btn--ghost btn--icon btn--sm"
                    aria-label=common::DISMISS
                    title=common::DISMISS
                    on:click=move |_| toasts.dismiss(id)
                >
                    <Icon glyph=Glyph::X />
                </button>
            </div>
        }
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list.get() key=|toast| toast.id children=draw />
        </div>
    }
}
