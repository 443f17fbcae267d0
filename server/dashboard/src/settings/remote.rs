//! What is fetched and fetched again, one thing or the rows of a list: loading, failed, there. Not how it is drawn.

use crate::app::App;
use crate::frame::Reference;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::settings as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

/// The rows of a list.
pub type Remote<T> = Single<Vec<T>>;

/// The thing at an address; `None` while it is on its way for the first time.
pub struct Single<T: 'static> {
    value: RwSignal<Option<Result<T, ApiError>>>,
    path: StoredValue<String>,
    app: App,
}

impl<T> Clone for Single<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Single<T> {}

impl<T: Clone + DeserializeOwned + Send + Sync + 'static> Single<T> {
    /// Begins to fetch.
    pub fn of(app: App, path: impl Into<String>) -> Self {
        let this = Self {
            value: RwSignal::new(None),
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
            let answer = Client.get::<T>(&path).await;
            if answer.as_ref().is_err_and(ApiError::signed_out) {
                self.app.check();
            }
            self.value.try_set(Some(answer));
        });
    }

    /// Draws the thing once it is there, beside another view that says how it is doing until then.
    pub fn there<V: IntoView + 'static>(
        self,
        draw: impl Fn(T) -> V + Send + Sync + 'static,
    ) -> impl IntoView {
        move || match self.value.get() {
            Some(Ok(value)) => Some(draw(value)),
            _ => None,
        }
    }

    /// Draws the state, and the thing when it is there.
    pub fn view<V: IntoView + 'static>(
        self,
        draw: impl Fn(T) -> V + Send + Sync + 'static,
    ) -> impl IntoView {
        move || {
            match self.value.get() {
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
            Some(Ok(value)) => draw(value).into_any(),
        }
        }
    }
}
