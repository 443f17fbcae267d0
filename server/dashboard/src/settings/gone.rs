//! Rows that were removed and can be taken back until it is sent. Not the list: that is `remote`.

use super::remote::Remote;
use crate::app::App;
use crate::execution::later;
use krowoc_ui::api::Client;
use krowoc_ui::icons::Glyph;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// What is removed, and not sent yet; cheap to copy.
pub(super) struct Gone<I: 'static>(RwSignal<BTreeSet<I>>);

impl<I> Clone for Gone<I> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<I> Copy for Gone<I> {}

impl<I: Copy + Ord + Send + Sync + 'static> Gone<I> {
    /// Nothing.
    pub fn new() -> Self {
        Self(RwSignal::new(BTreeSet::new()))
    }

    /// Whether a row is not to be shown.
    pub fn holds(self, id: I) -> bool {
        self.0.with(|gone| gone.contains(&id))
    }

    fn put_back(self, id: I) {
        self.0.try_update(|gone| gone.remove(&id));
    }

    /// Takes a row off its list and says so in `text`; after a while the address `path` is deleted, unless it was taken back.
    pub fn remove<T>(self, app: App, list: Remote<T>, id: I, path: String, text: &str)
    where
        T: Clone + DeserializeOwned + Send + Sync + 'static,
    {
        self.0.update(|gone| {
            gone.insert(id);
        });
        let back = move || self.put_back(id);
        later(app, Glyph::Trash, text.to_owned(), back, move || {
            spawn_local(async move {
                if let Err(error) = Client.delete::<()>(&path).await {
                    app.failed(&error);
                    self.put_back(id);
                }
                list.load();
            });
        });
    }
}
