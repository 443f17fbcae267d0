//! One thing that is fetched and fetched again: loading, failed, there. Not a list: that is `remote`.

use crate::app::App;
use crate::frame::Reference;
use krowoc_ui::api::{ApiError, Client};
use krowoc_ui::components::{Empty, Icon, Skeleton};
use krowoc_ui::icons::Glyph;
use krowoc_ui::messages::settings as words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

/// The thing at an address; `None` while it is on its way for the first time.
pub(super) struct Single<T: 'static> {
    value: RwSignal<Option<Result<T, ApiError>>>,
    path: &'static str,
    app: App,
}

impl<T> Clone for Single<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Single<T> {}

impl<T: Clone + PartialEq + DeserializeOwned + Send + Sync + 'static> Single<T> {
    /// Begins to fetch.
    pub fn of(app: App, path: &'static str) -> Self {
        let this = Self {
            value: RwSignal::new(None),
            path,
            app,
        };
        this.load();
        this
    }

    /// Fetches anew; what is shown stays until the answer is there.
    pub fn load(self) {
        spawn_local(async move {
            let answer = Client.get::<T>(self.path).await;
            if answer.as_ref().is_err_and(ApiError::signed_out) {
                self.app.check();
            }
            self.value.try_set(Some(answer));
        });
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
