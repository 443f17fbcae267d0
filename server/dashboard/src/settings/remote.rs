//! A list that is fetched and fetched again: loading, failed, there. Not the rows.

use crate::app::App;
use crate::frame::Reference;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::settings as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

/// Rows of an address; `None` while they are on their way for the first time.
pub struct Remote<T: 'static> {
    /// The rows, or why there are none.
    pub rows: RwSignal<Option<Result<Vec<T>, ApiError>>>,
    path: StoredValue<String>,
    app: App,
}

impl<T> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Remote<T> {}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> Remote<T> {
    /// Begins to fetch.
    pub fn of(app: App, path: impl Into<String>) -> Self {
        let this = Self {
            rows: RwSignal::new(None),
            path: StoredValue::new(path.into()),
            app,
        };
        this.load();
        this
    }

    /// Fetches anew; what is shown stays until the answer is there.
    pub fn load(self) {
        spawn_local(async move {
            let Some(path) = self.path.try_get_value() else {
                return;
            };
            let answer = Client.get::<Vec<T>>(&path).await;
            if answer.as_ref().is_err_and(ApiError::signed_out) {
                self.app.check();
            }
            self.rows.try_set(Some(answer));
        });
    }

    /// Draws the state, and the rows when they are there.
    pub fn view<V: IntoView + 'static>(
        self,
        rows: impl Fn(Vec<T>) -> V + Send + Sync + 'static,
    ) -> impl IntoView {
        move || {
            match self.rows.get() {
            None => view! { <Skeleton label=words::LOADING rows=3 /> }.into_any(),
            Some(Err(error)) => view! {
                <div role="alert">
                    <Empty glyph=Glyph::Alert title=words::FAILED text=error.sentence()>
                        <button type="button" class="btn" on:click=move |_| self.load()><Icon glyph=Glyph::Sync />{words::TRY_AGAIN}</button>
                        <Reference id=error.correlation().to_owned() />
                    </Empty>
                </div>
            }
            .into_any(),
            Some(Ok(list)) => rows(list).into_any(),
        }
        }
    }
}
