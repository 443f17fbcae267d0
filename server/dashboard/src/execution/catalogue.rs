//! The models of the server's catalogue as a screen asks for them, and what is known of each. Not the choice.

use super::lookup::Search;
use crate::timing::Debounce;
use krowoc_shared::execution::request::ModelRef;
use krowoc_shared::execution::wire::{ModelPage, ModelView};
use krowoc_ui::api::{ApiError, Client};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;

/// The models that a screen knows; cheap to copy.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// What is looked for.
    pub search: RwSignal<Search>,
    /// What was found; nothing while the first answer is on its way.
    pub found: RwSignal<Option<Result<ModelPage, ApiError>>>,
    /// A further page is on its way.
    pub more: RwSignal<bool>,
    known: RwSignal<BTreeMap<ModelRef, ModelView>>,
    asked: StoredValue<u32>,
    pause: Debounce,
}

impl Catalogue {
    /// A catalogue that nobody has asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            search: RwSignal::new(Search::default()),
            found: RwSignal::new(None),
            more: RwSignal::new(false),
            known: RwSignal::new(BTreeMap::new()),
            asked: StoredValue::new(0),
            pause: Debounce::new(150),
        }
    }

    /// What is known of a model.
    #[must_use]
    pub fn view(self, model: &ModelRef) -> Option<ModelView> {
        self.known.with(|known| known.get(model).cloned())
    }

    /// Looks for something else, a moment after the last change.
    pub fn look(self, change: impl FnOnce(&mut Search)) {
        self.search.update(change);
        self.pause.run(move || self.load());
    }

    /// Asks for the first page.
    pub fn load(self) {
        let number = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(number);
        let path = self.search.with_untracked(|search| search.path(None));
        spawn_local(async move {
            let answer = Client.get::<ModelPage>(&path).await;
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            if let Ok(page) = &answer {
                self.learn(&page.models);
            }
            self.found.try_set(Some(answer));
        });
    }

    /// Asks for the next page.
    pub fn load_more(self) {
        let cursor = self.found.with_untracked(|found| {
            let page = found.as_ref().and_then(|found| found.as_ref().ok());
            page.and_then(|page| page.next.clone())
        });
        let Some(cursor) = cursor.filter(|_| !self.more.get_untracked()) else {
            return;
        };
        self.more.set(true);
        let number = self.asked.get_value();
        let path = self
            .search
            .with_untracked(|search| search.path(Some(&cursor)));
        spawn_local(async move {
            let answer = Client.get::<ModelPage>(&path).await;
            self.more.try_set(false);
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            if let Ok(page) = answer {
                self.learn(&page.models);
                self.found.try_update(|found| {
                    if let Some(Ok(all)) = found {
                        all.models.extend(page.models);
                        all.next = page.next;
                    }
                });
            }
        });
    }

    fn learn(self, models: &[ModelView]) {
        self.known.try_update(|known| {
            for view in models {
                known.insert(view.model.clone(), view.clone());
            }
        });
    }

    /// Learns of models that are named somewhere else, such as in a prompt's settings.
    pub fn know(self, models: Vec<ModelRef>) {
        for model in models {
            if self
                .known
                .with_untracked(|known| known.contains_key(&model))
            {
                continue;
            }
            let search = Search {
                q: model.model.clone(),
                provider: Some(model.provider),
                usable: false,
            };
            spawn_local(async move {
                // Without an answer it is shown by its id, without a price.
                if let Ok(page) = Client.get::<ModelPage>(&search.path(None)).await {
                    self.learn(&page.models);
                }
            });
        }
    }
}
